/** What the parts of a dataset's page are given. */
import type { Go, Question } from "./place";
import type { Selected } from "./selection";
import type { DatasetInfo, ItemInfo } from "./types";

export interface ViewProps {
  name: string;
  dataset: DatasetInfo;
  question: Question;
  /** Change the question; a step back takes it back. */
  setQuestion: (change: Partial<Question>) => void;
  /** Change the address as a whole: another view with a filter, the item at the right, … */
  go: Go;
  selection: SelectionState;
}

/** The selection that all views share. */
export interface SelectionState {
  now: Selected;
  set: (next: Selected) => void;
}

export interface BulkProps {
  name: string;
  dataset: DatasetInfo;
  question: Question;
  /** How many items the act is about, and which: their keys, or the filter that finds them all. */
  count: number;
  target: { keys: string[] } | { where: string };
  go: Go;
  /** Say what was done; `commit` makes it undoable. */
  done: (words: string, commit?: string) => void;
  close: () => void;
}

export interface ItemPartProps {
  name: string;
  question: Question;
  item: ItemInfo;
  go: Go;
}
