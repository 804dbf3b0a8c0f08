import { describe, expect, it } from "vitest";

import { STEPS, drawPoints, ramp, radiusOf, stepsOf, word } from "./raster";
import { Nearest, around, crowds, inside, moved, toMap, toScreen, whole, zoomed } from "./space";

const SIZE = { width: 400, height: 300 };

function random(seed: number): () => number {
  let now = seed;
  return () => {
    now = (now * 1_103_515_245 + 12_345) % 2_147_483_648;
    return now / 2_147_483_648;
  };
}

function scattered(n: number, seed = 1): { x: number[]; y: number[] } {
  const next = random(seed);
  return { x: Array.from({ length: n }, () => 2 * next() - 1), y: Array.from({ length: n }, () => 2 * next() - 1) };
}

describe("the view of a map", () => {
  it("shows the whole square and goes to the screen and back", () => {
    const view = whole(SIZE);
    for (const [x, y] of [[-1, -1], [1, 1], [0.3, -0.7]] as const) {
      const [left, top] = toScreen(view, SIZE, x, y);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(top).toBeLessThanOrEqual(SIZE.height);
      const back = toMap(view, SIZE, left, top);
      expect(back[0]).toBeCloseTo(x);
      expect(back[1]).toBeCloseTo(y);
    }
  });
  it("keeps what is under the pointer where it is while one zooms", () => {
    const before = toMap(whole(SIZE), SIZE, 70, 200);
    const after = toMap(zoomed(whole(SIZE), SIZE, 70, 200, 3), SIZE, 70, 200);
    expect(after[0]).toBeCloseTo(before[0]);
    expect(after[1]).toBeCloseTo(before[1]);
    expect(zoomed(whole(SIZE), SIZE, 0, 0, 1e9).scale).toBeLessThan(1e6);
  });
  it("moves with the hand", () => {
    const view = moved(whole(SIZE), 10, 20);
    expect(toScreen(view, SIZE, 0, 0)).toEqual([SIZE.width / 2 + 10, SIZE.height / 2 + 20]);
  });
  it("goes around some points", () => {
    const points = { x: [0.5, 0.6, -1], y: [0.1, 0.2, -1] };
    const view = around(points, [0, 1], SIZE);
    expect(view.x).toBeCloseTo(0.55);
    expect(view.scale).toBeGreaterThan(whole(SIZE).scale);
    expect(around(points, [], SIZE)).toEqual(whole(SIZE));
  });
});

describe("finding points", () => {
  it("takes what is inside a line, as counting crossings by hand does", () => {
    const points = { x: [0, 0.5, 0.9, -0.5], y: [0, 0, 0, 0.4] };
    expect(inside(points, [[-0.2, -0.2], [0.6, -0.2], [0.6, 0.2], [-0.2, 0.2]])).toEqual([0, 1]);
    expect(inside(points, [[0, 0], [1, 1]])).toEqual([]);
    // A line like a C holds what is in its arms, not what is in its mouth.
    expect(inside({ x: [0, 0.5], y: [0, 0] }, [[-1, -1], [1, -1], [1, -0.5], [0.2, -0.5], [0.2, 0.5], [1, 0.5], [1, 1], [-1, 1]])).toEqual([0]);
  });
  it("finds the nearest point as comparing with all does", () => {
    const points = scattered(2000);
    const index = new Nearest(points);
    const next = random(7);
    for (let turn = 0; turn < 200; turn++) {
      const [x, y] = [2.2 * next() - 1.1, 2.2 * next() - 1.1];
      const distances = points.x.map((px, at) => Math.hypot(px - x, (points.y[at] as number) - y));
      const least = Math.min(...distances);
      expect(index.at(x, y, 0.05)).toBe(least <= 0.05 ? distances.indexOf(least) : -1);
    }
    expect(new Nearest({ x: [], y: [] }).at(0, 0, 1)).toBe(-1);
  });
  it("finds the crowds of a map, largest first", () => {
    const next = random(3);
    const [x, y]: [number[], number[]] = [[], []];
    for (const [cx, cy, n] of [[-0.6, -0.6, 300], [0.6, 0.5, 150]] as const)
      for (let i = 0; i < n; i++) {
        x.push(cx + 0.15 * (next() - 0.5));
        y.push(cy + 0.15 * (next() - 0.5));
      }
    const found = crowds({ x, y });
    expect(found).toHaveLength(2);
    expect(found[0]?.length).toBeGreaterThan(found[1]?.length ?? 0);
    expect((found[0] ?? []).every((at) => at < 300)).toBe(true);
    expect(crowds({ x: [], y: [] })).toEqual([]);
  });
});

describe("drawing points", () => {
  const view = { x: 0, y: 0, scale: 50 };
  const colours = Uint32Array.from([0xff0000ff, 0xff888888]);
  function drawn(chosen: ReadonlySet<number> | null, code = 0): Uint32Array {
    const pixels = new Uint32Array(100 * 100).fill(0xffffffff);
    drawPoints(pixels, 100, 100, { x: [0], y: [0] }, view, 1, 3, { code: [code], colours, chosen, ring: 0xff000000 });
    return pixels;
  }
  it("puts a disc of its colour in its place and leaves the rest", () => {
    const pixels = drawn(null);
    expect((pixels[50 * 100 + 50] as number) & 255).toBe(255);
    expect(((pixels[50 * 100 + 50] as number) >>> 8) & 255).toBeLessThan(40);
    expect(pixels[0]).toBe(0xffffffff);
  });
  it("draws a code that it does not know in the last colour", () => {
    expect(((drawn(null, -1)[50 * 100 + 50] as number) >>> 8) & 255).toBeGreaterThan(100);
  });
  it("gives selected points a ring", () => {
    const pixels = drawn(new Set([0]));
    expect([...pixels].some((one) => one === 0xff000000)).toBe(true);
    expect(pixels[50 * 100 + 50]).toBe(0xff0000ff);
  });
  it("does not write outside the picture", () => {
    const pixels = new Uint32Array(10 * 10);
    expect(() => { drawPoints(pixels, 10, 10, { x: [-0.1, 5, 0.1], y: [0.1, 5, -0.1] }, view, 1, 4, { code: [0, 0, 0], colours, chosen: null, ring: 0 }); }).not.toThrow();
  });
  it("draws 200,000 points within a frame or few", () => {
    const points = scattered(200_000);
    const pixels = new Uint32Array(1200 * 800);
    const began = performance.now();
    drawPoints(pixels, 1200, 800, points, whole({ width: 1200, height: 800 }), 1, 1.6, { code: new Int32Array(200_000), colours, chosen: null, ring: 0 });
    expect(performance.now() - began).toBeLessThan(3000);
  });
  it("reads colours and spreads numbers over the ramp", () => {
    expect(word("rgb(1, 2, 3)")).toBe(0xff030201);
    expect(word("color(srgb 1 0 0)")).toBe(0xff0000ff);
    const found = stepsOf([0, 5, 10, null], 0, 10);
    expect([...found]).toEqual([0, Math.round((STEPS - 1) / 2), STEPS - 1, -1]);
    expect(ramp(0xff777777)[STEPS]).toBe(0xff777777);
    expect([...stepsOf([3, 3], 3, 3)]).toEqual([STEPS >> 1, STEPS >> 1]);
  });
  it("draws fewer points larger", () => {
    expect(radiusOf(100, whole(SIZE), SIZE, 1)).toBeGreaterThan(radiusOf(100_000, whole(SIZE), SIZE, 1));
  });
});
