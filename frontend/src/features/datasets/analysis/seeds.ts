/** The examples of a search, as they stand in the address. Pure. */
const MOST = 12;

/** Begins the text, so that no key alone reads as a number or as JSON where addresses are taken apart. */
const BEGIN = "like ";

export function seedsText(keys: readonly string[]): string {
  return BEGIN + keys.slice(0, MOST).map(encodeURIComponent).join(" ");
}

/** Read the examples; what is no list of keys is none. */
export function seedsOf(text: string | undefined): readonly string[] {
  if (!text?.startsWith(BEGIN)) return [];
  try {
    return text.slice(BEGIN.length).split(" ").filter(Boolean).slice(0, MOST).map(decodeURIComponent);
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
