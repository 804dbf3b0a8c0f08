/** The feed: news from the server, as they happen, say which answers are old, so that no page needs a reload. */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

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
    "models.promotions", "models.compare", "models.compared", "datasets.list", "datasets.get", "datasets.items",
    "datasets.item", "datasets.count_items", "datasets.columns", "datasets.histograms", "datasets.values",
    "datasets.metrics", "datasets.acts", "datasets.versions", "analysis.state",
  ],
  "pipeline.": ["pipelines.list", "pipelines.get", "labeling.list", "labeling.get", "jobs.list"],
  // A labeling's tasks come and go with its runs.
  "job.": ["analysis.state", "pipelines.list", "pipelines.get", "jobs.list", "jobs.get", "jobs.datums", "labeling.list", "labeling.get"],
  "label": ["labeling.list", "labeling.get", "labeling.workers", "labeling.labels"],
  "answer": ["labeling.list", "labeling.get", "labeling.workers", "labeling.labels", "workers.list", "labeling.imports", "reviews.due", "labeling.escalated"],
  "worker": ["labeling.list", "labeling.get", "labeling.workers"],
  "feedback.": ["feedback.list", "feedback.get"],
  "access.": ["access.me", "access.list_users", "access.list_tokens", "access.list_invites"],
};
/** What changes while work goes on without news of its own. */
const WHILE_BUSY: readonly Query[] = ["jobs.list", "jobs.get", "jobs.datums", "pipelines.list"];

/** Return the operations whose answers are old after an event of this kind; null for all of them. */
export function madeOldBy(kind: string): readonly Query[] | null {
  const known = Object.entries(MAKES_OLD).find(([prefix]) => kind.startsWith(prefix));
  return known ? known[1] : null;
}

/** How long after the last word of the stream the state is asked for again by polling. */
const SILENT_MS = 40_000;
const RETRY_MS = 5_000;
const GATHER_MS = 250;
const BUSY_LOOK_MS = 1_000;

/** Of two words about the state the later one: an answer that was long on its way must not undo what the stream said since. */
export function newer(told: StatusInfo, known: StatusInfo | undefined): StatusInfo {
  return known !== undefined && known.at_ms > told.at_ms ? known : told;
}

/** Keep what is shown fresh: by the server's stream of news, and by asking again and again where there is none. */
export function useLive(enabled = true) {
  const cache = useQueryClient();
  const seen = useRef<number | null>(null);
  const [streams, setStreams] = useState(false);
  const status = useQuery<StatusInfo, ApiError>({
    queryKey: ["maintenance.status", {}],
    queryFn: async ({ signal }) => newer(await call("maintenance.status", {}, signal), cache.getQueryData<StatusInfo>(["maintenance.status", {}])),
    refetchInterval: (query) => (streams ? false : query.state.data?.quiet === false ? BUSY_MS : CALM_MS),
    enabled,
  });
  useEffect(() => {
    if (!enabled) return;
    const gathered: EventInfo[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    return followNews({
      onNews(event) {
        gathered.push(event);
        timer ??= setTimeout(() => {
          timer = undefined;
          const news = gathered.splice(0);
          makeOld(cache, news);
          seen.current = Math.max(seen.current ?? 0, ...news.map((one) => one.position));
        }, GATHER_MS);
      },
      onStatus(told) { cache.setQueryData<StatusInfo>(["maintenance.status", {}], (known) => newer(told, known)); },
      onReset() { void cache.invalidateQueries(); },
      onStreams: setStreams,
    });
  }, [cache, enabled]);
  const { data } = status;
  const busy = data?.quiet === false;
  useEffect(() => {
    if (!busy || !streams) return;
    const timer = setInterval(() => { refresh(cache, WHILE_BUSY); }, BUSY_LOOK_MS);
    return () => {
      clearInterval(timer);
      refresh(cache, WHILE_BUSY);
    };
  }, [busy, streams, cache]);
  useEffect(() => {
    if (!data || streams) return;
    const before = seen.current;
    seen.current = data.position;
    if (before !== null && data.position > before) void hear(cache, before);
    if (!data.quiet) refresh(cache, WHILE_BUSY);
  }, [data, streams, cache]);
  return status;
}

interface Hearing {
  onNews: (event: EventInfo) => void;
  onStatus: (status: StatusInfo) => void;
  /** Too much was missed: everything is old. */
  onReset: () => void;
  /** Whether news come by themselves now. */
  onStreams: (streams: boolean) => void;
}

type Word = { id: string } & (
  | { kind: "news"; news: EventInfo }
  | { kind: "status"; status: StatusInfo }
  | { kind: "reset" | "beat" }
);

/**
 * Follow the server's stream. Of all tabs of this browser one holds the connection (a browser opens few to one server)
 * and tells the others. Returns what ends it.
 */
function followNews(hearing: Hearing): () => void {
  // Pages that came over plain HTTP from another machine have no locks: they poll.
  if (!("locks" in navigator) || !("BroadcastChannel" in window) || !("EventSource" in window)) return () => undefined;
  const channel = new BroadcastChannel("tilth-news");
  const ended = new AbortController();
  let silent: ReturnType<typeof setTimeout> | undefined;
  let last = "";
  function heard(word: Word): void {
    last = word.id;
    clearTimeout(silent);
    silent = setTimeout(() => { hearing.onStreams(false); }, SILENT_MS);
    hearing.onStreams(true);
    if (word.kind === "news") hearing.onNews(word.news);
    else if (word.kind === "status") hearing.onStatus(word.status);
    else if (word.kind === "reset") hearing.onReset();
  }
  channel.onmessage = (message: MessageEvent<Word>) => { heard(message.data); };
  function tell(word: Word): void {
    heard(word);
    channel.postMessage(word);
  }
  /** Hold the connection until it breaks for good (the browser mends all else by itself) or nobody wants it. */
  const hold = () => new Promise<void>((done) => {
    const source = new EventSource(`/api/v1/events${last && `?after=${last}`}`);
    const end = () => {
      source.close();
      done();
    };
    ended.signal.addEventListener("abort", end);
    function on<T>(kind: string, word: (data: T, id: string) => Word): void {
      source.addEventListener(kind, (event: MessageEvent<string>) => {
        tell(word(JSON.parse(event.data) as T, event.lastEventId));
      });
    }
    on<EventInfo>("news", (news, id) => ({ kind: "news", news, id }));
    on<StatusInfo>("status", (status, id) => ({ kind: "status", status, id }));
    on("reset", (_, id) => ({ kind: "reset", id }));
    on("beat", (_, id) => ({ kind: "beat", id }));
    source.addEventListener("error", () => {
      hearing.onStreams(false);
      if (source.readyState === EventSource.CLOSED) end();
    });
  });
  async function follow(): Promise<void> {
    while (!ended.signal.aborted) {
      await navigator.locks.request("tilth-news", { signal: ended.signal }, hold);
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
  follow().catch(() => undefined);
  return () => {
    ended.abort();
    clearTimeout(silent);
    channel.close();
  };
}

async function hear(cache: QueryClient, after: number): Promise<void> {
  try {
    const news = (await call("maintenance.events", { after, limit: 1000 })).items;
    if (news.length >= 1000) void cache.invalidateQueries();
    else makeOld(cache, news);
  } catch {
    void cache.invalidateQueries();
  }
}

function makeOld(cache: QueryClient, news: readonly EventInfo[]): void {
  const old = news.map((event) => madeOldBy(event.kind));
  if (old.includes(null)) void cache.invalidateQueries();
  else refresh(cache, [...new Set(old.flatMap((operations) => operations ?? []))]);
  void cache.invalidateQueries({ queryKey: ["recent"] });
  if (news.some((event) => event.kind.startsWith("job."))) void cache.invalidateQueries({ queryKey: ["today"] });
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
