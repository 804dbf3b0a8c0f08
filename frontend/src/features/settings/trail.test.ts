import { expect, test } from "vitest";

import { operationWords, trailQuestion, trailSearch } from "./trail";

test("an address tells what is shown, and what does not fit is left out", () => {
  expect(trailSearch({ user: "ann", outcome: "denied", from: "2026-11-01", to: "yesterday", object: 7, more: 1 })).toEqual({
    user: "ann", outcome: "denied", from: "2026-11-01", object: "7",
  });
  expect(trailSearch({ outcome: "all" })).toEqual({});
});

test("days become moments, the last one whole", () => {
  const asked = trailQuestion({ from: "2026-11-01", to: "2026-11-01" });
  expect(asked.since_ms).toBe(new Date(2026, 10, 1).getTime());
  expect((asked.until_ms ?? 0) - asked.since_ms).toBe(86_400_000);
  expect(trailQuestion({})).toEqual({ user: "", operation: "", object: "", outcome: "", since_ms: 0 });
});

test("operations are told in words", () => {
  expect(operationWords("access.create_user")).toBe("access: create user");
  expect(operationWords("files.put")).toBe("data: put");
});
