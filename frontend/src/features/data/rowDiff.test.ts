import { expect, test } from "vitest";

import { cellText, diffRows, withoutRowNumbers } from "./rowDiff";

test("rows are matched by the first column that names each once", () => {
  const found = diffRows(
    [
      { split: "a", id: 1, label: "cat" },
      { split: "a", id: 2, label: "dog" },
      { split: "a", id: 3, label: "cow" },
    ],
    [
      { split: "a", id: 1, label: "cat" },
      { split: "a", id: 2, label: "fox" },
      { split: "a", id: 4, label: "hen" },
    ],
  );
  expect(found.key).toBe("id");
  expect(found.same).toBe(1);
  expect(found.changes.map(({ kind, key, fields }) => [kind, key, fields])).toEqual([
    ["changed", "2", ["label"]],
    ["added", "4", []],
    ["deleted", "3", []],
  ]);
});

test("without such a column whole rows are counted", () => {
  const found = diffRows([{ a: 1 }, { a: 1 }, { a: 2 }], [{ a: 1 }, { a: 2 }, { a: 2 }]);
  expect(found).toMatchObject({ key: null, same: 2 });
  expect(found.changes.map(({ kind, old, new: after }) => [kind, old ?? after])).toEqual([
    ["added", { a: 2 }],
    ["deleted", { a: 1 }],
  ]);
});

test("added and deleted columns are told", () => {
  const found = diffRows([{ id: 1, x: 1 }], [{ id: 1, y: [1] }]);
  expect(found.columns).toEqual([
    { name: "id", kind: "same" },
    { name: "y", kind: "added" },
    { name: "x", kind: "deleted" },
  ]);
  expect(found.changes[0]?.fields).toEqual(["y", "x"]);
});

test("a new table is rows that were added", () => {
  expect(diffRows([], [{ id: 1 }])).toMatchObject({ columns: [{ name: "id", kind: "same" }], same: 0 });
});

test("cells are text", () => {
  expect([null, undefined, 0, false, "x", { a: 1 }].map(cellText)).toEqual(["", "", "0", "false", "x", '{"a":1}']);
});

test("numbers that the server gave to rows are no column, a column of that name is", () => {
  expect(withoutRowNumbers([{ row: "000000000007", a: 1 }])).toEqual([{ a: 1 }]);
  expect(withoutRowNumbers([{ row: "A3", a: 1 }])).toEqual([{ row: "A3", a: 1 }]);
  expect(withoutRowNumbers([{ a: 1, row: "000000000007" }])).toEqual([{ a: 1, row: "000000000007" }]);
});
