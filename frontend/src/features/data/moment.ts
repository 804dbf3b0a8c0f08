/** The moment that a repo's page shows: a branch, and one of its commits. */
import { useState } from "react";

import { may } from "@/api/may";
import { useRead } from "@/api/queries";
import type { ApiError, BranchInfo, CommitInfo, RepoInfo } from "@/api/client";

import { referenceOf } from "./reference";

export interface Moment {
  repo: RepoInfo;
  branches: readonly BranchInfo[];
  branch: BranchInfo | null;
  /** What is shown; null for a branch without a commit. */
  commit: CommitInfo | null;
  /** Whether something older (or other) than the head is shown. */
  past: boolean;
  /** Why nothing can be written here; null when it can. */
  readOnly: string | null;
}

/** Load the moment; `at` null means the branch's head. */
export function useMoment(
  name: string,
  branchName: string | null,
  at: string | null,
): { moment: Moment | null; error: ApiError | null; retry: () => void } {
  const repo = useRead("repos.get", { name });
  const listed = useRead("branches.list", { repo: name });
  const me = useRead("access.me", {});
  const branches = listed.data?.items ?? [];
  const branch =
    branches.find((one) => one.name === branchName) ??
    (branchName ? null : (branches.find((one) => one.name === "main") ?? branches[0] ?? null));
  const revision = at ?? branch?.head ?? null;
  const commit = useRead(
    "commits.get",
    { reference: referenceOf(name, revision) },
    { enabled: revision !== null, keep: true },
  );
  const error = repo.error ?? listed.error ?? commit.error;
  // An empty branch gets its first version while one looks: the page stays, with all that was begun on it.
  const [opened, setOpened] = useState<string | null>(null);
  const ready = repo.data && listed.data && (revision === null || commit.data || opened === name);
  if (ready && !error && opened !== name) setOpened(name);
  return {
    moment:
      ready && !error
        ? {
            repo: repo.data,
            branches,
            branch,
            commit: revision === null ? null : (commit.data ?? null),
            past: at !== null && at !== branch?.head,
            readOnly: whyReadOnly(repo.data, branch, at !== null && at !== branch?.head, me.data?.role),
          }
        : null,
    error,
    retry: () => {
      for (const query of [repo, listed, commit]) if (query.error) void query.refetch();
    },
  };
}

function whyReadOnly(repo: RepoInfo, branch: BranchInfo | null, past: boolean, role: string | undefined): string | null {
  const owner = branch?.owner ?? repo.owner;
  if (owner) return `Only the pipeline ${owner} writes here.`;
  if (role && !may(role, "files.put")) return `As ${role} you may look, and not change.`;
  if (past) return "The past cannot be changed. Go back to now first.";
  return null;
}
