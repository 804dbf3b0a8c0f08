/** The words of slices: types, states with the verbs that lead to them, names. Pure. */
import { filterText } from "@/lib/filter";
import { nameFrom } from "@/lib/names";

export const TYPES: readonly { type: string; about: string }[] = [
  { type: "bucket", about: "a handful to come back to" },
  { type: "label quality", about: "labels that need another look" },
  { type: "bad data", about: "broken, empty or out of place items" },
  { type: "campaign", about: "collect or label more like these" },
  { type: "split", about: "a part set aside, for training or testing" },
  { type: "scenario", about: "a situation that the model must handle" },
  { type: "regression test", about: "what once failed and must not again" },
];

export const STATES = ["triage", "in progress", "in review", "resolved", "cancelled"] as const;

/** What one does to bring a slice from a state into another. */
export function verbOf(from: string, to: string): string {
  if (to === "in progress") return from === "triage" ? "Start work" : from === "resolved" ? "Reopen" : "Send back to work";
  if (to === "in review") return "Ask for review";
  if (to === "resolved") return "Resolve";
  if (to === "cancelled") return "Cancel";
  return from === "cancelled" ? "Reopen" : "Back to triage";
}

/** Return a name that a slice can have from words that a person wrote. */
export function nameOf(words: string): string {
  return nameFrom(words, "slice");
}

/** The filter that finds a slice's items. */
export function sliceFilter(name: string): string {
  return filterText({ kind: "in", column: `slice.${name}`, values: [true], not: false });
}

/** How far its items are: done and set aside of all; null for a slice that follows a filter. */
export function doneOf(slice: { items?: number | null; statuses: Readonly<Record<string, number>> }): { done: number; aside: number; total: number } | null {
  if (slice.items == null) return null;
  return { done: slice.statuses["done"] ?? 0, aside: slice.statuses["set aside"] ?? 0, total: slice.items };
}
