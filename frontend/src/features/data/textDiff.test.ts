import { expect, test } from "vitest";

import { diffLines, hunksOf } from "./textDiff";

const told = (before: string, after: string) =>
  (diffLines(before, after) ?? []).map(
    ({ kind, text }) => `${kind === "same" ? " " : kind === "added" ? "+" : "-"}${text}`,
  );

test("a changed line is a deleted and an added one", () => {
  expect(told("a\nb\nc\n", "a\nB\nc\n")).toEqual([" a", "-b", "+B", " c"]);
});

test("an empty text against one with lines", () => {
  expect(told("", "a\nb")).toEqual(["+a", "+b"]);
  expect(told("a\nb", "")).toEqual(["-a", "-b"]);
  expect(told("", "")).toEqual([]);
});

test("every script turns the old text into the new one and is as short as it can be", () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 200; round++) {
    const a = Array.from({ length: random(8) }, () => "abc".charAt(random(3)));
    const b = Array.from({ length: random(8) }, () => "abc".charAt(random(3)));
    const lines = diffLines(a.join("\n"), b.join("\n")) ?? [];
    expect(lines.filter(({ kind }) => kind !== "added").map(({ text }) => text)).toEqual(a);
    expect(lines.filter(({ kind }) => kind !== "deleted").map(({ text }) => text)).toEqual(b);
    expect(lines.filter(({ kind }) => kind === "same")).toHaveLength(longestCommon(a, b));
    expect(lines.filter((line) => line.new !== null).map((line) => line.new)).toEqual(b.map((_, index) => index + 1));
  }
});

test("texts too far apart are not compared", () => {
  const many = (mark: string) => Array.from({ length: 3000 }, (_, index) => `${mark}${index}`).join("\n");
  expect(diffLines(many("a"), many("b"))).toBeNull();
});

test("unchanged lines far from a change are left out and counted", () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const hunks = hunksOf(diffLines(lines.join("\n"), lines.with(20, "other").join("\n")) ?? []);
  expect(hunks).toHaveLength(1);
  expect(hunks[0]?.skipped).toBe(17);
  expect(hunks[0]?.lines).toHaveLength(8);
});

function longestCommon(a: readonly string[], b: readonly string[]): number {
  const [x, ...restA] = a;
  const [y, ...restB] = b;
  if (x === undefined || y === undefined) return 0;
  return x === y ? 1 + longestCommon(restA, restB) : Math.max(longestCommon(restA, b), longestCommon(a, restB));
}
