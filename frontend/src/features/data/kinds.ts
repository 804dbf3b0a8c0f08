/** What a file is shown as, told by its name alone: stored bytes are never trusted to say what they are. */

import { extensionOf, mediaKindOf } from "@/lib/mediaTypes";

export { extensionOf, mediaTypeOf } from "@/lib/mediaTypes";

export type Kind = "image" | "table" | "json" | "text" | "audio" | "video" | "unknown";

const TABLES = new Set(["csv", "tsv", "jsonl", "ndjson", "parquet"]);
const TEXT = new Set(
  "txt md rst log yaml yml toml ini cfg conf py js ts tsx jsx css html htm xml sh sql r c h cpp hpp rs go java kt rb php lua pl tex bib srt vtt env gitignore dockerfile makefile license readme".split(
    " ",
  ),
);

/** Return what a file is shown as. */
export function kindOf(path: string): Kind {
  const extension = extensionOf(path);
  const media = mediaKindOf(path);
  if (media) return media;
  if (TABLES.has(extension)) return "table";
  if (extension === "json" || extension === "geojson" || extension === "ipynb") return "json";
  return TEXT.has(extension) ? "text" : "unknown";
}

/** Return the bytes as text; null when they are none (not UTF-8, or with NUL). `cut` allows a broken last character. */
export function textOf(bytes: Uint8Array, cut: boolean): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: cut });
  } catch {
    return null;
  }
}

/** Return lines of hexadecimal and characters, 16 bytes each. */
export function hexLines(bytes: Uint8Array): { at: string; hex: string; text: string }[] {
  const lines = [];
  for (let start = 0; start < bytes.length; start += 16) {
    const row = [...bytes.subarray(start, start + 16)];
    lines.push({
      at: start.toString(16).padStart(6, "0"),
      hex: row.map((byte) => byte.toString(16).padStart(2, "0")).join(" "),
      text: row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join(""),
    });
  }
  return lines;
}
