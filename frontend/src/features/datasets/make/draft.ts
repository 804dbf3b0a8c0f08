/** A definition in the making: what the form shows, and what is sent. Pure. */
import { COLOURS } from "@/lib/colours";
import { extensionOf, mediaKindOf } from "@/lib/mediaTypes";

export type Media = "image" | "text" | "audio" | "video" | "none";
export type Match = "path" | "name" | "stem";

export interface Draft {
  /** What an item is: every file below a place, or every row of a table. */
  items: "files" | "rows";
  /** `repo@branch` or `repo@branch:folder-or-table`. */
  from: string;
  glob: string;
  /** The column that names a row; of rows only. */
  key: string;
  media: Media;
  /** The column that holds the text, or the path of the file; of rows only. */
  mediaColumn: string;
  /** Where the files lie that the column names. */
  mediaFrom: string;
  labels: "none" | "folder" | "column" | "table";
  labelFrom: string;
  labelKey: string;
  labelColumn: string;
  labelMatch: Match;
  labelPipeline: string;
  /** Further tables with fields, as the server said them. */
  fields: readonly unknown[];
  classes: readonly { name: string; colour: number }[];
  task: string;
}

export const EMPTY: Draft = {
  items: "files", from: "", glob: "", key: "", media: "image", mediaColumn: "", mediaFrom: "", labels: "none", labelFrom: "",
  labelKey: "key", labelColumn: "label", labelMatch: "path", labelPipeline: "", fields: [], classes: [], task: "classification",
};

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown, otherwise = ""): string => (typeof value === "string" ? value : otherwise);

/** Read what the server suggests, or what a dataset is defined by now. */
export function draftOf(definition: Json): Draft {
  const items = isObject(definition["items"]) ? definition["items"] : {};
  const media = isObject(definition["media"]) ? definition["media"] : {};
  const labels = isObject(definition["labels"]) ? definition["labels"] : null;
  const rows = typeof items["key"] === "string";
  const classes = Array.isArray(definition["classes"]) ? (definition["classes"] as unknown[]) : [];
  return {
    items: rows ? "rows" : "files",
    from: text(items["from"]),
    glob: text(items["glob"]),
    key: text(items["key"]),
    media: text(media["kind"], "none") as Media,
    mediaColumn: text(media["column"]),
    mediaFrom: text(media["media_from"]),
    labels: labels === null ? "none" : labels["from_folder"] === true ? "folder" : typeof labels["from"] === "string" ? "table" : "column",
    labelFrom: text(labels?.["from"]),
    labelKey: text(labels?.["key"], "key"),
    labelColumn: text(labels?.["column"], "label"),
    labelMatch: text(labels?.["match"], "path") as Match,
    labelPipeline: text(labels?.["pipeline"]),
    fields: Array.isArray(definition["fields"]) ? (definition["fields"] as unknown[]) : [],
    classes: classes.flatMap((one, index) =>
      typeof one === "string" ? [{ name: one, colour: (index % COLOURS) + 1 }]
      : isObject(one) && typeof one["name"] === "string" ? [{ name: one["name"], colour: typeof one["colour"] === "number" ? one["colour"] : (index % COLOURS) + 1 }]
      : [],
    ),
    task: text(definition["task"], "classification"),
  };
}

/** What is asked of people about the items of a repo: where the labels of a labeling project lie. */
export function labelsOf(project: string, classes: readonly string[]): Pick<Draft, "labels" | "labelFrom" | "labelKey" | "labelColumn" | "labelMatch" | "labelPipeline" | "classes"> {
  return { labels: "table", labelFrom: `${project}@main:labels`, labelKey: "key", labelColumn: "label", labelMatch: "path", labelPipeline: project, classes: classes.map((name, index) => ({ name, colour: (index % COLOURS) + 1 })) };
}

/** The repo whose items a pipeline's spec shows to people; null where it shows none, or several. */
export function labeledRepo(spec: Json): string | null {
  const input = isObject(spec["input"]) ? spec["input"]["pfs"] : null;
  return spec["labeling"] !== undefined && isObject(input) && typeof input["repo"] === "string" ? input["repo"] : null;
}

/** Return the definition that a draft means. */
export function definitionOf(draft: Draft): Json {
  const rows = draft.items === "rows";
  const labels =
    draft.labels === "none" ? null
    : draft.labels === "folder" ? { from_folder: true }
    : draft.labels === "column" ? { column: draft.labelColumn }
    : {
        from: draft.labelFrom,
        key: draft.labelKey,
        column: draft.labelColumn,
        match: draft.labelMatch,
        ...(draft.labelPipeline ? { pipeline: draft.labelPipeline } : {}),
      };
  return {
    media: {
      kind: draft.media,
      ...(rows && draft.media !== "none" && draft.mediaColumn ? { column: draft.mediaColumn } : {}),
      ...(rows && draft.media !== "none" && draft.media !== "text" && draft.mediaFrom ? { media_from: draft.mediaFrom } : {}),
    },
    items: { from: draft.from, ...(rows ? { key: draft.key } : draft.glob ? { glob: draft.glob } : {}) },
    ...(labels === null ? {} : { labels }),
    ...(draft.fields.length ? { fields: draft.fields } : {}),
    classes: draft.classes,
    task: draft.task,
  };
}

/** What is still missing, in words; null when it can be made. */
export function missing(draft: Draft): string | null {
  if (!draft.from) return "Choose the repo that holds the items.";
  if (draft.items === "rows") {
    if (!draft.from.includes(":")) return "Choose the table whose rows are the items.";
    if (!draft.key) return "Choose the column that names an item.";
    if (draft.media !== "none" && !draft.mediaColumn) return draft.media === "text" ? "Choose the column that holds the text." : "Choose the column that names the file.";
  }
  if (draft.labels === "table" && (!draft.labelFrom.includes(":") || !draft.labelKey || !draft.labelColumn)) return "Choose the table with the labels, its column that names the item, and its label.";
  if (draft.labels === "column" && !draft.labelColumn) return "Choose the column with the labels.";
  return null;
}

const TABLES = new Set(["csv", "tsv", "jsonl", "ndjson", "parquet"]);

/** Whether a file is a table. */
export function isTable(path: string): boolean {
  return TABLES.has(extensionOf(path));
}

/** The endings of names that a pattern stands for; none for all files, null where it says something else. */
export function endingsOf(glob: string): string[] | null {
  if (glob === "") return [];
  const found = /^\*\*(?:\/\*)?\.(?:([a-z0-9]+)|\{([a-z0-9,]+)\})$/i.exec(glob);
  if (!found) return null;
  return [...new Set((found[1] ?? found[2] ?? "").toLowerCase().split(",").filter(Boolean))];
}

/** The pattern for files with these endings, however they are written. */
export function globOf(endings: readonly string[]): string {
  if (endings.length === 0) return "";
  return `**.{${endings.flatMap((one) => [...new Set([one, one.toUpperCase()])]).join(",")}}`;
}

/** The media that most of some files are. */
export function commonMedia(paths: readonly string[]): Media {
  const counts = new Map<Media, number>();
  for (const path of paths) {
    const kind = mediaKindOf(path) ?? (extensionOf(path) === "txt" ? "text" : null);
    if (kind) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "none";
}

/** Labels in the order in which people count: numbers by value, words by the alphabet, each once with a colour. */
export function classesFrom(labels: readonly unknown[]): { name: string; colour: number }[] {
  const names = [...new Set(labels.filter((one) => one !== null && one !== undefined && one !== "").map(String))];
  names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return names.length > 200 ? [] : names.map((name, index) => ({ name, colour: (index % COLOURS) + 1 }));
}

/** The folder that a file lies in: the label that folders give. */
export function folderLabel(path: string): string {
  const parts = path.split("/").filter(Boolean);
  return parts.length > 1 ? (parts.at(-2) ?? "") : "";
}
