import { expect, test } from "vitest";

import { lineageGraph } from "./graph";

const commit = (id: string, ...inputs: string[]) => ({ id, repo: "r", derivation: { inputs: inputs.map((input) => ({ commit: input })) } });

test("the nearest versions on both sides are joined by what they read", () => {
  const here = commit("h", "a");
  const { nodes, edges } = lineageGraph(
    "h",
    [{ commit: here, depth: 0 }, { commit: commit("a", "z"), depth: 1 }, { commit: commit("z"), depth: 2 }],
    [{ commit: here, depth: 0 }, { commit: commit("b", "h"), depth: 1 }],
    3,
  );
  expect(nodes.map((node) => [node.id, node.side])).toEqual([["h", "here"], ["a", "from"], ["b", "to"]]);
  expect(edges).toEqual([{ from: "a", to: "h" }, { from: "h", to: "b" }]);
});

test("a record of a model is joined to the version that it stands for", () => {
  const here = commit("h");
  const { edges } = lineageGraph("h", [{ commit: here, depth: 0, record_of: ["v"] }, { commit: commit("v", "a"), depth: 1 }, { commit: commit("a"), depth: 2 }], [], 9);
  expect(edges).toEqual([{ from: "a", to: "v" }, { from: "v", to: "h" }]);
});

test("a record that its version read is joined once", () => {
  const { edges } = lineageGraph("h", [{ commit: commit("h"), depth: 0, record_of: ["v"] }, { commit: commit("v", "h"), depth: 1 }], [], 9);
  expect(edges).toEqual([{ from: "h", to: "v" }]);
});
