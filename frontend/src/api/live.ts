/** The feed: news from the server says which answers are old, so that no page needs a reload. */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { type ApiError, type EventInfo, type Query, type StatusInfo, call } from "./client";

const CALM_MS = 2_000;
const BUSY_MS = 700;

/** What a kind of news makes old. An unknown kind makes everything old: rather too fresh than stale. */
const MAKES_OLD: Readonly<Record<string, readonly Query[]>> = {
  "repo.": ["repos.list", "repos.get", "branches.list", "maintenance.usage"],
  "tag.": ["tags.list"],
  "branch.": ["repos.list", "repos.get", "branches.list", "branches.get", "branches.moves"],
  "head.": [
    "branches.list", "branches.get", "branches.moves", "commits.get", "commits.log", "commits.diff", "files.list",
    "files.walk", "files.stat", "lineage.of", "lineage.descendants", "datasets.rows", "datasets.count",
    "pipelines.list", "maintenance.usage", "feedback.list", "models.list", "models.get", "models.versions", "models.board",
    "models.promotions", "models.compare", "models.compared",
  ],
  "pipeline.": ["pipelines.list", "pipelines.get", "labeling.list", "labeling.get", "jobs.list"],
  "job.": ["pipelines.list", "pipelines.get", "jobs.list", "jobs.get", "jobs.datums"],
  "label": ["labeling.list", "labeling.get", "labeling.workers", "labeling.labels"],
  "answer": ["labeling.list", "labeling.get", "labeling.workers", "labeling.labels"],
  "worker": ["labeling.list", "labeling.get", "labeling.workers"],
  "feedback.": ["feedback.list", "feedback.get"],
};
/** What changes while work goes on without news of its own. */
const WHILE_BUSY: readonly Query[] = ["jobs.list", "jobs.get", "jobs.datums", "pipelines.list"];

/** Return the operations whose answers are old after an event of this kind; null for all of them. */
export function madeOldBy(kind: string): readonly Query[] | null {
  const known = Object.entries(MAKES_OLD).find(([prefix]) => kind.startsWith(prefix));
  return known ? known[1] : null;
}

/** Read the workspace's state again and again, and refresh what its news concerns. */
export function useLive(enabled = true) {
  const cache = useQueryClient();
  const seen = useRef<number | null>(null);
  const status = useQuery<StatusInfo, ApiError>({
    queryKey: ["maintenance.status", {}],
    queryFn: ({ signal }) => call("maintenance.status", {}, signal),
    refetchInterval: (query) => (query.state.data?.quiet === false ? BUSY_MS : CALM_MS),
    enabled,
  });
  const { data } = status;
  useEffect(() => {
    if (!data) return;
    const before = seen.current;
    seen.current = data.position;
    if (before !== null && data.position > before) void hear(cache, before);
    if (!data.quiet) refresh(cache, WHILE_BUSY);
  }, [data, cache]);
  return status;
}

async function hear(cache: QueryClient, after: number): Promise<void> {
  let news: readonly EventInfo[];
  try {
    news = (await call("maintenance.events", { after, limit: 1000 })).items;
  } catch {
    void cache.invalidateQueries();
    return;
  }
  const old = news.map((event) => madeOldBy(event.kind));
  if (news.length >= 1000 || old.includes(null)) void cache.invalidateQueries();
  else refresh(cache, [...new Set(old.flatMap((operations) => operations ?? []))]);
  void cache.invalidateQueries({ queryKey: ["recent"] });
}

function refresh(cache: QueryClient, operations: readonly Query[]): void {
  for (const operation of operations) void cache.invalidateQueries({ queryKey: [operation] });
}

const WINDOW = 1000;

/** The newest news, some of which may be of long ago; refreshed as more comes. */
export function useNews(enabled = true) {
  return useQuery<readonly EventInfo[], ApiError>({
    queryKey: ["recent"],
    queryFn: async ({ signal }) => {
      const { position } = await call("maintenance.status", {}, signal);
      return (await call("maintenance.events", { after: Math.max(0, position - WINDOW), limit: WINDOW }, signal)).items;
    },
    enabled,
  });
}
