/** What a report on a version says: its steps in the order in which they were made, and the short of it. Pure. */
import type { CommitInfo } from "@/api/client";
import { counted, plain } from "@/lib/format";

/** One repo on the way, by its version that is nearest to what the report is about. */
export interface Step {
  repo: string;
  commit: CommitInfo;
  /** How many versions of this repo are upstream in all. */
  versions: number;
  kind: "data" | "people" | "code";
}

/** The steps from where it began to what it is about; `nodes` come nearest first, the version itself at the front. */
export function stepsOf(nodes: readonly { commit: CommitInfo; depth: number }[]): Step[] {
  const found = new Map<string, Step>();
  for (const { commit } of nodes) {
    const before = found.get(commit.repo);
    if (before) before.versions += 1;
    else found.set(commit.repo, { repo: plain(commit.repo), commit, versions: 1, kind: kindOf(commit) });
  }
  // A version is made after all that it was made from, so the order of time is one of making.
  return [...found.values()].sort((a, b) => a.commit.at_ms - b.commit.at_ms);
}

export function kindOf(commit: CommitInfo): Step["kind"] {
  if (commit.derivation?.facts?.["guideline_version"] !== undefined) return "people";
  return commit.derivation?.recipe ? "code" : "data";
}

/** The report in one sentence. */
export function shortOf(steps: readonly Step[]): string {
  const of = (kind: Step["kind"]) => steps.slice(0, -1).filter((step) => step.kind === kind);
  const people = of("people").reduce((sum, { commit }) => sum + trusted(commit), 0);
  const parts = [
    of("data").length > 0 ? `data of ${named(of("data"))}` : "",
    people > 0 ? `labels by ${counted(people, "person", "people")} in ${named(of("people"))}` : "",
    of("code").length > 0 ? `what ${named(of("code"))} made` : "",
  ].filter(Boolean);
  return parts.length > 0 ? `It was made from ${joined(parts)}.` : "It was made from nothing else: this is where it began.";
}

function trusted(commit: CommitInfo): number {
  const facts = commit.derivation?.facts ?? {};
  return Number(facts["workers"] ?? 0) - Number(facts["banned"] ?? 0);
}

function named(steps: readonly Step[]): string {
  const names = steps.map((step) => step.repo);
  return names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : joined(names);
}

function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1) ?? ""}`;
}

/** A file name for the report. */
export function fileNameOf(of: string): string {
  return `report-${of.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, 80)}.html`;
}
