/** Where one is in a dataset's page; all of it lives in the address, so that it can be sent as a link and taken back. */
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

/** The question that every view answers: which items, with whose predictions, at which moment. */
export interface Question {
  /** The filter as text (lib/filter.ts); empty for all items. */
  where: string;
  /** "NAME" or "NAME@VERSION"; null without predictions. */
  model: string | null;
  /** A saved version's commit; null for the working state. */
  at: string | null;
}

export interface DatasetSearch {
  /** The view; grid when absent. */
  view?: string;
  where?: string;
  model?: string;
  at?: string;
  /** A column, with "-" before it for descending. */
  sort?: string;
  /** The item in the side panel. */
  item?: string;
  /** The width of a tile in pixels. */
  size?: number;
  /** The least confidence at which the metrics count a prediction. */
  threshold?: number;
  /** What other views keep of their own ("find", "slice", "colour", …): short texts. */
  of?: string;
}

/** Read the search of an address; what does not fit is left out. */
export function datasetSearch(raw: Record<string, unknown>): DatasetSearch {
  const found: DatasetSearch = {};
  for (const name of ["view", "where", "model", "at", "sort", "item", "of"] as const) {
    const value = raw[name];
    if (typeof value === "string" ? value !== "" : typeof value === "number" || typeof value === "boolean") found[name] = String(value);
  }
  if (found.view === "grid") delete found.view;
  const size = Number(raw["size"]);
  if (raw["size"] !== undefined && size >= 48 && size <= 480) found.size = Math.round(size);
  const threshold = Number(raw["threshold"]);
  if (raw["threshold"] !== undefined && threshold > 0 && threshold <= 1) found.threshold = threshold;
  return found;
}

export type Change = { [K in keyof DatasetSearch]?: DatasetSearch[K] | undefined };
/** Change the address; a step back takes it back, unless it replaces. */
export type Go = (change: Change, options?: { replace?: boolean }) => void;

/** The dataset, the state of its page, and the way to change it. */
export function useDatasetPlace(): { name: string; search: DatasetSearch; question: Question; go: Go } {
  const { name = "" } = useParams({ strict: false }) as { name?: string };
  const raw = useSearch({ strict: false }) as Record<string, unknown>;
  const search = useMemo(() => datasetSearch(raw), [raw]);
  const navigate = useNavigate();
  const go = useCallback<Go>(
    (change, { replace = false } = {}) => {
      const next = (before: Record<string, unknown>) => datasetSearch({ ...before, ...change });
      void navigate({ to: ".", search: next as never, replace });
    },
    [navigate],
  );
  const { where = "", model = null, at = null } = search;
  const question = useMemo(() => ({ where, model, at }), [where, model, at]);
  return { name, search, question, go };
}

/** A question as arguments of the API. */
export function asked(question: Question): { where?: string; model?: string; at?: string } {
  return {
    ...(question.where ? { where: question.where } : {}),
    ...(question.model === null ? {} : { model: question.model }),
    ...(question.at === null ? {} : { at: question.at }),
  };
}
