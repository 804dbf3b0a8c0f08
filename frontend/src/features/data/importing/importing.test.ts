import { describe, expect, test } from "vitest";

import { justBefore } from "@/features/data/reference";

import { type DroppedEntry, commonFolder, filesOfEntries, filesOfInput } from "./picked";
import { defaultMessage, findReplaced, planImport } from "./plan";
import { rateOf, withSample } from "./rate";
import { header, tarOf } from "./tar";

const file = (name: string, size = 3) => new File([new Uint8Array(size)], name);

function dropped(name: string, below?: DroppedEntry[]): DroppedEntry {
  if (!below) return { name, isFile: true, isDirectory: false, file: (done) => done(file(name)) };
  const createReader = () => {
    const left = [...below];
    return { readEntries: (done: (entries: DroppedEntry[]) => void) => done(left.splice(0, 100)) };
  };
  return { name, isFile: false, isDirectory: true, createReader };
}

describe("dropping", () => {
  test("a folder gives all files below it, however many, with their paths", async () => {
    const many = Array.from({ length: 250 }, (_, index) => dropped(`${String(index).padStart(3, "0")}.png`));
    const { files } = await filesOfEntries([
      dropped("birds", [dropped("inner", many), dropped("a.csv")]),
      dropped("b.txt"),
    ]);
    expect(files).toHaveLength(252);
    expect(files.map(({ path }) => path)).toEqual([
      "birds/a.csv",
      ...Array.from({ length: 250 }, (_, index) => `birds/inner/${String(index).padStart(3, "0")}.png`),
      "b.txt",
    ]);
  });

  test("files that systems make are left out and told", async () => {
    const found = await filesOfEntries([
      dropped("birds", [dropped(".DS_Store"), dropped("._a.png"), dropped("a.png")]),
    ]);
    expect(found.files.map(({ path }) => path)).toEqual(["birds/a.png"]);
    expect(found.leftOut).toEqual(["birds/.DS_Store", "birds/._a.png"]);
  });

  test("it can be stopped", async () => {
    let read = 0;
    const one = { ...dropped("a"), file: (done: (file: File) => void) => done((read++, file("a"))) };
    await filesOfEntries([one, one, one], undefined, () => read >= 1);
    expect(read).toBe(1);
  });

  test("the folder that all lie in is known", () => {
    expect(commonFolder(filesOfInput([file("a.png")]).files)).toBeNull();
    expect(
      commonFolder([
        { path: "x/a", file: file("a") },
        { path: "x/y/b", file: file("b") },
      ]),
    ).toBe("x");
    expect(
      commonFolder([
        { path: "x/a", file: file("a") },
        { path: "y", file: file("y") },
      ]),
    ).toBeNull();
  });
});

describe("the plan", () => {
  const selection = (...paths: string[]) => ({ files: paths.map((path) => ({ path, file: file(path) })), leftOut: [] });

  test("says where each file goes, sorted, and how much it is", () => {
    const plan = planImport(selection("birds/b.png", "birds/a.png"), "/in//2026/", true);
    expect(plan.writes.map(({ path }) => path)).toEqual(["in/2026/a.png", "in/2026/b.png"]);
    expect(plan.size).toBe(6);
    expect(planImport(selection("birds/a.png"), "", false).writes[0]?.path).toBe("birds/a.png");
  });

  test("names files that cannot be written", () => {
    const plan = planImport(selection("a\nb.png", "c", "c", "d", "d/e"), "", false);
    expect(plan.writes.map(({ path }) => path)).toEqual(["c", "d/e"]);
    expect(plan.refused).toHaveLength(3);
  });

  test("gives a message of its own", () => {
    expect(defaultMessage(planImport(selection("a.csv"), "x", false).writes, "x")).toBe("Import a.csv into x");
    expect(defaultMessage(planImport(selection("a", "b"), "", false).writes, "")).toBe("Import 2 files");
  });
});

describe("files that would be replaced", () => {
  function repoOf(paths: string[], size: number) {
    let pages = 0;
    const sorted = [...paths].sort();
    const page = (after: string | null) => {
      pages++;
      const rest = sorted.filter((path) => after === null || path > after);
      const items = rest.slice(0, size).map((path) => ({ path, size: 1 }));
      return Promise.resolve({ items, next: rest.length > size ? (items.at(-1)?.path ?? null) : null });
    };
    return { page, pages: () => pages };
  }
  const numbered = Array.from({ length: 5000 }, (_, index) => `img/${String(index).padStart(5, "0")}.png`);

  test("are found far apart without reading what lies between", async () => {
    const repo = repoOf(numbered, 100);
    const found = await findReplaced(["a.txt", "img/00003.png", "img/02500.png", "img/04999.png", "z"], repo.page);
    expect(found.files.map(({ path }) => path)).toEqual(["img/00003.png", "img/02500.png", "img/04999.png"]);
    expect(found.complete).toBe(true);
    expect(repo.pages()).toBeLessThan(6);
  });

  test("are all found when every one is", async () => {
    const repo = repoOf(numbered, 1000);
    expect((await findReplaced(numbered, repo.page)).files).toHaveLength(5000);
  });

  test("are counted as far as the search went", async () => {
    const found = await findReplaced(numbered, repoOf(numbered, 10).page, 3);
    expect(found).toMatchObject({ complete: false });
    expect(found.files).toHaveLength(30);
  });

  test("a place just before a path sorts before it", () => {
    for (const path of ["a.png", "é", "x/a", "😀"]) expect(justBefore(path) < path).toBe(true);
  });
});

describe("the tar", () => {
  const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

  test("holds whole blocks and ends with two empty ones", async () => {
    const bytes = await bytesOf(await tarOf([{ path: "a.txt", file: new Blob(["hello"]) }]));
    expect(bytes.length).toBe(512 * 4);
    expect(new TextDecoder().decode(bytes.slice(512, 517))).toBe("hello");
    expect(bytes.slice(-1024).every((byte) => byte === 0)).toBe(true);
  });

  test("says long and foreign paths in an extended header whose length counts itself", () => {
    for (const path of ["é.png", "x".repeat(101), `${"d/".repeat(400)}e`, "a".repeat(85) + "é"]) {
      const bytes = header(path, 3);
      const text = new TextDecoder().decode(bytes.slice(512));
      const record = /^(\d+) path=/.exec(text);
      const length = Number(record?.[1]);
      expect(new TextDecoder().decode(bytes.slice(512, 512 + length))).toBe(`${length} path=${path}\n`);
      expect(bytes.length % 512).toBe(0);
    }
  });
});

test("the rate is that of the last seconds", () => {
  let samples = withSample([], { at: 0, done: 0 });
  expect(rateOf(samples)).toBeNull();
  samples = withSample(samples, { at: 1000, done: 5000 });
  expect(rateOf(samples)).toBe(5000);
  samples = withSample(samples, { at: 10_000, done: 6000 });
  samples = withSample(samples, { at: 12_000, done: 6200 });
  expect(rateOf(samples)).toBe(100);
});
