/** What repos hold, told by a few files of each: enough for a form to offer the likeliest first. */
import { useQueries } from "@tanstack/react-query";

import { extensionOf, mediaKindOf } from "@/lib/mediaTypes";

import { type RepoInfo, call } from "./client";

/** Repos that are looked into; one call each. */
const MOST = 12;
const SAMPLE = 40;
const TABLES = new Set(["csv", "tsv", "jsonl", "ndjson", "parquet"]);

export interface Holding {
  /** Pictures, sounds, films or texts. */
  media: boolean;
  tables: boolean;
}

/** Look into the repos that people fill, the newest first. `known` is null until all have answered. */
export function useHoldings(repos: readonly RepoInfo[] | undefined): { known: ReadonlyMap<string, Holding> | null } {
  const looked = (repos ?? []).filter((one) => one.kind === "data" && !one.owner).sort((a, b) => b.created_ms - a.created_ms).slice(0, MOST);
  return useQueries({
    queries: looked.map((one) => {
      const name = one.project === "default" ? one.name : `${one.project}/${one.name}`;
      return {
        queryKey: ["files.walk", { reference: `${name}@main`, limit: SAMPLE }, "holding"],
        queryFn: async ({ signal }: { signal: AbortSignal }): Promise<[string, Holding]> => {
          const page = await call("files.walk", { reference: `${name}@main`, limit: SAMPLE }, signal).catch(() => ({ items: [] }));
          const endings = page.items.map((file) => extensionOf(file.path));
          return [name, { media: page.items.some((file) => mediaKindOf(file.path) !== null) || endings.includes("txt"), tables: endings.some((ending) => TABLES.has(ending)) }];
        },
        staleTime: 30_000,
        retry: false,
      };
    }),
    combine: (found) => ({ known: repos === undefined || found.some((one) => one.isPending) ? null : new Map(found.flatMap((one) => (one.data ? [one.data] : []))) }),
  });
}
