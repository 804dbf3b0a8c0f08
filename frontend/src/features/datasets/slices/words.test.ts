import { describe, expect, it } from "vitest";

import { STATES, doneOf, nameOf, sliceFilter, verbOf } from "./words";

describe("slices in words", () => {
  it("get names that the server takes", () => {
    expect(nameOf("Blurry photos, night shift!")).toBe("Blurry-photos-night-shift");
    expect(nameOf("  4 ↔ 9 ")).toBe("4-9");
    expect(nameOf("Größe é")).toBe("Grosse-e");
    expect(nameOf("‮evil")).toBe("evil");
    expect(nameOf("x".repeat(100))).toHaveLength(63);
    expect(nameOf("0123456789abcdef0123456789abcdef")).not.toMatch(/^[0-9a-f]{32}$/);
  });

  it("have a verb for every step", () => {
    for (const from of STATES) for (const to of STATES) expect(verbOf(from, to)).toMatch(/^[A-Z]/);
    expect(verbOf("triage", "in progress")).toBe("Start work");
    expect(verbOf("resolved", "in progress")).toBe("Reopen");
  });

  it("are found by a filter", () => {
    expect(sliceFilter("blurry")).toBe("slice.blurry = true");
  });

  it("tell how far they are", () => {
    expect(doneOf({ items: 10, statuses: { done: 3, "set aside": 1 } })).toEqual({ done: 3, aside: 1, total: 10 });
    expect(doneOf({ items: null, statuses: { done: 3 } })).toBeNull();
  });
});
