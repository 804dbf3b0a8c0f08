/** Items of a question by their place, however many there are: only the pages around what one looks at are read. */
import { keepPreviousData, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";

import { type ApiError, call } from "@/api/client";

import { type Question, asked } from "./place";
import type { CountInfo, ItemInfo, ItemPage } from "./types";

const PAGE = 120;
/** How many pages beside the seen ones are kept at work. */
const MOST_PAGES = 8;

export interface ItemsWindow {
  total: number | null;
  matching: number | null;
  /** The item at a place; undefined while it is on its way. */
  at: (index: number) => ItemInfo | undefined;
  /** The place of an item among those that are read; -1 elsewhere. */
  indexOf: (key: string) => number;
  /** The keys that are read, in order. */
  keys: readonly string[];
  /** Say which places are looked at. */
  look: (first: number, last: number) => void;
  error: ApiError | null;
  retry: () => void;
}

/** Return "column" and whether it descends. */
export function sortOf(sort: string | undefined): { sort: string; descending: boolean } {
  return sort?.startsWith("-") ? { sort: sort.slice(1), descending: true } : { sort: sort ?? "", descending: false };
}

export function useItemsWindow(name: string, question: Question, sort: string | undefined): ItemsWindow {
  const cache = useQueryClient();
  const [seen, setSeen] = useState<readonly [first: number, last: number]>([0, 0]);
  const args = useMemo(() => asked(question), [question]);
  const order = useMemo(() => sortOf(sort), [sort]);
  const counted = useQuery<CountInfo, ApiError>({
    queryKey: ["datasets.count_items", { name, ...args }],
    queryFn: ({ signal }) => call("datasets.count_items", { name, ...args }, signal),
    placeholderData: keepPreviousData,
  });
  const pages = useMemo(() => {
    const found: number[] = [];
    for (let page = seen[0]; page <= seen[1] && found.length < MOST_PAGES; page++) found.push(page);
    return found;
  }, [seen]);
  const answers = useQueries({
    queries: pages.map((page) => ({
      queryKey: ["datasets.items", { name, ...args, ...order, skip: page * PAGE }],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call("datasets.items", { name, ...args, ...order, skip: page * PAGE, limit: PAGE }, signal) as Promise<ItemPage>,
      gcTime: 60_000,
      retry: false,
    })),
    combine: (all) => ({
      items: new Map(all.flatMap((one, index) => (one.data ? one.data.items.map((item, row) => [(pages[index] ?? 0) * PAGE + row, item] as const) : []))),
      error: (all.find((one) => one.error)?.error ?? null) as ApiError | null,
    }),
  });
  const { items } = answers;
  const keys = useMemo(() => [...items.values()].map((item) => item.key), [items]);
  const places = useMemo(() => new Map([...items].map(([index, item]) => [item.key, index])), [items]);
  const look = useCallback((first: number, last: number) => {
    const from = Math.max(0, Math.floor((first - PAGE / 4) / PAGE));
    const to = Math.max(from, Math.floor((last + PAGE / 4) / PAGE));
    setSeen((before) => (before[0] === from && before[1] === to ? before : [from, to]));
  }, []);
  return {
    total: counted.data?.total ?? null,
    matching: counted.data?.matching ?? null,
    at: (index) => items.get(index),
    indexOf: (key) => places.get(key) ?? -1,
    keys,
    look,
    error: (counted.error ?? answers.error) as ApiError | null,
    retry: () => {
      void cache.invalidateQueries({ queryKey: ["datasets.count_items"] });
      void cache.invalidateQueries({ queryKey: ["datasets.items"] });
    },
  };
}
