/** The feed as changes: what somebody did, and all that followed from it. Pure. */
export interface News {
  kind: string;
  change: string;
  at_ms: number;
  facts: Readonly<Record<string, unknown>>;
}
export interface HeadMoved {
  repo: string;
  branch: string;
  commit: string | null;
  author: string;
}
export interface RecentChange {
  change: string;
  at_ms: number;
  heads: HeadMoved[];
  runs: number;
  failed: number;
  /** What was made, changed or deleted beside data: "repo.created", ... with names. */
  others: { kind: string; name: string }[];
}

/** Return changes that somebody made, newest first. */
export function recentChanges(news: readonly News[]): RecentChange[] {
  const changes = new Map<string, RecentChange>();
  for (const { kind, change, at_ms, facts } of news) {
    if (kind === "answer.settled") continue;
    let it = changes.get(change);
    if (!it) changes.set(change, (it = { change, at_ms, heads: [], runs: 0, failed: 0, others: [] }));
    const said = (name: string): string => (typeof facts[name] === "string" ? facts[name] : "");
    if (kind === "head.moved") {
      if (!said("author").startsWith("pipeline "))
        it.heads.push({ repo: said("repo"), branch: said("branch"), commit: said("commit") || null, author: said("author") });
    } else if (kind === "job.ended") {
      it.runs += 1;
      if (said("state") === "failed" || said("state") === "unrunnable") it.failed += 1;
    } else if (kind !== "job.started") it.others.push({ kind, name: said("repo") || said("name") || said("edge") || said("project") });
  }
  return [...changes.values()].filter((it) => it.heads.length + it.others.length > 0).reverse();
}
