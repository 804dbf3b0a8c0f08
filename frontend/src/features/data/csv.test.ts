import { expect, test } from "vitest";

import { guessDelimiter, previewCsv } from "./csv";

test("quotes may hold the mark, line ends and doubled quotes", () => {
  const found = previewCsv('name,said\r\n"a, b","he said ""no""\nand left"\r\nc,\r\n');
  expect(found.columns).toEqual(["name", "said"]);
  expect(found.rows).toEqual([
    ["a, b", 'he said "no"\nand left'],
    ["c", ""],
  ]);
  expect(found.problems).toEqual([]);
});

test("a byte order mark and a last line without an end are no problem", () => {
  expect(previewCsv("\ufeffa,b\n1,2")).toMatchObject({ columns: ["a", "b"], rows: [["1", "2"]], problems: [] });
});

test("of a beginning, the row that may be cut is left out", () => {
  expect(previewCsv('a,b\n1,2\n3,"fo', { whole: false }).rows).toEqual([["1", "2"]]);
});

test("no more rows than asked for are read", () => {
  expect(previewCsv("a\n" + "1\n".repeat(100), { limit: 3 }).rows).toHaveLength(3);
});

test("the mark is told from the first line, not from what stands in quotes", () => {
  expect(guessDelimiter('"a,b,c"\td\n1\t2')).toBe("\t");
  expect(guessDelimiter("a;b;c\n1,5;2,5;3")).toBe(";");
  expect(guessDelimiter("one")).toBe(",");
});

test("problems are told in words", () => {
  expect(previewCsv("a,a,\n1,2\n").problems).toEqual([
    "1 of 3 columns have no name.",
    "Two columns are called “a”.",
    "Row 1 has 2 values for 3 columns.",
  ]);
  expect(previewCsv('a\n"open').problems[0]).toContain("never closed");
  expect(previewCsv("")).toMatchObject({ columns: [], rows: [], problems: [] });
});
