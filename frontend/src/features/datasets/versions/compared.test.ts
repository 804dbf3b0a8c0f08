import { describe, expect, it } from "vitest";

import { comparedFrom, comparedText, filterOfKeys, lastTwo } from "./compared";

describe("which versions are compared", () => {
  it("is said by the address and read back", () => {
    expect(comparedFrom("2..5 relabeled", 5)).toEqual({ old: 2, new: 5, what: "relabeled" });
    expect(comparedFrom(comparedText({ old: 3, new: 1 }), 5)).toEqual({ old: 3, new: 1, what: "" });
  });
  it("is nothing for versions that are not there or other words", () => {
    for (const text of [undefined, "", "a slice", "0..2", "2..6", "2..5 moved"]) expect(comparedFrom(text, 5)).toBeNull();
  });
  it("begins with the last two", () => {
    expect(lastTwo(7)).toEqual({ old: 6, new: 7 });
    expect(lastTwo(1)).toBeNull();
  });
});

describe("the filter that opens items", () => {
  it("names their keys, whatever they are called", () => {
    expect(filterOfKeys(["a.png"]).where).toBe("key = 'a.png'");
    expect(filterOfKeys(["it's", "b"])).toEqual({ where: "key in ('it''s', 'b')", named: 2 });
  });
  it("names no more than an address holds", () => {
    const found = filterOfKeys(Array.from({ length: 1000 }, (_, n) => `${"long ".repeat(20)}${n}`));
    expect(found.named).toBeGreaterThan(10);
    expect(found.where.length).toBeLessThanOrEqual(6_000);
  });
});
