import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { TOLD_MS, forgetLater } from "./passing";

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

test("what was done is told for a minute, with its undo, and no longer", () => {
  const forget = vi.fn();
  forgetLater({ error: null }, forget);
  vi.advanceTimersByTime(TOLD_MS - 1);
  expect(forget).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(forget).toHaveBeenCalledOnce();
});

test("an error stays, and what replaced a note is not forgotten with it", () => {
  const forget = vi.fn();
  expect(forgetLater({ error: new Error("no") }, forget)).toBeUndefined();
  expect(forgetLater(null, forget)).toBeUndefined();
  forgetLater({ error: null }, forget)?.();
  vi.advanceTimersByTime(2 * TOLD_MS);
  expect(forget).not.toHaveBeenCalled();
});
