/** What all parts of a dataset's page share beside its address. */
import { createContext, useContext } from "react";

import type { Acts } from "./acts/useActs";
import type { DatasetSearch, Go } from "./place";
import type { Classes } from "./classes";
import type { ColumnInfo } from "./types";
import type { ItemsWindow } from "./window";

export interface PageState {
  items: ItemsWindow;
  columns: readonly ColumnInfo[];
  /** What one may do to items, with the page's undo. */
  acts: Acts;
  mayWrite: boolean;
  classes: Classes;
  search: DatasetSearch;
  go: Go;
  /** The width of a tile. */
  size: number;
  /** The place of the item that keys act on. */
  cursor: number;
  setCursor: (index: number) => void;
  select: (key: string, how: "toggle" | "range" | "all" | "none", anchor?: string) => void;
  /** Show an item at the right. */
  open: (key: string) => void;
}

export const PageStateContext = createContext<PageState | null>(null);

export function usePageState(): PageState {
  const state = useContext(PageStateContext);
  if (!state) throw new Error("A view of a dataset stands only in its page.");
  return state;
}
