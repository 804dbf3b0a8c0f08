import { describe, expect, it } from "vitest";

import { type Position, TALLEST, placed, physical, scrolledTo } from "./scaled";

const TALL = { total: 80_000_000, viewport: 800 };

describe("a list taller than browsers allow", () => {
  it("leaves short lists as they are", () => {
    const extent = { total: 5_000, viewport: 800 };
    expect(physical(extent)).toBe(5_000);
    expect(placed(extent, 1_000)).toEqual({ top: 1_000, offset: 0 });
    expect(scrolledTo(extent, { top: 0, offset: 0 }, 3_000)).toEqual({ top: 3_000, offset: 0, reset: false });
  });

  it("reaches both ends by the scroll bar", () => {
    const end = scrolledTo(TALL, { top: 0, offset: 0 }, TALLEST - 800);
    expect(end.top + end.offset).toBeCloseTo(80_000_000 - 800, 3);
    const start = scrolledTo(TALL, end, 0);
    expect(start.top + start.offset).toBe(0);
  });

  it("moves one to one by the wheel, anywhere, for as long as one likes", () => {
    let now: Position = placed(TALL, 40_000_000);
    let place = now.top + now.offset;
    for (let step = 0; step < 20_000; step++) {
      const next = scrolledTo(TALL, now, now.top + 120);
      place += 120;
      expect(Math.abs(next.top + next.offset - place)).toBeLessThan(1);
      expect(next.top).toBeGreaterThanOrEqual(0);
      expect(next.top).toBeLessThanOrEqual(TALLEST - 800);
      now = next;
    }
  });

  it("reaches the first item by the wheel", () => {
    let now: Position = placed(TALL, 30_000);
    for (let step = 0; step < 400; step++) now = scrolledTo(TALL, now, Math.max(0, now.top - 120));
    expect(now.top + now.offset).toBe(0);
  });
});
