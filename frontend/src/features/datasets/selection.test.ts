import { describe, expect, it } from "vitest";

import { NOTHING, everything, isSelected, only, ranged, selectedCount, target, toggled } from "./selection";

const ORDER = ["a", "b", "c", "d", "e"];

describe("a selection of items", () => {
  it("takes one, adds and leaves out others", () => {
    let now = only("b");
    now = toggled(now, "d");
    expect([...now.keys].sort()).toEqual(["b", "d"]);
    now = toggled(now, "b");
    expect(target(now, "x = 1")).toEqual({ keys: ["d"] });
    expect(selectedCount(now, 100)).toBe(1);
  });

  it("stretches from where it began, both ways", () => {
    expect([...ranged(only("d"), "b", ORDER).keys].sort()).toEqual(["b", "c", "d"]);
    expect([...ranged(ranged(only("b"), "c", ORDER), "d", ORDER).keys].sort()).toEqual(["b", "c", "d"]);
    expect([...ranged(NOTHING, "b", ORDER).keys]).toEqual(["b"]);
  });

  it("is everything that matches but some", () => {
    let now = everything();
    expect(isSelected(now, "q")).toBe(true);
    expect(selectedCount(now, 1204)).toBe(1204);
    expect(target(now, "label = 'cat'")).toEqual({ where: "label = 'cat'" });
    now = toggled(toggled(now, "it's"), "b");
    expect(isSelected(now, "b")).toBe(false);
    expect(selectedCount(now, 1204)).toBe(1202);
    expect(target(now, "a = 1 or b = 2")).toEqual({ where: "(a = 1 or b = 2) and key not in ('it''s', 'b')" });
    expect(target(now, "")).toEqual({ where: "key not in ('it''s', 'b')" });
  });
});
