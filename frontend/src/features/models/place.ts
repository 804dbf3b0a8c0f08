/** Where one is in the pages of models; all of it lives in the address. Pure. */
export const TABS = [
  ["versions", "Versions"],
  ["tests", "Tests"],
  ["upload", "Predictions"],
  ["promote", "Production"],
] as const;
export type Tab = (typeof TABS)[number][0];

export interface ModelSearch {
  tab?: Tab;
}

export function modelSearch(raw: Record<string, unknown>): ModelSearch {
  const tab = TABS.find(([id]) => id === raw["tab"])?.[0];
  return tab && tab !== "versions" ? { tab } : {};
}

export const OUTCOMES = [
  ["broken", "Broken"],
  ["fixed", "Fixed"],
  ["still_wrong", "Still wrong"],
] as const;
export type Outcome = (typeof OUTCOMES)[number][0];

export interface CompareSearch {
  first?: string;
  second?: string;
  dataset?: string;
  where?: string;
  /** The version of the data whose labels judge both (or the first). */
  at?: string;
  /** That whose labels judge the second. */
  second_at?: string;
  which?: Outcome;
}

export function compareSearch(raw: Record<string, unknown>): CompareSearch {
  const found: CompareSearch = {};
  for (const name of ["first", "second", "dataset", "where", "at", "second_at"] as const) {
    const value = raw[name];
    if ((typeof value === "string" && value !== "") || typeof value === "number") found[name] = String(value);
  }
  const which = OUTCOMES.find(([id]) => id === raw["which"])?.[0];
  if (which && which !== "broken") found.which = which;
  return found;
}

/** "birds@3" → its parts; "birds" alone is the newest. */
export function partsOf(reference: string): { model: string; version: string | null } {
  const at = reference.indexOf("@");
  return at < 0 ? { model: reference, version: null } : { model: reference.slice(0, at), version: reference.slice(at + 1) };
}
