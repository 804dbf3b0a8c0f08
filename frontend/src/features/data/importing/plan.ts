/** What an import would write, told before anything is written. */

import { counted } from "@/lib/format";

import { byBytes, joined, justBefore, pathProblem } from "@/features/data/reference";
import { commonFolder, type Picked, type Selection } from "./picked";

export interface Write {
  path: string;
  file: File;
}

export interface Plan {
  /** By path. */
  writes: Write[];
  size: number;
  /** Files that cannot be written, with why. */
  refused: { path: string; why: string }[];
  leftOut: string[];
}

/** Place the files below `folder`; `flatten` takes away the folder that all of them lie in. */
export function planImport(selection: Selection, folder: string, flatten: boolean): Plan {
  const target = folder.split("/").filter(Boolean).join("/");
  const top = flatten ? commonFolder(selection.files) : null;
  const refused: Plan["refused"] = [];
  const byPath = new Map<string, Picked>();
  for (const picked of selection.files) {
    const path = joined(target, top === null ? picked.path : picked.path.slice(top.length + 1));
    const problem = pathProblem(path);
    if (problem) refused.push({ path, why: problem });
    else if (byPath.has(path)) refused.push({ path, why: "another file here has the same path" });
    else byPath.set(path, picked);
  }
  const writes = [...byPath].map(([path, { file }]) => ({ path, file })).sort((a, b) => byBytes(a.path, b.path));
  for (let index = 1; index < writes.length; index++) {
    const above = writes[index - 1]?.path ?? "";
    if (writes[index]?.path.startsWith(`${above}/`)) refused.push({ path: above, why: "it is a file and a folder" });
  }
  const bad = new Set(refused.filter(({ why }) => why === "it is a file and a folder").map(({ path }) => path));
  const kept = writes.filter(({ path }) => !bad.has(path));
  return {
    writes: kept,
    size: kept.reduce((sum, { file }) => sum + file.size, 0),
    refused,
    leftOut: selection.leftOut,
  };
}

export interface Existing {
  path: string;
  size: number;
}

export interface Replaced {
  files: Existing[];
  /** False when the search was ended before all paths were looked at. */
  complete: boolean;
}

/**
 * Find which of `paths` (sorted by bytes) exist, by reading the repo's own sorted list in pages and seeking past gaps.
 *
 * `page` returns the files behind a path. Costs at most `most` pages.
 */
export async function findReplaced(
  paths: readonly string[],
  page: (after: string | null) => Promise<{ items: readonly Existing[]; next: string | null }>,
  most = 60,
): Promise<Replaced> {
  const files: Existing[] = [];
  let index = 0;
  let after: string | null = null;
  for (let pages = 0; index < paths.length; pages++) {
    if (pages >= most) return { files, complete: false };
    const { items, next } = await page(after);
    for (const item of items) {
      while (index < paths.length && byBytes(paths[index] ?? "", item.path) < 0) index++;
      if (paths[index] === item.path) files.push(item);
    }
    const last = items.at(-1)?.path;
    if (next === null || last === undefined) return { files, complete: true };
    while (index < paths.length && byBytes(paths[index] ?? "", last) <= 0) index++;
    const wanted = paths[index];
    // The path just before the wanted one: a walk from there begins with it.
    after = wanted !== undefined && byBytes(justBefore(wanted), next) > 0 ? justBefore(wanted) : next;
  }
  return { files, complete: true };
}

/** Return a message for the commit when the person gives none. */
export function defaultMessage(writes: readonly Write[], folder: string): string {
  const where = folder ? ` into ${folder}` : "";
  const only = writes.length === 1 ? writes[0]?.path.split("/").at(-1) : null;
  return only ? `Import ${only}${where}` : `Import ${counted(writes.length, "file")}${where}`;
}
