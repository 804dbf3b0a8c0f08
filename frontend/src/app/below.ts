/** What lies in datasets, for those who look for it by name: their slices, and items whose name has the words in it. */
import { useQueries } from "@tanstack/react-query";

import { call } from "@/api/client";
import { keyOf } from "@/api/queries";
import { filterText } from "@/lib/filter";
import { useSettled } from "@/lib/settled";

/** Datasets that are looked into; one call each. */
const MOST = 12;
const ITEMS = 5;
/** Fewer letters mean too much. */
const LEAST = 2;
const PAUSE_MS = 200;

interface Below {
  slices: { dataset: string; slice: string }[];
  items: { dataset: string; key: string }[];
  looking: boolean;
}

/** Return what datasets hold by these words; items a moment after the last key. */
export function useBelow(datasets: readonly string[], words: string): Below {
  const names = datasets.slice(0, MOST);
  const settled = useSettled(words.trim(), PAUSE_MS);
  const enough = settled.length >= LEAST;
  const slices = useQueries({
    queries: names.map((dataset) => {
      const args = { dataset, limit: 200 };
      return { queryKey: keyOf("slices.list", args), queryFn: ({ signal }: { signal: AbortSignal }) => call("slices.list", args, signal), staleTime: 10_000 };
    }),
  });
  const items = useQueries({
    queries: names.map((name) => {
      const args = { name, where: filterText({ kind: "text", column: "key", how: "contains", value: settled, not: false }), limit: ITEMS };
      return {
        queryKey: keyOf("datasets.items", args),
        queryFn: ({ signal }: { signal: AbortSignal }) => call("datasets.items", args, signal),
        enabled: enough,
        retry: false,
        gcTime: 30_000,
      };
    }),
  });
  return {
    slices: slices.flatMap((one, at) => (one.data?.items ?? []).map((slice) => ({ dataset: names[at] ?? "", slice: slice.name }))),
    items: enough ? items.flatMap((one, at) => (one.data?.items ?? []).map((item) => ({ dataset: names[at] ?? "", key: item.key }))) : [],
    looking: words.trim().length >= LEAST && (settled !== words.trim() || items.some((one) => one.isFetching)),
  };
}
