/** Fields of a dataset as people read them. */
import type { ColumnInfo } from "@/features/datasets/types";
import { own } from "@/lib/own";

const WORDS: Readonly<Record<string, string>> = {
  key: "item",
  label: "label",
  given_label: "label as given",
  label_confidence: "label's confidence",
  labeled_by: "labeled by",
  prediction: "prediction",
  confidence: "model's confidence",
  correct: "model is right",
  loss: "model's loss",
  mark: "mark",
  suspect: "label looks wrong",
  suggested: "suggested label",
  duplicate_of: "duplicate of",
  outlier: "unusual",
};

/** What a column is called. */
export function fieldName(column: string): string {
  const word = own(WORDS, column);
  if (word) return word;
  if (column.startsWith("p.")) return `chance of ${column.slice(2)}`;
  if (column.startsWith("slice.")) return `in slice ${column.slice(6)}`;
  return column;
}

const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  labeled_by: { people: "labelers", given: "the source", fixed: "an expert's fix", none: "nobody" },
  mark: { model_wrong: "model wrong", ambiguous: "ambiguous", bad_data: "bad data" },
};

/** Whether a column's values are classes, which have colours. */
export function holdsClasses(column: string): boolean {
  return ["label", "given_label", "prediction", "suggested"].includes(column);
}

/** What a value of a column is called. */
export function valueName(column: string, value: string): string {
  return own(own(VALUES, column) ?? {}, value) ?? value;
}

const ORDER = ["label", "prediction", "correct", "confidence", "labeled_by", "mark", "suspect", "split", "label_confidence", "loss"];

/** Columns in the order in which people look for them; those of no use to filter by are left out. */
export function ordered(columns: readonly ColumnInfo[]): ColumnInfo[] {
  const rank = (column: ColumnInfo): number => {
    const at = ORDER.indexOf(column.name);
    if (at >= 0) return at;
    if (column.role === "key") return 90;
    if (column.name === "given_label" || column.name.startsWith("p.") || column.name === "x" || column.name === "y") return 95;
    return 50;
  };
  return columns.filter((column) => column.kind !== "other").sort((a, b) => rank(a) - rank(b));
}

/** Whether a field's bars are worth their place before somebody asks for them. */
export function opensItself(column: ColumnInfo): boolean {
  if (column.name.startsWith("p.") || ["key", "x", "y", "given_label", "loss"].includes(column.name)) return false;
  if (column.kind === "number") return column.name === "confidence" || column.name === "suspect" || column.distinct > 1;
  return column.distinct > 1 && column.distinct <= 40;
}
