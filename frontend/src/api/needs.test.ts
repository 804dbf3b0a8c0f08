import { expect, test } from "vitest";

import type { LabelingInfo, PipelineInfo, WorkerInfo } from "./client";
import { madeOldBy } from "./live";
import { needsOf } from "./needs";

const pipeline = (name: string, state: string) => ({ name, last_job: `run-${name}`, last_job_state: state }) as PipelineInfo;

test("failed runs come before open and banned; what is fine is not told", () => {
  const labeling = { pipeline: "label", state: "open", reason: "", open: 3, banned: 1 } as LabelingInfo;
  const banned = { worker: "w1", state: "banned", reason: "5 of 5 wrong" } as WorkerInfo;
  const needs = needsOf(
    [pipeline("good", "success"), pipeline("bad", "failed"), pipeline("old", "unchanged")],
    [labeling],
    new Map([["label", [banned, { ...banned, worker: "w2", state: "active" }]]]),
  );
  expect(needs.map((need) => need.kind)).toEqual(["failed", "open", "banned"]);
  expect(needs[2]).toMatchObject({ workers: [{ worker: "w1" }] });
});

test("tasks of a project that cannot start are no work for people", () => {
  const labeling = { pipeline: "label", state: "open", reason: "known answers are not loaded yet", blocked: "no file a.png", open: 3, banned: 0 } as LabelingInfo;
  expect(needsOf([], [labeling], new Map()).map((need) => need.kind)).toEqual(["blocked"]);
});

test("labels that look wrong wait for a person until all were looked at", () => {
  expect(needsOf([], [], new Map(), [], new Map([["animals", 1116], ["clean", 0]]))).toEqual([{ kind: "doubtful", dataset: "animals", labels: 1116 }]);
});

test("news make old what shows it, and unknown news everything", () => {
  expect(madeOldBy("job.ended")).toContain("jobs.list");
  expect(madeOldBy("head.moved")).toContain("commits.log");
  expect(madeOldBy("something.else")).toBeNull();
});
