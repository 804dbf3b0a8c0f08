import { expect, test } from "vitest";

import { matching } from "./search";

test("every word must occur, and beginnings win", () => {
  const names = ["restrain", "train-random", "pipeline train", "scans"];
  expect(matching(names, "train", (name) => name)).toEqual(["train-random", "pipeline train", "restrain"]);
  expect(matching(names, "ran tra", (name) => name)).toEqual(["train-random"]);
  expect(matching(names, " ", (name) => name)).toEqual(names);
});
