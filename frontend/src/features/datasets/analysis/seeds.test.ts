import { describe, expect, it } from "vitest";

import { chosenOf, ranDry, seedsOf, seedsText } from "./seeds";

describe("the examples of a search", () => {
  it("come back from the address as they were", () => {
    const keys = ["a/b.png", "quote ' and \" and ü", "[]", "100 % sure", "12"];
    expect(seedsOf(seedsText(keys))).toEqual(keys);
  });
  it("are none where the address holds something else", () => {
    for (const text of [undefined, "", "{}", "12", "duplicates", "like %E0%A4%A"]) expect(seedsOf(text)).toEqual([]);
  });
  it("are few, so that the address stays short", () => {
    expect(seedsOf(seedsText(Array.from({ length: 100 }, String)))).toHaveLength(100);
  });
  it("are all of a few dozen, and of very many some from first to last, which is told", () => {
    const some = Array.from({ length: 32 }, (_, n) => String(n));
    expect(seedsOf(seedsText(some))).toEqual(some);
    expect(chosenOf(seedsText(some))).toBeNull();
    const many = Array.from({ length: 1000 }, (_, n) => String(n));
    const found = seedsOf(seedsText(many));
    expect([found[0], found.at(-1), new Set(found).size]).toEqual(["0", "999", 100]);
    expect(chosenOf(seedsText(many))).toBe(1000);
    expect(seedsOf(seedsText(["of=3", "a"]))).toEqual(["of=3", "a"]);
    expect(chosenOf(seedsText(["of=3", "a"]))).toBeNull();
  });
});

describe("when a search has run dry", () => {
  const made = (hits: number, misses: number) => [...Array.from({ length: hits }, (_, n) => ({ key: `h${n}`, hit: true })), ...Array.from({ length: misses }, (_, n) => ({ key: `m${n}`, hit: false }))];
  it("is said after fifty decisions with almost no hit, not before", () => {
    expect(ranDry(made(0, 49))).toBe(false);
    expect(ranDry(made(0, 50))).toBe(true);
    expect(ranDry(made(30, 48))).toBe(true);
    expect(ranDry(made(30, 47))).toBe(false);
  });
});
