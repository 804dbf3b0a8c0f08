/** Which items are selected: some keys, or all that match but some. Pure. */
import { type Filter, filterText, textAnd } from "@/lib/filter";

export interface Selected {
  /** All matching items, without those in `keys`; else only those in `keys`. */
  all: boolean;
  keys: ReadonlySet<string>;
  /** Where a range begins that Shift makes. */
  anchor: string | null;
}

export const NOTHING: Selected = { all: false, keys: new Set(), anchor: null };

export function isSelected(selected: Selected, key: string): boolean {
  return selected.all !== selected.keys.has(key);
}

/** How many are selected, of those that match. */
export function selectedCount(selected: Selected, matching: number): number {
  return selected.all ? Math.max(0, matching - selected.keys.size) : selected.keys.size;
}

/** Only this one. */
export function only(key: string): Selected {
  return { all: false, keys: new Set([key]), anchor: key };
}

/** This one in or out, the others as they are. */
export function toggled(selected: Selected, key: string): Selected {
  const keys = new Set(selected.keys);
  if (!keys.delete(key)) keys.add(key);
  return { all: selected.all, keys, anchor: key };
}

/** Everything from the anchor to this one, in the shown order; both must be among `order`, else only this one is added. */
export function ranged(selected: Selected, key: string, order: readonly string[]): Selected {
  const from = selected.anchor === null ? -1 : order.indexOf(selected.anchor);
  const to = order.indexOf(key);
  if (from < 0 || to < 0) return toggled(selected, key);
  const keys = new Set(selected.keys);
  for (const one of order.slice(Math.min(from, to), Math.max(from, to) + 1)) {
    if (selected.all) keys.delete(one);
    else keys.add(one);
  }
  return { all: selected.all, keys, anchor: selected.anchor };
}

/** All that match. */
export function everything(): Selected {
  return { all: true, keys: new Set(), anchor: null };
}

/** What an act on the selection is about: the keys, or the filter that finds them. */
export function target(selected: Selected, where: string): { keys: string[] } | { where: string } {
  if (!selected.all) return { keys: [...selected.keys] };
  if (selected.keys.size === 0) return { where };
  const without: Filter = { kind: "in", column: "key", values: [...selected.keys], not: true };
  return { where: where.trim() === "" ? filterText(without) : textAnd(where, without) };
}
