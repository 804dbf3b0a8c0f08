import { expect, test } from "vitest";

import { ago, authorName, bytes, counted, duration, money, moneys, plain } from "./format";

test("durations are told in the unit that people would use", () => {
  expect([0, 0.2, 7, 999, 1500, 42_000, 75_000, 179_700, 3_720_000].map(duration)).toEqual([
    "0 ms", "< 1 ms", "7 ms", "999 ms", "1.5 s", "42 s", "1 min 15 s", "3 min 0 s", "1 h 2 min",
  ]);
});

test("sizes never show a thousand of a unit", () => {
  expect([0, 999, 1000, 1536, 999_499, 999_999, 2.5e9].map(bytes)).toEqual([
    "0 B", "999 B", "1.0 KB", "1.5 KB", "999 KB", "1.0 MB", "2.5 GB",
  ]);
});

test("money names its currency where there is one, and is never added across currencies", () => {
  expect([money(1234.5), money(0.5, "EUR"), money(3, null)]).toEqual(["1,234.50", "0.50\u00a0EUR", "3.00"]);
  expect(moneys([{ amount: 1, currency: "EUR" }, { amount: 2, currency: "$" }, { amount: 3, currency: "EUR" }, { amount: 0, currency: "" }])).toBe("4.00\u00a0EUR + 2.00\u00a0$");
  expect(moneys([])).toBe("");
});

test("times say how long ago, then the clock, then the day", () => {
  const now = new Date(2026, 10, 21, 14, 0).getTime();
  const at = (...parts: [number, number, number, number, number]): string => ago(new Date(...parts).getTime(), now);
  expect(ago(now - 4_000, now)).toBe("now");
  expect(at(2026, 10, 21, 13, 56)).toBe("4 min ago");
  expect(at(2026, 10, 21, 12, 4)).toBe("12:04");
  expect(at(2026, 10, 20, 23, 59)).toBe("yesterday 23:59");
  expect(at(2025, 2, 3, 12, 4)).toBe("3 Mar 2025 12:04");
});

test("one thing is not called many", () => {
  expect([counted(1, "item"), counted(1234, "item"), counted(0, "try", "tries")]).toEqual(["1 item", "1,234 items", "0 tries"]);
});

test("only the default project goes unnamed", () => {
  expect([plain("default/scans"), plain("lab/scans"), plain("scans")]).toEqual(["scans", "lab/scans", "scans"]);
});

test("who made a version is said without the default project", () => {
  expect(["pipeline default/train", "pipeline lab/train", "ann", "default/label"].map(authorName)).toEqual(["pipeline train", "pipeline lab/train", "ann", "label"]);
});
