import { expect, test } from "vitest";

import { type Project, estimateOf, problemsOf, showsOf, specOf } from "./project";
import { TEMPLATES, classesOf, configOf, templateOf } from "./templates";

const one = templateOf("image-one");
if (!one) throw new Error("the template is there");
const PROJECT: Project = {
  name: "birds",
  template: one,
  items: { kind: "files", repo: "photos", glob: "/**.jpg" },
  question: "Which bird?",
  classes: "robin\nwren",
  guidelines: "# Look at the beak",
  people: 3,
  until: null,
  known: null,
  banBelow: 0.7,
  banFast: true,
  price: 0.05,
  currency: "EUR",
  budget: 20,
  publish: "complete",
};

test("every template's config is well-formed XML that names what it shows", () => {
  for (const template of TEMPLATES) {
    const config = configOf(template, 'Is "this" <b> & that?', ["a & b", '"c"', "<d>"], { item: "x", other: "y" });
    expect(config).toMatch(/^<View>.*<\/View>$/);
    expect(config).not.toMatch(/&(?!amp;|lt;|gt;|quot;)/);
    expect(config).toContain("$x");
    expect((config.match(/<[A-Za-z]+[^>]*[^/]>/g) ?? []).length).toBe((config.match(/<\/[A-Za-z]+>/g) ?? []).length);
  }
});

test("classes that are digits get their own keys", () => {
  expect(configOf(one, "", ["0", "1", "2"], { item: "x" })).toContain('<Choice value="2" hotkey="2"/>');
  expect(configOf(one, "", ["0", "one"], { item: "x" })).not.toContain("hotkey");
});

test("classes come one in each line or set apart by commas, and each once", () => {
  expect(classesOf("a, b,a").classes).toEqual(["a", "b"]);
  expect(classesOf("a, b\nc").classes).toEqual(["a, b", "c"]);
  expect(classesOf("a").problem).toMatch(/two classes/);
});

test("a project of files becomes a pipeline over them", () => {
  const spec = specOf(PROJECT);
  expect(spec["input"]).toEqual({ pfs: { repo: "photos", glob: "/**.jpg", name: "image" } });
  expect(spec["labeling"]).toMatchObject({ overlap: 3, price: 0.05, currency: "EUR", budget: 20, publish: "complete", rules: { fast: { count: 5 } } });
  expect(JSON.stringify(spec)).not.toContain("golden");
});

test("known answers bring their rule, with their columns", () => {
  const known = { table: "truth@main:t.csv", item: "path", answer: "label", every: 5 };
  expect(specOf({ ...PROJECT, known })["labeling"]).toMatchObject({
    golden: { from: "truth@main:t.csv", path: "path", items: "photos", answer: "label", every: 5 },
    rules: { golden: { min_accuracy: 0.7 } },
  });
  const text = templateOf("text-one") ?? one;
  const rows: Project = { ...PROJECT, template: text, known, items: { kind: "rows", repo: "news", path: "h.csv", key: null, item: "headline", other: null } };
  expect(specOf(rows)).toMatchObject({ input: { pfs: { rows: true, glob: "/h.csv" } }, labeling: { golden: { columns: { headline: "path" } } } });
});

test("known answers whose files lie in another repo name that repo; in none is a problem", () => {
  const known = { table: "known@main:answers.csv", item: "path", answer: "label", every: 5 };
  expect(specOf({ ...PROJECT, known: { ...known, files: "known" } })["labeling"]).toMatchObject({ golden: { from: "known@main:answers.csv", items: "known" } });
  expect(problemsOf({ ...PROJECT, known: { ...known, files: "known" } })).toEqual([]);
  expect(problemsOf({ ...PROJECT, known: { ...known, files: null } }).join()).toMatch(/neither in known nor in photos/);
});

test("the estimate counts people, known answers and, until sure, a range", () => {
  expect(estimateOf(PROJECT, 100)).toEqual({ answers: { least: 300, most: 300 }, cost: { least: 15, most: 15 } });
  const known = { table: "t@main:x.csv", item: "a", answer: "b", every: 5 };
  expect(estimateOf({ ...PROJECT, known, until: { most: 5, confidence: 0.9 } }, 100).answers).toEqual({ least: 375, most: 625 });
});

test("what does not fit together is said", () => {
  expect(problemsOf(PROJECT)).toEqual([]);
  expect(problemsOf({ ...PROJECT, name: "no good" })).toHaveLength(1);
  expect(problemsOf({ ...PROJECT, items: { kind: "rows", repo: "a", path: "b.csv", key: null, item: "", other: null } })).toHaveLength(2);
});

test("what a repo shows is what most of its files are", () => {
  expect(showsOf(["image", "image", "table"])).toBe("image");
  expect(showsOf([null])).toBeNull();
});
