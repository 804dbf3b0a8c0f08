import { expect, test } from "vitest";

import { readSpec, sameSpec, starter } from "./spec";

test("a text that is no JSON is told with its line", () => {
  const found = readSpec('{\n  "pipeline": {"name": "a"},\n  "input": \n}');
  expect(found.spec).toBeNull();
  expect(found.problem).toMatch(/line 4|line 3/);
});

test("a spec is an object", () => {
  expect(readSpec("[1]").problem).toMatch(/one object/);
  expect(readSpec('"x"').problem).toMatch(/one object/);
  expect(readSpec('{"a": 1}').spec).toEqual({ a: 1 });
});

test("the order of fields does not matter, that of lists does", () => {
  expect(sameSpec({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toBe(true);
  expect(sameSpec({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
});

test("a new pipeline's starter reads the repo that was named", () => {
  expect(JSON.stringify(starter("photos"))).toContain("/pfs/photos/*");
});
