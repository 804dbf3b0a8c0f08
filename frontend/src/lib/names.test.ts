import { expect, test } from "vitest";

import { freeName, nameFrom } from "./names";

test("words become a name, and a name that is taken the next free one", () => {
  expect(nameFrom("My photos", "repo")).toBe("My-photos");
  expect(nameFrom("0123456789abcdef0123456789abcdef", "repo")).toMatch(/^repo-/);
  const taken = new Set(["label-photos", "label-photos-2", "x".repeat(63)]);
  expect(freeName("label-scans", taken)).toBe("label-scans");
  expect(freeName("label-photos", taken)).toBe("label-photos-3");
  expect(freeName("x".repeat(63), taken)).toBe(`${"x".repeat(59)}-2`);
});
