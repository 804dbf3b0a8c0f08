import { describe, expect, it } from "vitest";

import type { CommitInfo } from "@/api/client";

import { fileNameOf, shortOf, stepsOf } from "./report";

function commit(repo: string, at_ms: number, derivation: object | null = null): CommitInfo {
  return { id: `${repo}${at_ms}`, repo: `default/${repo}`, at_ms, derivation, author: "owner", message: "", files: 1, size: 1, seal: "", parents: [], change: "", tree: null } as unknown as CommitInfo;
}

const photos = commit("photos", 1);
const older = commit("photos", 0);
const labels = commit("label", 2, { stage: "label", inputs: [], recipe: "r", facts: { guideline_version: "2", workers: 12, banned: 2 } });
const model = commit("train", 3, { stage: "train", inputs: [], recipe: "abc", facts: {} });
const nodes = [model, labels, photos, older].map((one, depth) => ({ commit: one, depth }));

describe("a report", () => {
  it("goes from where it began to what it is about, each repo once", () => {
    expect(stepsOf(nodes).map(({ repo, kind, versions }) => [repo, kind, versions])).toEqual([["photos", "data", 2], ["label", "people", 1], ["train", "code", 1]]);
  });
  it("says in a sentence what it was made from, people counted without those banned", () => {
    expect(shortOf(stepsOf(nodes))).toBe("It was made from data of photos and labels by 10 people in label.");
    expect(shortOf(stepsOf([{ commit: photos, depth: 0 }]))).toMatch(/where it began/);
  });
  it("names its file so that every disk takes it", () => {
    expect(fileNameOf("zoo@3:a b/ü.png")).toBe("report-zoo-3-a-b-.png.html");
  });
});
