import { expect, it } from "vitest";

import { doneWords } from "./doneWords";

it("says how far all are as coarsely as it is known", () => {
  expect(doneWords({ tasks: 10_000, done: 9_500 })).toBe("about 95 % of 10,000 items done");
  expect(doneWords({ tasks: 10_000, done: 9_999 })).toBe("about 99 % of 10,000 items done");
  expect(doneWords({ tasks: 10_000, done: 10_000 })).toBe("all of 10,000 items done");
  expect(doneWords({ tasks: 10_000, done: 0 })).toBe("of 10,000 items the first are being done");
  expect(doneWords({ tasks: 12, done: 3 })).toBe("3 of 12 items done");
  expect(doneWords({ tasks: 0, done: 0 })).toBe("no items yet");
});
