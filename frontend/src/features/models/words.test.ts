import { expect, test } from "vitest";

import { differenceWords, resultWords, testState } from "./words";

test("a difference is told in points with its interval", () => {
  expect(differenceWords({ value: 0.031, low: -0.004, high: 0.058, n: 10 })).toBe("+3.1 points (−0.4 to +5.8)");
  expect(differenceWords({ value: null, low: -1, high: 1, n: 0 })).toBe("nothing to compare");
});

test("a result says how many items it is of, and whether it is clear", () => {
  const value = { value: 0.9, low: 0.8, high: 0.95, n: 1200 };
  expect(resultWords({ state: "pass", value, clear: true })).toBe("of 1,200 items");
  expect(resultWords({ state: "fail", value, clear: false })).toMatch(/may be chance/);
  expect(testState("too few").word).toBe("too few items");
  expect(testState("broken").tone).toBe("need");
});
