/** Where one is in the data pages; all of it lives in the address, so that it can be sent as a link. */
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

export const VIEWS = ["files", "changes", "branches", "table"] as const;
export type View = (typeof VIEWS)[number];

export interface DataSearch {
  /** What is shown of the repo; files when absent. */
  view?: View;
  branch?: string;
  /** A commit to look back at; the branch's newest when absent. */
  at?: string;
  /** The commit to compare with; the one before when absent. */
  old?: string;
  /** The selected file, and the folder that is shown as a table. */
  file?: string;
  /** A filter over rows. */
  where?: string;
}

/** Read the search of an address; what does not fit is left out. */
export function dataSearch(raw: Record<string, unknown>): DataSearch {
  const found: DataSearch = {};
  const view = VIEWS.find((known) => known === raw["view"]);
  if (view && view !== "files") found.view = view;
  for (const name of ["branch", "at", "old", "file", "where"] as const) {
    const value = raw[name];
    if (typeof value === "string" ? value !== "" : typeof value === "number") found[name] = String(value);
  }
  return found;
}

export type Go = (change: { [K in keyof DataSearch]?: DataSearch[K] | undefined }, options?: { replace?: boolean }) => void;

/** The repo and the state of its page, and the way to change it. */
export function usePlace(): { repo: string; search: DataSearch; go: Go } {
  const { repo = "" } = useParams({ strict: false }) as { repo?: string };
  const search = dataSearch(useSearch({ strict: false }) as Record<string, unknown>);
  const navigate = useNavigate();
  const go = useCallback<Go>(
    (change, { replace = false } = {}) => {
      const next = (before: Record<string, unknown>) => dataSearch({ ...before, ...change });
      void navigate({ to: ".", search: next as never, replace });
    },
    [navigate],
  );
  return { repo, search, go };
}
