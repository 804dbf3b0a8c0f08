import { expect, test } from "vitest";

import { may, whoMay } from "./may";

test("a role may what the server's table says", () => {
  expect(may("owner", "access.create_user")).toBe(true);
  expect(may("curator", "access.create_user")).toBe(false);
  expect(may("reviewer", "labeling.rule")).toBe(true);
  expect(may("labeler", "repos.list")).toBe(false);
  expect(may("auditor", "audit.list")).toBe(true);
  expect(may("", "access.me")).toBe(false);
});

test("who may is told in words", () => {
  expect(whoMay("audit.list")).toBe("auditor or owner");
  expect(whoMay("access.create_user")).toBe("owner");
});
