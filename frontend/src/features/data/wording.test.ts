import { expect, test } from "vitest";

import { clockWords, leftWords, storedWords } from "./wording";

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

test("what a version took", () => {
  expect(storedWords(null)).toBe("");
  expect(storedWords({ put: 0, stored: 0 })).toBe("");
  expect(storedWords({ put: 2_000_000, stored: null })).toBe("2.0 MB of files");
  expect(storedWords({ put: 2_000_000, stored: 0 })).toBe("2.0 MB of files, all stored before");
  expect(storedWords({ put: 2_000_000, stored: 5000 })).toBe("2.0 MB of files, 5.0 KB on disk");
});
