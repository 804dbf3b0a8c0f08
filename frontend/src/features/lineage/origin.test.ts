import { expect, test } from "vitest";

import type { CommitInfo } from "@/api/client";

import { origin } from "./origin";

test("an act is told in plain words", () => {
  const derivation = { stage: "act", inputs: [], recipe: null, job: null, facts: { act: "fix", count: 1 } };
  const commit = { id: "c", repo: "default/d", author: "ana", message: "", derivation } as unknown as CommitInfo;
  expect(origin(commit)).toBe("changed by ana on the dataset's page or by a command");
});
