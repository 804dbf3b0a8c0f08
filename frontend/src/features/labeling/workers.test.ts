import { expect, test } from "vitest";

import { byTrust, scored } from "./workers";

test("a score tells its Wilson interval", () => {
  expect(scored(0, 0)).toBeNull();
  expect(scored(19, 20)).toEqual({ share: "95 %", interval: "76 to 99 %" });
  expect(scored(5, 5)).toEqual({ share: "100 %", interval: "57 to 100 %" });
});

test("banned people come first, then the least trusted", () => {
  const worker = (name: string, state: string, right: number) => ({ worker: name, state, golden_right: right, golden_total: 10 });
  expect(byTrust([worker("a", "active", 9), worker("b", "active", 3), worker("c", "banned", 8)]).map((each) => each.worker)).toEqual(["c", "b", "a"]);
});
