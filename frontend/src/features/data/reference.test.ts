import { describe, expect, test } from "vitest";

import {
  baseName,
  byBytes,
  folderOf,
  nameProblem,
  pathProblem,
  referenceOf,
  shortenable,
  shownName,
  trail,
} from "./reference";

describe("references", () => {
  test("are built from their parts, and a path keeps every mark it has", () => {
    expect(referenceOf("scans")).toBe("scans");
    expect(referenceOf("scans", "main", "")).toBe("scans@main");
    expect(referenceOf("p/scans", "main", "a@b:c#d?/é.png")).toBe("p/scans@main:a@b:c#d?/é.png");
  });
});

describe("paths", () => {
  test.each([
    ["", "empty"],
    ["a//b", "empty part"],
    ["../secret", "“..”"],
    ["a/./b", "“.”"],
    ["a\u0000b", "control"],
    ["a\nb", "control"],
    ["x\ud800", "half"],
    [`${"é".repeat(128)}.png`, "255"],
    [`${"abc/".repeat(1100)}d`, "4096"],
  ])("%j is refused", (path, why) => {
    expect(pathProblem(path)).toContain(why);
  });

  test("of any other writing are allowed", () => {
    for (const path of ["a.png", "<img src=x>.png", "صور/قطة.png", "a b/…/😀.csv", "-rf", "'; drop"])
      expect(pathProblem(path)).toBeNull();
  });

  test("give their folder, name and way", () => {
    expect([folderOf("a/b/c.png"), folderOf("c.png"), baseName("a/b/c.png")]).toEqual(["a/b", "", "c.png"]);
    expect(trail("a/b")).toEqual([
      { name: "a", path: "a" },
      { name: "b", path: "a/b" },
    ]);
  });

  test("sort as UTF-8 does", () => {
    const paths = ["b", "a", "😀", "\uffee", "a/b", "a.b", "é"];
    const encoder = new TextEncoder();
    const hex = (path: string) => [...encoder.encode(path)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    expect([...paths].sort(byBytes)).toEqual([...paths].sort((a, b) => (hex(a) < hex(b) ? -1 : 1)));
  });
});

test("marks that turn text around or cannot be seen are written out", () => {
  expect(shownName("photo\u202Egnp.exe")).toBe("photo⟨202E⟩gnp.exe");
  expect(shownName("a\tb\u200bc")).toBe("a⟨0009⟩b⟨200B⟩c");
  expect(shownName("صور.png")).toBe("صور.png");
});

test("a shortened name keeps its extension", () => {
  expect(shortenable("a-very-long-name-0017.png")).toEqual({ stem: "a-very-long-name-", end: "0017.png" });
  expect(shortenable("Makefile")).toEqual({ stem: "Makefile", end: "" });
  expect(shortenable("a.png")).toEqual({ stem: "a.png", end: "" });
});

test("names of repos and branches follow the server's rule", () => {
  expect(nameProblem("birds-2")).toBeNull();
  expect(nameProblem("")).toContain("name");
  expect(nameProblem("a b")).toContain("letters");
  expect(nameProblem("0123456789abcdef0123456789abcdef")).toContain("id");
});
