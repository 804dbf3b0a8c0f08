import { expect, test } from "vitest";

import type { Schemas } from "./client";
import type { JobInfo } from "./client";
import { goingOn, startedWords } from "./training";

const started = { pipeline: "d-train", change: "c", model: "d-model", dataset: "d", version: 1, saved: true, added: 30, removed: 0, relabeled: 0, first: false } as Schemas["TrainInfo"];

test("a first training tells of no earlier one", () => {
  expect(startedWords({ ...started, first: true })).toBe("Saved as version 1 of d: 30 items, trained on for the first time.");
  expect(startedWords({ ...started, version: 2, added: 2 })).toBe("Saved as version 2 of d; since the last training 2 items added.");
});

test("a run that waits does not hide the one that is going on", () => {
  const job = (id: string, state: string) => ({ id, state }) as JobInfo;
  const runs = [[job("e", "succeeded")], [job("c", "created"), job("b", "running"), job("a", "succeeded")]];
  const found = goingOn(runs);
  expect([found.at, found.running?.id, found.waiting]).toEqual([1, "b", 1]);
  expect(goingOn([[job("e", "created")], [job("c", "created"), job("b", "running")]]).running?.id).toBe("b");
  expect(goingOn([[job("e", "created")], []])).toMatchObject({ at: 0, waiting: 0 });
  expect(goingOn([[job("e", "failed")], []])).toEqual({ at: -1, running: undefined, waiting: 0 });
});
