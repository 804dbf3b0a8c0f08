/** What a repo holds, told by a sample of it: enough to suggest what people are shown. */
import { useQuery } from "@tanstack/react-query";

import { type ApiError, call, text } from "@/api/client";
import { extensionOf, mediaKindOf } from "@/lib/mediaTypes";

import { type Items, type Known, showsOf } from "./project";

const SAMPLE = 1000;
const TEXT_MOST = 20_000;
const TABLES = new Set(["csv", "tsv", "jsonl", "ndjson", "parquet"]);
const TEXTS = new Set(["txt", "md"]);

export type FileKind = "image" | "audio" | "video" | "text" | "table" | null;

export interface Source {
  shows: "image" | "audio" | "text" | "table" | null;
  /** Endings of the files of that kind, most frequent first. */
  endings: string[];
  tables: string[];
  /** Whether the sample is all there is. */
  whole: boolean;
  empty: boolean;
}

export function kindOfFile(path: string): FileKind {
  const extension = extensionOf(path);
  if (TABLES.has(extension)) return "table";
  if (TEXTS.has(extension)) return "text";
  return mediaKindOf(path);
}

/** Read the first files of a repo. */
export function useSource(repo: string) {
  return useQuery<Source, ApiError>({
    queryKey: ["files.walk", { reference: `${repo}@main` }, "labeling"],
    queryFn: async ({ signal }) => {
      let page;
      try {
        page = await call("files.walk", { reference: `${repo}@main`, limit: SAMPLE }, signal);
      } catch (error) {
        if ((error as ApiError).code === "not_found") return { shows: null, endings: [], tables: [], whole: true, empty: true };
        throw error;
      }
      const paths = page.items.map((file) => file.path);
      const shows = showsOf(paths.map(kindOfFile));
      const endings = new Map<string, number>();
      for (const path of paths) if (kindOfFile(path) === shows) endings.set(extensionOf(path), (endings.get(extensionOf(path)) ?? 0) + 1);
      return {
        shows,
        endings: [...endings].sort((a, b) => b[1] - a[1]).map(([ending]) => ending),
        tables: paths.filter((path) => kindOfFile(path) === "table"),
        whole: page.next == null,
        empty: paths.length === 0,
      };
    },
    enabled: repo !== "",
  });
}

/** The glob of all files with one of the endings, below a folder ("" for the whole repo). */
export function globOf(folder: string, endings: readonly string[]): string {
  const below = folder.split("/").filter(Boolean).map((part) => `${part}/`).join("");
  if (endings.length === 0) return `/${below}**`;
  return endings.length === 1 ? `/${below}**.${endings[0] ?? ""}` : `/${below}**.{${endings.join(",")}}`;
}

export type Cells = Readonly<Record<string, unknown>>;

/** Read the first rows of a table file; its columns are their names. */
export function useTable(reference: string | null) {
  return useQuery<{ columns: string[]; rows: Cells[] }, ApiError>({
    queryKey: ["datasets.rows", { reference }, "labeling"],
    queryFn: async ({ signal }) => {
      const { items } = await call("datasets.rows", { reference: reference ?? "", limit: 20 }, signal);
      const rows = items as Cells[];
      return { columns: Object.keys(rows[0] ?? {}).filter((name) => name !== "row"), rows };
    },
    enabled: reference !== null,
    retry: false,
  });
}

/** Rows of a table of known answers that are looked at to find the repo of their files; the server then looks at all. */
const LOOKED_AT = 12;

/** Find the repo that holds the files which a table of known answers names: its own or that of the items, whichever has more; null for neither. */
export function useKnownFiles(known: Known | null, items: Items) {
  const wanted = known && items.kind === "files" && known.table && known.item ? { table: known.table, item: known.item, repo: items.repo } : null;
  const table = useTable(wanted?.table ?? null);
  const paths = wanted && table.data ? [...new Set(table.data.rows.map((row) => String(row[wanted.item] ?? "")))].slice(0, LOOKED_AT) : [];
  return useQuery<string | null, ApiError>({
    queryKey: ["files.stat", wanted, paths, "known"],
    queryFn: async ({ signal }) => {
      let best = { repo: null as string | null, there: 0 };
      for (const repo of new Set([wanted?.table.split("@")[0] ?? "", wanted?.repo ?? ""])) {
        const there = (await Promise.all(paths.map((path) => isFile(`${repo}@main`, path, signal)))).filter(Boolean).length;
        if (there > best.there) best = { repo, there };
        if (there === paths.length) break;
      }
      return best.repo;
    },
    enabled: paths.length > 0,
    retry: false,
  });
}

async function isFile(reference: string, path: string, signal: AbortSignal): Promise<boolean> {
  if (!path || path.startsWith("/")) return false;
  try {
    await call("files.stat", { reference: `${reference}:${path}` }, signal);
    return true;
  } catch (error) {
    if (["not_found", "invalid"].includes((error as ApiError).code)) return false;
    throw error;
  }
}

export interface Example {
  data: Record<string, unknown>;
  media: Record<string, string>;
}

/** Read one item of the source, as the editor is to show it. */
export function useExample(items: Items, variable: string) {
  return useQuery<Example | null, ApiError>({
    queryKey: ["labeling.example", items, variable],
    queryFn: async ({ signal }) => {
      if (items.kind === "rows") {
        const { items: rows } = await call("datasets.rows", { reference: `${items.repo}@main:${items.path}`, limit: 1 }, signal);
        const row = rows[0] as Cells | undefined;
        return row ? { data: { ...row }, media: {} } : null;
      }
      const { items: files } = await call("files.walk", { reference: `${items.repo}@main`, glob: items.glob.replace(/^\/+/, ""), limit: 1 }, signal);
      const [file] = files;
      if (!file) return null;
      const reference = `${items.repo}@main:${file.path}`;
      if (kindOfFile(file.path) === "text") return { data: { [variable]: (await text("files.read", { reference }, TEXT_MOST, signal)).text }, media: {} };
      return { data: { [variable]: "" }, media: { [variable]: `/api/v1/files/read?reference=${encodeURIComponent(reference)}` } };
    },
    retry: false,
  });
}
