/** Which two versions are compared, and the filters that open what differs. Pure. */
import { filterText } from "@/lib/filter";

export interface Compared {
  old: number;
  new: number;
}

export const WHATS = [
  ["", "All", "differ"],
  ["added", "Added", "added"],
  ["removed", "Removed", "removed"],
  ["relabeled", "Relabeled", "relabeled"],
  ["otherwise", "Otherwise", "changed otherwise: a field, the picture, or who labeled it"],
] as const;
export type What = (typeof WHATS)[number][0];

/** So many items one filter in the address names at most. */
export const OPENED_AT_ONCE = 200;
const LONGEST = 6_000;

/** "2..5" or "2..5 relabeled" → which; null when it says neither, or versions that are not there. */
export function comparedFrom(text: string | undefined, newest: number): (Compared & { what: What }) | null {
  const found = /^(\d+)\.\.(\d+)(?: (added|removed|relabeled|otherwise))?$/.exec(text ?? "");
  const [old, to] = [Number(found?.[1]), Number(found?.[2])];
  const inside = (one: number) => one >= 1 && one <= newest;
  return found && inside(old) && inside(to) ? { old, new: to, what: (found[3] ?? "") as What } : null;
}

/** The newest version with the one before it; null where there are no two. */
export function lastTwo(newest: number): Compared | null {
  return newest >= 2 ? { old: newest - 1, new: newest } : null;
}

export function comparedText({ old, new: to, what = "" }: Compared & { what?: What }): string {
  return `${old}..${to}${what ? ` ${what}` : ""}`;
}

/** The filter for as many of the keys as an address can hold, and how many those are. */
export function filterOfKeys(keys: readonly string[]): { where: string; named: number } {
  let named = Math.min(keys.length, OPENED_AT_ONCE);
  const text = (count: number) => filterText({ kind: "in", column: "key", values: keys.slice(0, count), not: false });
  while (named > 1 && text(named).length > LONGEST) named = Math.floor(named / 2);
  return { where: text(named), named };
}
