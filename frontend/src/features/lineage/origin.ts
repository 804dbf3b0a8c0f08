import type { CommitInfo } from "@/api/client";
import { authorName, counted, plain, short } from "@/lib/format";

/** How a version was made, in words. */
export function origin(commit: CommitInfo): string {
  const { derivation } = commit;
  if (!derivation) return `put by ${authorName(commit.author)}`;
  const facts = derivation.facts ?? {};
  if (derivation.stage === "revert") return `undone by ${authorName(commit.author)}: ${short(String(facts["reverts"] ?? ""))}`;
  if (derivation.stage === "act") return `changed by ${authorName(commit.author)} on the dataset's page or by a command`;
  if (derivation.stage === "merge") return `merged by ${authorName(commit.author)}`;
  if (derivation.stage === "feedback") return `chosen items sent back by ${authorName(commit.author)}`;
  const guideline = facts["guideline_version"];
  if (guideline !== undefined)
    return `labeled by ${trusted(facts)} under guidelines ${String(guideline)}`;
  return `made by ${plain(derivation.stage)}${derivation.recipe ? `, code ${derivation.recipe.slice(0, 8)}` : ""}`;
}

/** Who labeled a version, in few words: "10 people, guidelines 1". */
export function peopleOf(commit: CommitInfo): string {
  const facts = commit.derivation?.facts ?? {};
  return `${trusted(facts)}, guidelines ${String(facts["guideline_version"])}`;
}

function trusted(facts: Readonly<Record<string, unknown>>): string {
  return counted(Number(facts["workers"] ?? 0) - Number(facts["banned"] ?? 0), "person", "people");
}
