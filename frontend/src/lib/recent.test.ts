import { expect, test } from "vitest";

import { recentChanges } from "./recent";

test("what a pipeline moves is what followed, not a change of its own", () => {
  const changes = recentChanges([
    { kind: "head.moved", change: "a", at_ms: 1, facts: { repo: "default/scans", branch: "main", commit: "c1", author: "ann" } },
    { kind: "job.ended", change: "a", at_ms: 2, facts: { state: "success" } },
    { kind: "head.moved", change: "a", at_ms: 2, facts: { repo: "default/train", author: "pipeline default/train" } },
    { kind: "job.ended", change: "a", at_ms: 3, facts: { state: "failed" } },
    { kind: "answer.settled", change: "b", at_ms: 4, facts: {} },
    { kind: "repo.created", change: "c", at_ms: 5, facts: { repo: "default/new" } },
  ]);
  expect(changes.map((change) => change.change)).toEqual(["c", "a"]);
  expect(changes[1]).toMatchObject({ runs: 2, failed: 1, heads: [{ repo: "default/scans", author: "ann" }] });
});

test("a run that begins is nobody's act", () => {
  const [change] = recentChanges([
    { kind: "pipeline.changed", change: "a", at_ms: 1, facts: { name: "default/label" } },
    { kind: "job.started", change: "a", at_ms: 2, facts: {} },
  ]);
  expect(change?.others).toEqual([{ kind: "pipeline.changed", name: "default/label" }]);
});
