import { expect, test } from "vitest";

import { firstOf, picksOf } from "./likely";

const repo = (name: string, created_ms: number, more: { kind?: string; owner?: string; held_out?: boolean } = {}) => ({ name, project: "default", kind: "data", held_out: false, created_ms, ...more });
const REPOS = [
  repo("answers", 9), repo("birds", 5), repo("cars", 7), repo("exam", 8, { held_out: true }), repo("embed", 6, { owner: "default/embed" }), repo("set", 4, { kind: "dataset" }),
];

test("what came from outside stands before what pipelines write and what is held out, the newest first", () => {
  expect(picksOf(REPOS)).toEqual([
    { label: "From outside", names: ["answers", "cars", "birds"] },
    { label: "Made by pipelines", names: ["embed"] },
    { label: "Held out, only for scoring", names: ["exam"] },
  ]);
});

test("what fits comes first, what does not comes last", () => {
  const picks = picksOf(REPOS, (name) => ({ birds: true, answers: false })[name]);
  expect(picks[0]?.names).toEqual(["birds", "cars", "answers"]);
  expect(firstOf(picks)).toBe("birds");
  expect(firstOf([])).toBeUndefined();
});
