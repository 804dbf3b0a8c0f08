/** Okabe–Ito colours for classes, and four more: the same class has the same colour on every page. */
export const COLOURS = 12;

/** The colour of what is no class. */
const UNKNOWN = "var(--ink-3)";

/** How classes are coloured: as their dataset's definition says, else by their place in its list. */
export function classColours(dataset: { classes: readonly string[]; definition: Readonly<Record<string, unknown>> }): (label: string | null | undefined) => string {
  const places = new Map(dataset.classes.map((name, index) => [name, index]));
  const defined = dataset.definition["classes"];
  if (Array.isArray(defined))
    for (const one of defined as { name?: unknown; colour?: unknown }[])
      if (typeof one.name === "string" && typeof one.colour === "number") places.set(one.name, one.colour - 1);
  return (label) => {
    const place = label == null ? undefined : places.get(label);
    return place === undefined ? UNKNOWN : colourOf(place);
  };
}

/** The colour of the class at `index` of the sorted class list, as a CSS value. */
export function colourOf(index: number): string {
  return `var(--data-${(index % COLOURS) + 1})`;
}
