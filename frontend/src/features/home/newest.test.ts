import { expect, test } from "vitest";

import { newest } from "./newest";

const repo = (name: string, created_ms: number, owner: string | null = null, kind = "data") => ({ name, project: "default", kind, owner, created_ms });

test("the repo that was brought last is the one to go on with", () => {
  expect(newest([repo("a", 1), repo("pets", 3), repo("z", 2), repo("made", 9, "default/made"), repo("set", 8, null, "dataset")], "data")).toBe("pets");
  expect(newest([repo("a", 1)], "dataset")).toBeUndefined();
});
