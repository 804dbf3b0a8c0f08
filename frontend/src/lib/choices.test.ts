import { expect, test } from "vitest";

import { keysFor } from "./choices";

test("choices have their own keys, else digits in order", () => {
  expect(keysFor(["bait", "news", "ad"], [null, "1", null])).toEqual(["2", "1", "3"]);
  expect(keysFor(Array.from("abcdefghijk"), Array.from("abcdefghijk", () => null)).slice(8)).toEqual(["9", "0", ""]);
});

test("digits answer to themselves", () => {
  expect(keysFor(["0", "1", "7"], [null, null, null])).toEqual(["0", "1", "7"]);
  expect(keysFor(["0", "one"], [null, null])).toEqual(["1", "2"]);
});
