import { describe, expect, it } from "vitest";

import { chipsOf, chosenRange, chosenValues, withChip, withColumn, withExactly, withRange, withValue } from "./chips";

describe("chips", () => {
  it("are the parts that must all hold", () => {
    expect(chipsOf("")).toEqual([]);
    expect(chipsOf("label = 'a' and (x > 1 or y = 2)")).toHaveLength(2);
    expect(chipsOf("label = 'a' or x > 1")).toHaveLength(1);
    expect(chipsOf("label ~ 1")).toBeNull();
  });

  it("are replaced and removed", () => {
    const where = "label = 'a' and split = 'train'";
    expect(withChip(where, 0, null)).toBe("split = 'train'");
    expect(withChip(where, 1, { kind: "missing", column: "split", not: false })).toBe("label = 'a' and split is missing");
    expect(withColumn(where, "label", null)).toBe("split = 'train'");
    expect(withColumn("split ~ 'x", "label", { kind: "in", column: "label", values: ["a"], not: false })).toContain("label = 'a'");
  });

  it("take values in and out", () => {
    let where = withValue("", "label", "a");
    expect(where).toBe("label = 'a'");
    where = withValue(where, "label", "b");
    expect(where).toBe("label in ('a', 'b')");
    expect([...chosenValues(where, "label")]).toEqual(["a", "b"]);
    where = withValue(withValue(where, "label", "a"), "label", "b");
    expect(where).toBe("");
  });

  it("leave a chip of opposite meaning alone", () => {
    expect(withValue("label != 'a'", "label", "b")).toBe("label != 'a' and label = 'b'");
  });

  it("narrow a range by a brush, and widen it again", () => {
    let where = withRange("label = 'a'", "confidence", { low: 0.1 + 0.2, high: 0.5 }, 1);
    expect(where).toBe("label = 'a' and confidence >= 0.3 and confidence < 0.5");
    expect(chosenRange(where, "confidence")).toEqual({ low: 0.3, high: 0.5 });
    where = withRange(where, "confidence", { low: 0.5, high: 1 }, 1);
    expect(where).toBe("label = 'a' and confidence >= 0.5 and confidence <= 1");
    expect(withRange(where, "confidence", null, 1)).toBe("label = 'a'");
  });

  it("open a cell of the matrix as two chips", () => {
    expect(withExactly("label = 'x' and split = 'test'", { label: "4", prediction: "9" })).toBe("label = '4' and split = 'test' and prediction = '9'");
  });
});
