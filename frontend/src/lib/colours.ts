/** Okabe–Ito colours for classes, and four more: the same class has the same colour on every page. */
export const COLOURS = 12;

/** The colour of the class at `index` of the sorted class list, as a CSS value. */
export function colourOf(index: number): string {
  return `var(--data-${(index % COLOURS) + 1})`;
}
