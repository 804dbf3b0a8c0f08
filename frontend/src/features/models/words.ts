/** What models, tests and comparisons say, in words. Pure. */
import { count } from "@/lib/format";

export interface Measured {
  value?: number | null;
  low: number;
  high: number;
  n: number;
}

/** +0.031 → "+3.1"; the unit stands beside it. */
export function points(share: number): string {
  return `${share < 0 ? "−" : "+"}${Math.abs(share * 100).toFixed(1)}`;
}

/** A difference with its interval: "+3.1 points (+0.4 to +5.8)". */
export function differenceWords(difference: Measured): string {
  if (difference.value == null) return "nothing to compare";
  return `${points(difference.value)} points (${points(difference.low)} to ${points(difference.high)})`;
}

/** How the state of a test is told: its word and tone. */
export function testState(state: string): { word: string; tone: "good" | "bad" | "calm" | "need" } {
  switch (state) {
    case "pass":
      return { word: "passes", tone: "good" };
    case "fail":
      return { word: "fails", tone: "bad" };
    case "too few":
      return { word: "too few items", tone: "calm" };
    case "no baseline":
      return { word: "waits", tone: "calm" };
    default:
      return { word: "cannot be run", tone: "need" };
  }
}

/** What a test's result says beside its state. */
export function resultWords(result: { state: string; value: Measured; difference?: Measured | null; clear: boolean }): string {
  const of = `${count(result.value.n)} items`;
  if (result.value.value == null) return of;
  const said = result.difference ? `${differenceWords(result.difference)}, ${of}` : `of ${of}`;
  const unclear = (result.state === "pass" || result.state === "fail") && !result.clear;
  if (result.state === "no baseline") return `${said}; nothing in production to compare with yet`;
  return unclear ? `${said}; so close to the limit that it may be chance` : said;
}
