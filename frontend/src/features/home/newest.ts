import { fullName } from "@/lib/names";

interface Known {
  name: string;
  project: string;
  kind: string;
  owner?: string | null;
  created_ms: number;
}

/** The repo of a kind that was made last, of data that no pipeline writes: most likely what somebody is about to use. Pure. */
export function newest(repos: readonly Known[], kind: string): string | undefined {
  const found = repos.filter((repo) => repo.kind === kind && (kind !== "data" || repo.owner == null));
  const [first, ...rest] = found;
  if (!first) return undefined;
  const last = rest.reduce((best, repo) => (repo.created_ms > best.created_ms ? repo : best), first);
  return fullName(last.project, last.name);
}
