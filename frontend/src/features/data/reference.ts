/** References `[PROJECT/]REPO[@REVISION][:PATH]` and paths in a repo, built and taken apart. */

const MAX_PATH_BYTES = 4096;
const MAX_SEGMENT_BYTES = 255;
const CONTROL = /[\u0000-\u001f\u007f]/;
const ID = /^[0-9a-f]{32}$/;

/** Return the reference of a place. A path needs no escaping: all that follows the first colon is the path. */
export function referenceOf(repo: string, revision?: string | null, path?: string): string {
  return `${repo}${revision ? `@${revision}` : ""}${path === undefined || path === "" ? "" : `:${path}`}`;
}

/** Say in plain words why `path` cannot be a path in a repo; null when it can. The same rules as the server's. */
export function pathProblem(path: string): string | null {
  if (path === "") return "it is empty";
  if (/\p{Surrogate}/u.test(path)) return "it holds half of a character";
  if (CONTROL.test(path)) return "it holds a control character";
  const bytes = new TextEncoder();
  if (bytes.encode(path).length > MAX_PATH_BYTES) return `it is longer than ${MAX_PATH_BYTES} bytes`;
  for (const segment of path.split("/")) {
    if (segment === "") return "it has an empty part";
    if (segment === "." || segment === "..") return `it has the part “${segment}”`;
    if (segment.length * 4 > MAX_SEGMENT_BYTES && bytes.encode(segment).length > MAX_SEGMENT_BYTES) {
      return `one part is longer than ${MAX_SEGMENT_BYTES} bytes`;
    }
  }
  return null;
}

/** Say why `name` cannot name a repo or branch; null when it can. */
export function nameProblem(name: string): string | null {
  if (name === "") return "Give it a name.";
  if (!/^[A-Za-z0-9_-]{1,63}$/.test(name)) return "Use 1 to 63 letters, digits, “-” or “_”.";
  if (ID.test(name)) return "This looks like an id. Choose another name.";
  return null;
}

/** Return the last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Return the folder of a path; "" is the top. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** Join a folder and a path below it. */
export function joined(folder: string, path: string): string {
  return folder === "" ? path : `${folder}/${path}`;
}

/** Return each folder on the way to `path`, top first, the path itself last. */
export function trail(path: string): { name: string; path: string }[] {
  if (path === "") return [];
  const parts = path.split("/");
  return parts.map((name, index) => ({ name, path: parts.slice(0, index + 1).join("/") }));
}

/** Compare by UTF-8 bytes, as the server sorts paths (UTF-16 order differs beyond the basic plane). */
export function byBytes(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) {
      const aHigh = a >= 0xd800 && a <= 0xdfff;
      const bHigh = b >= 0xd800 && b <= 0xdfff;
      if (aHigh !== bHigh) return aHigh ? 1 : -1;
      return a - b;
    }
  }
  return left.length - right.length;
}

/** Return a path that sorts before `path` with hardly anything between: all but its last character. "" is the start. */
export function justBefore(path: string): string {
  return [...path].slice(0, -1).join("").replace(/\/$/, "");
}

const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b\ufeff]/gu;

/** Return a name as it may be shown: what turns text around or cannot be seen is written out as its code. */
export function shownName(name: string): string {
  return name
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .replace(UNSEEN, (mark) => `⟨${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}

/** Cut a name into a part that may be shortened and an end that stays readable (its extension). */
export function shortenable(name: string): { stem: string; end: string } {
  if (name.length <= 20) return { stem: name, end: "" };
  const dot = name.lastIndexOf(".");
  const end = dot > 0 && name.length - dot <= 10 ? name.slice(Math.max(1, dot - 4)) : "";
  return { stem: name.slice(0, name.length - end.length), end };
}
