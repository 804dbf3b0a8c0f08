import { expect, test } from "vitest";

import type { Schemas } from "./client";
import { startedWords } from "./training";

const started = { pipeline: "d-train", change: "c", model: "d-model", dataset: "d", version: 1, saved: true, added: 30, removed: 0, relabeled: 0, first: false } as Schemas["TrainInfo"];

test("a first training tells of no earlier one", () => {
  expect(startedWords({ ...started, first: true })).toBe("Saved as version 1 of d: 30 items, trained on for the first time.");
  expect(startedWords({ ...started, version: 2, added: 2 })).toBe("Saved as version 2 of d; since the last training 2 items added.");
});
