import { describe, expect, it } from "vitest";

import { EVERYTHING, type Filter, FilterError, filterText, filterWords, negated, parseFilter, partsOf, textAnd } from "./filter";

describe("filters as text", () => {
  const texts = [
    "label = 'cat'",
    "label != 'it''s'",
    "label in ('cat', 'dog')",
    "label not in ('cat', 'dog')",
    "confidence >= 0.2 and confidence < 0.4",
    "confidence > -1e-7",
    "correct = true and label = 'cat'",
    "split is missing and text contains 'a b'",
    "not (text starts with 'x')",
    "prediction != label",
    "`a b` = 1 and `or` = 2 and p.cat > 0.5",
    "label = 'a' or label = 'b' and split = 'train'",
    "(label = 'a' or label = 'b') and split = 'train'",
    "not (label = 'a' or split = 'b')",
    "not (confidence < 0.5)",
    "größe > 3 and `we``ird` is not missing",
  ];
  it.each(texts)("survives %s", (text) => {
    const read = parseFilter(text);
    const again = parseFilter(filterText(read));
    expect(again).toEqual(read);
    expect(filterText(again)).toBe(filterText(read));
  });

  it("writes what the server reads", () => {
    expect(filterText({ kind: "in", column: "my label", values: ["a'b", 2, true], not: true })).toBe("`my label` not in ('a''b', 2, true)");
    expect(filterText({ kind: "in", column: "not", values: ["x"], not: false })).toBe("`not` = 'x'");
    expect(filterText(EVERYTHING)).toBe("");
    expect(filterText({ kind: "any", parts: [parseFilter("a = 1 and b = 2"), parseFilter("c < 3")] })).toBe("(a = 1 and b = 2) or c < 3");
  });

  it("reads == <> null and double quotes as the server does", () => {
    expect(parseFilter('a == "x""y" and b <> 2 and c is not null')).toEqual(parseFilter("a = 'x\"y' and b != 2 and c is not missing"));
  });

  it("makes one range of two bounds", () => {
    expect(partsOf(parseFilter("x < 4 and x >= 2 and y = 1"))).toHaveLength(2);
    expect(filterText(parseFilter("x < 4 and x >= 2"))).toBe("x >= 2 and x < 4");
  });

  it("names the place of a mistake", () => {
    expect(() => parseFilter("label = cat dog")).toThrow(FilterError);
    try {
      parseFilter("label = ");
      expect.unreachable();
    } catch (error) {
      expect((error as FilterError).at).toBe(8);
    }
    try {
      parseFilter("label = 'open");
      expect.unreachable();
    } catch (error) {
      expect((error as FilterError).at).toBe(8);
    }
  });

  it("adds to a text, even to one that does not parse", () => {
    const more: Filter = { kind: "in", column: "label", values: ["a"], not: false };
    expect(textAnd("", more)).toBe("label = 'a'");
    expect(textAnd("x = 1 or y = 2", more)).toBe("(x = 1 or y = 2) and label = 'a'");
    expect(textAnd("x ~ 1", more)).toBe("(x ~ 1) and label = 'a'");
  });

  it("turns into the opposite and back", () => {
    for (const text of ["label = 'a'", "x < 3", "a is missing", "a contains 'x'", "a = 1 or b = 2"])
      expect(negated(negated(parseFilter(text)))).toEqual(parseFilter(text));
  });
});

describe("filters in words", () => {
  it.each([
    ["label = 'cat'", "label is cat"],
    ["label not in ('a', 'b')", "label is not a nor b"],
    ["label in ('a','b','c','d','e')", "label is a or b or c or 2 more"],
    ["correct = false", "not correct"],
    ["confidence >= 0.25 and confidence < 0.4", "confidence 0.25 to 0.4"],
    ["confidence > 0.123456", "confidence > 0.1235"],
    ["prediction != label", "prediction differs from label"],
    ["split is missing", "split is missing"],
    ["a = 1 or b = 2", "a is 1 or b is 2"],
  ])("%s", (text, words) => {
    expect(filterWords(parseFilter(text))).toBe(words);
  });
});
