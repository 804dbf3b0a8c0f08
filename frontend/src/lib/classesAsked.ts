/** The classes that a labeling config lets people choose from. */
import { keysFor } from "./choices";

const CATEGORICAL = ["Choices", "Pairwise", "Rating", "Taxonomy"] as const;

/** Return the classes in their order; none where people draw, mark or write. */
export function choicesOf(config: string): string[] {
  const root = new DOMParser().parseFromString(config, "text/xml").documentElement;
  for (const name of CATEGORICAL) {
    const control = root.getElementsByTagName(name)[0];
    if (!control || control.hasAttribute("perRegion")) continue;
    if (name === "Pairwise") return ["left", "right"];
    if (name === "Rating") return Array.from({ length: Number(control.getAttribute("maxRating") ?? 5) }, (_, at) => String(at + 1));
    return [...control.getElementsByTagName("Choice")].map((choice) => choice.getAttribute("alias") ?? choice.getAttribute("value") ?? "").filter(Boolean);
  }
  return [];
}

/** The classes with the key of each, as people who answer have them; "" for none. What a page `keeps` for itself is no class's key. */
export function classKeysOf(config: string, keeps = ""): { label: string; key: string }[] {
  const labels = choicesOf(config);
  const choices = [...new DOMParser().parseFromString(config, "text/xml").getElementsByTagName("Choice")];
  const own = labels.map((label) => {
    const key = choices.find((choice) => (choice.getAttribute("alias") ?? choice.getAttribute("value")) === label)?.getAttribute("hotkey") ?? null;
    return key !== null && (key.length !== 1 || keeps.includes(key)) ? null : key;
  });
  const keys = keysFor(labels, own);
  return labels.map((label, at) => ({ label, key: keys[at] ?? "" }));
}
