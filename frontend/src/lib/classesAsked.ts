/** The classes that a labeling config lets people choose from. */
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
