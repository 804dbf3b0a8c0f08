import { expect, test } from "vitest";

import { compareSearch, modelSearch, partsOf } from "./place";

test("an address says what is compared, and what does not fit is left out", () => {
  expect(compareSearch({ first: "a@1", second: "b", which: "fixed", where: "", at: 3, more: 1 })).toEqual({
    first: "a@1", second: "b", which: "fixed", at: "3",
  });
  expect(compareSearch({ which: "better" })).toEqual({});
  expect(modelSearch({ tab: "tests" })).toEqual({ tab: "tests" });
  expect(modelSearch({ tab: "versions" })).toEqual({});
});

test("a version is named with its model", () => {
  expect(partsOf("birds@3")).toEqual({ model: "birds", version: "3" });
  expect(partsOf("lab/birds")).toEqual({ model: "lab/birds", version: null });
});
