import { expect, test } from "vitest";

import { keysFor, keysSaid } from "./choices";

test("choices have their own keys, else digits in order", () => {
  expect(keysFor(["bait", "news", "ad"], [null, "1", null])).toEqual(["2", "1", "3"]);
  expect(keysFor(Array.from("abcdefghijk"), Array.from("abcdefghijk", () => null)).slice(8)).toEqual(["9", "0", ""]);
});

test("digits answer to themselves", () => {
  expect(keysFor(["0", "1", "7"], [null, null, null])).toEqual(["0", "1", "7"]);
  expect(keysFor(["0", "one"], [null, null])).toEqual(["1", "2"]);
});

test("what the form says of the keys is what the keys are", () => {
  expect(keysSaid(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])).toBe("with the keys 0 to 9");
  expect(keysSaid(Array.from("abcdefghij"))).toBe("with the keys 1 to 9 and 0");
  expect(keysSaid(Array.from("abcdefghijk"))).toBe("the first ten get the keys 1 to 9 and 0");
  expect(keysSaid(["robin", "wren"])).toBe("with the keys 1 and 2");
  expect(keysSaid(["2", "7"])).toBe("with the keys 2 and 7");
});
