import { expect, test } from "vitest";

import { inputRepos } from "./inputs";
import { type LoopPipeline, type LoopRepo, joinsOf, loopOf } from "./loop";

const repo = (name: string, owner: string | null = null): LoopRepo => ({ name, project: "default", held_out: false, owner });
const pipeline = (name: string, input: unknown, more: object = {}): LoopPipeline => ({
  name, project: "default", kind: "function", output: `${name}@main`, spec: { input, ...more },
});
const from = (name: string) => ({ pfs: { repo: name, glob: "/" } });

test("inputs are found however they are combined, each once", () => {
  const input = { cross: [from("a"), { union: [from("b"), { pfs: { repo: "a", project: "lab", branch: "dev" } }] }, from("a")] };
  expect(inputRepos(input)).toEqual([
    { repo: "a", branch: "main" }, { repo: "b", branch: "main" }, { repo: "lab/a", branch: "dev" },
  ]);
  expect(inputRepos(input, "trial").map((each) => each.repo)).toEqual(["trial/a", "trial/b", "lab/a"]);
  expect(inputRepos({ cron: { spec: "@daily" } })).toEqual([]);
});

test("a pipeline and its repo are one stage, and stages that nothing joins come last", () => {
  const { nodes, edges } = loopOf(
    [repo("alone"), repo("scans"), repo("train", "default/train")],
    [pipeline("train", from("scans"))],
  );
  expect(nodes.map((node) => node.id)).toEqual(["p:train", "r:scans", "r:alone"]);
  expect(edges).toEqual([{ from: "r:scans", to: "p:train" }]);
});

test("feedback leads back and known answers lead to the people", () => {
  const { edges } = loopOf(
    [repo("inbox"), repo("known"), repo("truth")],
    [pipeline("label", from("inbox"), { labeling: { golden: { items: "known", from: "truth@main:answers.csv" } } }), pipeline("choose", from("label"))],
    [{ name: "next", source: "choose@main", target: "inbox@main:chosen", used: 1, budget: 2 }],
  );
  expect(edges).toEqual([
    { from: "r:inbox", to: "p:label" }, { from: "r:known", to: "p:label" }, { from: "r:truth", to: "p:label" }, { from: "p:label", to: "p:choose" },
    { from: "p:choose", to: "r:inbox", back: true },
  ]);
});

test("a pipeline reads the repos of its own project unless it names another", () => {
  const input = { cross: [from("scans"), { pfs: { repo: "shared", project: "default" } }] };
  const copy = { ...pipeline("embed", input), project: "trial", output: "trial/embed@main" };
  const { edges } = loopOf([repo("scans"), repo("shared"), { ...repo("scans"), project: "trial" }], [copy]);
  expect(edges).toEqual([{ from: "r:trial/scans", to: "p:trial/embed" }, { from: "r:shared", to: "p:trial/embed" }]);
});

test("a repo named with its project is the same repo", () => {
  expect(inputRepos(from("default/scans"))).toEqual([{ repo: "scans", branch: "main" }]);
  expect(loopOf([repo("scans")], [pipeline("embed", from("default/scans"))]).edges).toEqual([{ from: "r:scans", to: "p:embed" }]);
});

test("sources lead to their dataset, and what trains on it to the model", () => {
  const definition = { items: { from: "pets@main", glob: "**.png" }, labels: { from: "label@main:labels", pipeline: "label" }, fields: [{ from: "notes@main:a.csv" }] };
  const joins = joinsOf(
    [{ name: "set", project: "default", definition }],
    [
      { name: "set-model", project: "default", dataset: "set", follows: "train@main:predictions" },
      { name: "own", project: "default", dataset: "set", follows: "" },
    ],
  );
  const { edges } = loopOf(
    ["pets", "notes", "set", "set-model", "own"].map((name) => repo(name)),
    [pipeline("label", from("pets"), { labeling: {} }), pipeline("train", from("set"))],
    [],
    joins,
  );
  expect(edges.map((edge) => `${edge.from}>${edge.to}`)).toEqual([
    "r:pets>p:label", "r:set>p:train", "r:pets>r:set", "p:label>r:set", "r:notes>r:set", "p:train>r:set-model", "r:set>r:own",
  ]);
});
