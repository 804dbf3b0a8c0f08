/** The filter as chips: changes to it, as pure functions of its text. */
import { type Filter, type Value, allText, parseFilter, partsOf, textAnd, tryFilter } from "@/lib/filter";

/** The chips of a text; null when it is no filter that chips can show. */
export function chipsOf(where: string): readonly Filter[] | null {
  const filter = tryFilter(where);
  return filter && partsOf(filter);
}

/** The text with one chip replaced, or without it (null). */
export function withChip(where: string, index: number, chip: Filter | null): string {
  const chips = [...partsOf(parseFilter(where))];
  chips.splice(index, 1, ...(chip ? [chip] : []));
  return allText(chips);
}

/** The text with the chip of this column replaced by another, or a new one; null takes it away. */
export function withColumn(where: string, column: string, chip: Filter | null): string {
  const chips = chipsOf(where);
  if (!chips) return chip ? textAnd(where, chip) : where;
  const at = chips.findIndex((one) => "column" in one && one.kind !== "columns" && one.column === column && (chip === null || one.kind === chip.kind));
  if (at < 0) return chip ? textAnd(where, chip) : where;
  return withChip(where, at, chip);
}

/** The values of a column that the filter asks for. */
export function chosenValues(where: string, column: string): ReadonlySet<string> {
  const chip = chipsOf(where)?.find((one) => one.kind === "in" && one.column === column && !one.not);
  return new Set(chip?.kind === "in" ? chip.values.map(String) : []);
}

/** The range of a column that the filter asks for. */
export function chosenRange(where: string, column: string): { low: number; high: number } | null {
  const chip = chipsOf(where)?.find((one) => one.kind === "range" && one.column === column);
  if (chip?.kind !== "range") return null;
  const low = chip.low?.value ?? -Infinity;
  const high = chip.high?.value ?? Infinity;
  return typeof low === "number" && typeof high === "number" ? { low, high } : null;
}

/** The text with a value of a column taken into its chip, or out of it. */
export function withValue(where: string, column: string, value: Value): string {
  const chips = chipsOf(where);
  const chip = chips?.find((one) => one.kind === "in" && one.column === column && !one.not);
  if (!chips || chip?.kind !== "in") return textAnd(where, { kind: "in", column, values: [value], not: false });
  const values = chip.values.includes(value) ? chip.values.filter((one) => one !== value) : [...chip.values, value];
  return withChip(where, chips.indexOf(chip), values.length ? { ...chip, values } : null);
}

/** The text with exactly these values of some columns: what a cell of the matrix asks for. */
export function withExactly(where: string, wanted: Readonly<Record<string, string>>): string {
  let now = where;
  for (const [column, value] of Object.entries(wanted)) {
    const chips = chipsOf(now);
    const at = chips?.findIndex((one) => one.kind === "in" && one.column === column && !one.not) ?? -1;
    const chip: Filter = { kind: "in", column, values: [value], not: false };
    now = chips && at >= 0 ? withChip(now, at, chip) : textAnd(now, chip);
  }
  return now;
}

/** The text with a number's range; the column's last bin holds its greatest value. */
export function withRange(where: string, column: string, range: { low: number; high: number } | null, highest: number): string {
  const chip: Filter | null = range && {
    kind: "range",
    column,
    low: { value: tidy(range.low), closed: true },
    high: { value: range.high >= highest ? range.high : tidy(range.high), closed: range.high >= highest },
  };
  const chips = chipsOf(where);
  const at = chips?.findIndex((one) => one.kind === "range" && one.column === column) ?? -1;
  if (chips && at >= 0) return withChip(where, at, chip);
  return chip ? textAnd(where, chip) : where;
}

/** A bound without the noise of arithmetic; bins end at such numbers only nearly. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
