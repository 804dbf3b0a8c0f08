import { describe, expect, it } from "vitest";

import { type Counters, itemFilters, notListedYet, reasonWords } from "./runs";

const run: Counters = { state: "running", total: 100, run: 3, reused: 40, failed: 1, recovered: 0, created_ms: 0, started_ms: 1, ended_ms: null };
const words = (of: Counters) => itemFilters(of).map(([, word]) => word);

it("why a run ended is told without ids", () => {
  expect(reasonWords(`a newer job ${"0a".repeat(16)} of the pipeline waits`)).toBe("a newer run of the pipeline waits");
});

describe("the items of a run", () => {
  it("can be asked for by what they are now", () => {
    expect(words(run)).toEqual(["All, failing first", "Being worked on", "Failed", "Done"]);
    expect(words({ ...run, state: "failed" })).toEqual(["All, failing first", "Failed", "Done"]);
  });
  it("are all alike in a run in which nothing failed", () => {
    expect(words({ ...run, state: "success", failed: 0 })).toEqual([]);
    expect(words({ ...run, state: "created", failed: 0 })).toEqual([]);
  });
  it("are counted where the list has them not yet", () => {
    expect(notListedYet(run, String)).toBe("Still to do or being worked on: 56; reused, and listed when the run has ended: 40.");
    expect(notListedYet({ ...run, state: "success" }, String)).toBeNull();
  });
});
