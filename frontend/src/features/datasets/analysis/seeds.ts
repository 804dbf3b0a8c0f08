/** The examples of a search, as they stand in the address. Pure. */
const MOST = 100;

/** Begins the text, so that no key alone reads as a number or as JSON where addresses are taken apart. */
const BEGIN = "like ";
/** Begins a key's place with how many were chosen, where not all are examples; no key that is written reads so. */
const OF = "of=";

/** Write down examples; of very many some, spread over them, so that the address stays short. */
export function seedsText(keys: readonly string[]): string {
  const written = spread(keys, MOST).map(encodeURIComponent);
  return BEGIN + [...(keys.length > MOST ? [`${OF}${keys.length}`] : []), ...written].join(" ");
}

/** So many of some, from the first to the last at even distances. */
export function spread<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, place) => all[Math.round((place * (all.length - 1)) / (most - 1))] as T);
}

/** Of how many items the examples were taken; null where they are all of them. */
export function chosenOf(text: string | undefined): number | null {
  const found = text?.startsWith(BEGIN + OF) ? /^\d+/.exec(text.slice(BEGIN.length + OF.length)) : null;
  return found ? Number(found[0]) : null;
}

/** Read the examples; what is no list of keys is none. */
export function seedsOf(text: string | undefined): readonly string[] {
  if (!text?.startsWith(BEGIN)) return [];
  try {
    return text.slice(BEGIN.length).split(" ").filter((one) => one !== "" && !one.startsWith(OF)).slice(0, MOST).map(decodeURIComponent);
  } catch {
    return [];
  }
}

export interface Decision {
  key: string;
  hit: boolean;
}

const WINDOW = 50;
const FEW = 0.05;

/** Whether the search has run dry: of the last 50 decisions fewer than 5 % were hits. */
export function ranDry(decisions: readonly Decision[]): boolean {
  const last = decisions.slice(-WINDOW);
  return last.length === WINDOW && last.filter((one) => one.hit).length < FEW * WINDOW;
}
