export { choicesOf, classKeysOf } from "@/lib/classesAsked";

/** How a label is told: a class by its name, anything else by how much of it there is. */
export function told(label: unknown): string {
  if (label === null || label === undefined) return "nothing";
  if (typeof label === "string") return label;
  if (Array.isArray(label)) return `${label.length} ${label.length === 1 ? "mark" : "marks"}`;
  return JSON.stringify(label);
}
