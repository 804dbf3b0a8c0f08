/** What a file is shown as, told by its name alone: stored bytes are never trusted to say what they are. */

export type Kind = "image" | "table" | "json" | "text" | "audio" | "video" | "unknown";

const IMAGES: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  bmp: "image/bmp",
  ico: "image/x-icon",
  svg: "image/svg+xml",
};
const AUDIO: Record<string, string> = {
  wav: "audio/wav",
  mp3: "audio/mpeg",
  ogg: "audio/ogg",
  oga: "audio/ogg",
  opus: "audio/ogg",
  flac: "audio/flac",
  m4a: "audio/mp4",
  aac: "audio/aac",
};
const VIDEO: Record<string, string> = {
  mp4: "video/mp4",
  m4v: "video/mp4",
  webm: "video/webm",
  ogv: "video/ogg",
  mov: "video/mp4",
};
const TABLES = new Set(["csv", "tsv", "jsonl", "ndjson", "parquet"]);
const TEXT = new Set(
  "txt md rst log yaml yml toml ini cfg conf py js ts tsx jsx css html htm xml sh sql r c h cpp hpp rs go java kt rb php lua pl tex bib srt vtt env gitignore dockerfile makefile license readme".split(
    " ",
  ),
);

/** Return the extension of a path in lower case; the whole name when it has none (`Makefile`). */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  return name.slice(name.lastIndexOf(".") + 1);
}

/** Return what a file is shown as. */
export function kindOf(path: string): Kind {
  const extension = extensionOf(path);
  if (extension in IMAGES) return "image";
  if (TABLES.has(extension)) return "table";
  if (extension === "json" || extension === "geojson" || extension === "ipynb") return "json";
  if (extension in AUDIO) return "audio";
  if (extension in VIDEO) return "video";
  return TEXT.has(extension) ? "text" : "unknown";
}

/** Return the media type under which a browser may show a file of this name. */
export function mediaTypeOf(path: string): string {
  const extension = extensionOf(path);
  return IMAGES[extension] ?? AUDIO[extension] ?? VIDEO[extension] ?? "application/octet-stream";
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
