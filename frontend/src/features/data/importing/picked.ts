/** Files that a person dropped or picked, with the paths that they had in their folder. */

export interface Picked {
  /** The path relative to what was dropped, with `/` between folders. */
  path: string;
  file: File;
}

export interface Selection {
  files: Picked[];
  /** Names of files left out because systems make them, not people. */
  leftOut: string[];
}

const SYSTEM_FILES = new Set([".ds_store", "thumbs.db", "desktop.ini", ".localized"]);

/** The part of the browser's FileSystemEntry that is used here. */
export interface DroppedEntry {
  readonly name: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  file?(done: (file: File) => void, failed: (error: unknown) => void): void;
  createReader?(): { readEntries(done: (entries: DroppedEntry[]) => void, failed: (error: unknown) => void): void };
}

/** Read all files below the dropped entries. `found` hears the count as it grows; `stopped` ends it early. */
export async function filesOfEntries(
  entries: readonly DroppedEntry[],
  found: (count: number) => void = () => undefined,
  stopped: () => boolean = () => false,
): Promise<Selection> {
  const files: Picked[] = [];
  const waiting = entries.map((entry) => ({ entry, path: entry.name })).reverse();
  for (let next = waiting.pop(); next && !stopped(); next = waiting.pop()) {
    const { entry, path } = next;
    if (entry.isFile && entry.file) {
      const file = await new Promise<File>((done, failed) => entry.file?.(done, failed));
      files.push({ path, file });
      if (files.length % 200 === 0) found(files.length);
    } else if (entry.isDirectory && entry.createReader) {
      const below = await entriesOf(entry);
      below.sort((a, b) => (a.name < b.name ? 1 : -1));
      for (const inner of below) waiting.push({ entry: inner, path: `${path}/${inner.name}` });
    }
  }
  found(files.length);
  return withoutSystemFiles(files);
}

/** Return the files of a file input; those of a folder keep their paths. */
export function filesOfInput(list: ArrayLike<File>): Selection {
  return withoutSystemFiles(Array.from(list).map((file) => ({ path: file.webkitRelativePath || file.name, file })));
}

/** Take away the folder that all files lie in; null when they do not lie in one. */
export function commonFolder(files: readonly Picked[]): string | null {
  const first = files[0]?.path.split("/", 2);
  if (!first || first.length < 2 || first[0] === undefined) return null;
  const prefix = `${first[0]}/`;
  return files.every(({ path }) => path.startsWith(prefix)) ? first[0] : null;
}

export function withoutSystemFiles(files: Picked[]): Selection {
  const kept: Picked[] = [];
  const leftOut: string[] = [];
  for (const picked of files) {
    const parts = picked.path.split("/");
    const name = (parts.at(-1) ?? "").toLowerCase();
    if (SYSTEM_FILES.has(name) || name.startsWith("._") || parts.includes("__MACOSX")) leftOut.push(picked.path);
    else kept.push(picked);
  }
  return { files: kept, leftOut };
}

/** A reader gives at most 100 entries at once; it has given all when it gives none. */
async function entriesOf(folder: DroppedEntry): Promise<DroppedEntry[]> {
  const reader = folder.createReader?.();
  const all: DroppedEntry[] = [];
  for (;;) {
    const some = await new Promise<DroppedEntry[]>((done, failed) => reader?.readEntries(done, failed));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
