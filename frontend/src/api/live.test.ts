import { expect, test } from "vitest";

import type { StatusInfo } from "./client";
import { madeOldBy, newer } from "./live";

const STATUS: StatusInfo = { quiet: true, coordinator: "server", position: 7, taken: 7, waiting: 0, running: 0, at_ms: 1000 };

test("an answer that was long on its way does not undo a newer word about the state", () => {
  const busy = { ...STATUS, quiet: false, running: 1, at_ms: 2000 };
  expect(newer(STATUS, busy)).toBe(busy);
  expect(newer(busy, STATUS)).toBe(busy);
  expect(newer(STATUS, undefined)).toBe(STATUS);
});

test("news of an unknown kind make everything old", () => {
  expect(madeOldBy("something.else")).toBeNull();
  expect(madeOldBy("job.ended")).toContain("jobs.list");
});
