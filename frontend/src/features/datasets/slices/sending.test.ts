import { describe, expect, it } from "vitest";

import { formOf, startOf } from "./sending";

describe("the short form of a labeling project", () => {
  it("starts from the dataset", () => {
    const form = startOf({ name: "digits", classes: ["0", "1"] });
    expect(formOf(form)).toEqual({ name: "digits-again", task: "classification", classes: ["0", "1"], overlap: 3 });
  });

  it("has a name that no project of the dataset has", () => {
    const dataset = { name: "digits", classes: [] };
    expect(startOf(dataset, new Set(["digits-again", "digits-again-2"])).name).toBe("digits-again-3");
    expect(startOf(dataset, new Set(["other"])).name).toBe("digits-again");
  });
  it("leaves out what is empty, and keeps each class once", () => {
    const form = { ...startOf({ name: "d", classes: [] }), classes: " cat \n\ncat\ndog", price: "0.02", budget: "", overlap: "x" };
    expect(formOf(form)).toEqual({ name: "d-again", task: "classification", classes: ["cat", "dog"], price: 0.02 });
    expect(formOf({ ...form, task: "text" })).not.toHaveProperty("classes");
  });
});
