import { expect, test } from "vitest";

import { guessColumns } from "./guess";
import { labelingSearch } from "./place";

test("columns are guessed by their names", () => {
  expect(guessColumns(["image", "worker", "label", "seconds_for_batch_of_10"])).toEqual({ item: "image", answer: "label", worker: "worker", seconds: "seconds_for_batch_of_10", per: 10 });
  expect(guessColumns(["task_id", "annotator_id", "choice"])).toEqual({ item: "task_id", answer: "choice", worker: "annotator_id", seconds: "", per: 1 });
  expect(guessColumns(["a", "b"])).toEqual({ item: "", answer: "", worker: "", seconds: "", per: 1 });
});

test("an address keeps only what a link may say", () => {
  expect(labelingSearch({ tab: "people", sort: "agreement", down: true, worker: "w1", x: 1 })).toEqual({ tab: "people", sort: "agreement", down: true, worker: "w1" });
  expect(labelingSearch({ tab: "<script>", sort: 3, down: "yes" })).toEqual({});
});
