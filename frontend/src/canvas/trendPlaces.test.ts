import { expect, test } from "vitest";

import { type TrendPoint, placesOf } from "./trendPlaces";

const point = (number: number, value: number | null, n = 100): TrendPoint => ({
  number, value, n, at_ms: 0, low: (value ?? 0) - 0.05, high: (value ?? 0) + 0.05,
});

test("versions stand in order, better ones higher, and each within its interval", () => {
  const { dots, ticks } = placesOf([point(1, 0.7), point(2, 0.8), point(3, 0.9)], 100, 50, 5);
  expect(dots.map((dot) => dot.x)).toEqual([5, 50, 95]);
  for (const dot of dots) {
    expect(dot.high).toBeLessThan(dot.y);
    expect(dot.y).toBeLessThan(dot.low);
    expect(dot.high).toBeGreaterThanOrEqual(5);
    expect(dot.low).toBeLessThanOrEqual(45);
  }
  expect((dots[2]?.y ?? 0) < (dots[0]?.y ?? 0)).toBe(true);
  expect(ticks[0]).toBeLessThanOrEqual(0.65);
  expect(ticks[ticks.length - 1]).toBeGreaterThanOrEqual(0.95);
});

test("one version far below the others stands at the edge and does not flatten them", () => {
  const { dots, ticks } = placesOf([point(1, 0.9), point(2, 0.92), point(3, 0.1), point(4, 0.95)], 100, 50, 5);
  expect(dots.map((dot) => dot.far)).toEqual([false, false, true, false]);
  expect(ticks[0]).toBeGreaterThan(0.7);
  expect(dots[2]?.y).toBe(45);
});

test("what was not measured has no dot; one dot stands in the middle; none breaks nothing", () => {
  expect(placesOf([point(1, null, 0), point(2, 0.8)], 100, 50, 5).dots.map((dot) => [dot.number, dot.x])).toEqual([[2, 50]]);
  expect(placesOf([], 100, 50, 5)).toMatchObject({ dots: [], band: "", line: "" });
});
