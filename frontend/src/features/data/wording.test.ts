import { expect, test } from "vitest";

import { agoWords, clockWords, counted, leftWords, sizeWords } from "./wording";

test("sizes", () => {
  expect([0, 118, 999, 1000, 8_192, 99_960, 999_600, 1_349_402, 5e9].map(sizeWords)).toEqual([
    "0 B",
    "118 B",
    "999 B",
    "1.0 KB",
    "8.2 KB",
    "100 KB",
    "1.0 MB",
    "1.3 MB",
    "5.0 GB",
  ]);
});

test("counts have their plural and thousands", () => {
  expect([counted(0, "file"), counted(1, "file"), counted(1204, "file"), counted(2, "entry", "entries")]).toEqual([
    "0 files",
    "1 file",
    "1,204 files",
    "2 entries",
  ]);
});

test("times ago", () => {
  const now = 1_800_000_000_000;
  const minute = 60_000;
  expect(
    [
      0,
      11 * minute,
      3 * 60 * minute,
      24 * 60 * minute,
      9 * 1440 * minute,
      200 * 1440 * minute,
      800 * 1440 * minute,
    ].map((past) => agoWords(now - past, now)),
  ).toEqual(["just now", "11 min ago", "3 h ago", "yesterday", "9 days ago", "7 months ago", "2 years ago"]);
  expect(agoWords(now + 5000, now)).toBe("just now");
});

test("clock times carry the day when it is another", () => {
  const noon = new Date(2026, 10, 21, 12, 4).getTime();
  expect(clockWords(noon, noon + 3_600_000)).toBe("12:04");
  expect(clockWords(noon, noon + 86_400_000)).toBe("21 Nov 12:04");
  expect(clockWords(noon, new Date(2028, 1, 1).getTime())).toBe("21 Nov 2026 12:04");
});

test("what is left", () => {
  expect([2, 42, 130, 9000, Infinity].map(leftWords)).toEqual([
    "a few seconds left",
    "about 40 s left",
    "about 2 min left",
    "about 3 h left",
    "",
  ]);
});
