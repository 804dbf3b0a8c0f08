import { describe, expect, it } from "vitest";

import { EMPTY, classesFrom, commonMedia, definitionOf, draftOf, endingsOf, folderLabel, globOf, labeledRepo, labelsOf, missing } from "./draft";

describe("a dataset in the making", () => {
  it.each([
    { media: { kind: "image" }, items: { from: "photos@main", glob: "**.png" }, labels: { from_folder: true }, classes: [{ name: "cat", colour: 2 }], task: "classification" },
    { media: { kind: "text", column: "headline" }, items: { from: "rows@main:headlines.csv", key: "id" }, labels: { column: "truth" }, classes: [], task: "classification" },
    {
      media: { kind: "image", column: "file", media_from: "photos@main:in" },
      items: { from: "rows@main:a.parquet", key: "id" },
      labels: { from: "label@main:labels", key: "path", column: "label", match: "stem", pipeline: "label" },
      fields: [{ from: "x@main:y.csv", key: "id" }],
      classes: [],
      task: "classification",
    },
    { media: { kind: "none" }, items: { from: "rows@main:a.csv", key: "id" }, classes: [], task: "classification" },
  ])("is read and said the same way", (definition) => {
    expect(definitionOf(draftOf(definition))).toEqual(definition);
  });

  it("reads which files are meant, and says it the same way", () => {
    expect(endingsOf("")).toEqual([]);
    expect(endingsOf("**.{png,PNG}")).toEqual(["png"]);
    expect(endingsOf("**.jpg")).toEqual(["jpg"]);
    expect(endingsOf("night/**.jpg")).toBeNull();
    expect(endingsOf(globOf(["png", "jpg"]))).toEqual(["png", "jpg"]);
    expect(globOf([])).toBe("");
    expect(globOf(["7z"])).toBe("**.{7z,7Z}");
  });

  it("says what is still missing", () => {
    expect(missing(EMPTY)).toMatch(/repo/);
    expect(missing({ ...EMPTY, from: "a@main" })).toBeNull();
    expect(missing({ ...EMPTY, from: "a@main", items: "rows" })).toMatch(/table/);
    expect(missing({ ...EMPTY, from: "a@main:x.csv", items: "rows", key: "id", media: "text" })).toMatch(/text/);
    expect(missing({ ...EMPTY, from: "a@main", labels: "table" })).toMatch(/labels/);
  });

  it("takes the labels that people give in a project, once a table is chosen", () => {
    expect(missing({ ...EMPTY, from: "a@main", labels: "table", labelFrom: "label@main" })).toMatch(/labels/);
    const draft = { ...EMPTY, from: "photos@main", ...labelsOf("label-photos", ["cat", "dog", "owl"]) };
    expect(missing(draft)).toBeNull();
    expect(definitionOf(draft)).toMatchObject({ labels: { from: "label-photos@main:labels", key: "key", column: "label", match: "path", pipeline: "label-photos" } });
    expect(draft.classes.map((one) => one.name)).toEqual(["cat", "dog", "owl"]);
    expect(labeledRepo({ labeling: {}, input: { pfs: { repo: "photos", glob: "/**" } } })).toBe("photos");
    expect(labeledRepo({ input: { pfs: { repo: "photos" } } })).toBeNull();
    expect(labeledRepo({ labeling: {}, input: { union: [] } })).toBeNull();
  });

  it("guesses media, classes and folders", () => {
    expect(commonMedia(["a.png", "b/c.JPG", "d.wav", "truth.csv"])).toBe("image");
    expect(commonMedia([])).toBe("none");
    expect(classesFrom(["10", "9", 1, null, "", "9"]).map((one) => one.name)).toEqual(["1", "9", "10"]);
    expect(folderLabel("/in/cat/1.png")).toBe("cat");
    expect(folderLabel("1.png")).toBe("");
  });
});
