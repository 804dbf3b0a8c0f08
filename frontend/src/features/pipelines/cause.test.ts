import { expect, test } from "vitest";

import { changedInputs } from "./cause";

const made = (recipe: string, ...inputs: [string, string][]) => ({
  derivation: { recipe, inputs: inputs.map(([repo, commit]) => ({ repo, branch: "main", commit })) },
});

test("only what moved since the version before is a cause", () => {
  const before = made("r1", ["scans", "c1"], ["labels", "l1"]);
  expect(changedInputs(made("r1", ["scans", "c2"], ["labels", "l1"]), before)).toEqual({
    recipe: false, inputs: [{ repo: "scans", commit: "c2", before: "c1" }],
  });
  expect(changedInputs(made("r2", ["scans", "c1"], ["labels", "l1"]), before)).toEqual({ recipe: true, inputs: [] });
  expect(changedInputs(made("r1", ["scans", "c1"]), null).inputs).toEqual([{ repo: "scans", commit: "c1", before: null }]);
});
