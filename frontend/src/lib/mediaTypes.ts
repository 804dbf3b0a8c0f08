import { own } from "@/lib/own";

/** The media types under which a browser may show a file, told by its name alone. */
const IMAGES: Readonly<Record<string, string>> = {
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
const AUDIO: Readonly<Record<string, string>> = {
  wav: "audio/wav",
  mp3: "audio/mpeg",
  ogg: "audio/ogg",
  oga: "audio/ogg",
  opus: "audio/ogg",
  flac: "audio/flac",
  m4a: "audio/mp4",
  aac: "audio/aac",
};
const VIDEO: Readonly<Record<string, string>> = {
  mp4: "video/mp4",
  m4v: "video/mp4",
  webm: "video/webm",
  ogv: "video/ogg",
  mov: "video/mp4",
};

/** Return the extension of a path in lower case; the whole name when it has none (`Makefile`). */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  return name.slice(name.lastIndexOf(".") + 1);
}

/** Return what kind of media a file of this name holds; null when it is none that a browser plays or shows. */
export function mediaKindOf(path: string): "image" | "audio" | "video" | null {
  const extension = extensionOf(path);
  return own(IMAGES, extension) ? "image" : own(AUDIO, extension) ? "audio" : own(VIDEO, extension) ? "video" : null;
}

/** Return the media type under which a browser may show a file of this name. */
export function mediaTypeOf(path: string): string {
  const extension = extensionOf(path);
  return own(IMAGES, extension) ?? own(AUDIO, extension) ?? own(VIDEO, extension) ?? "application/octet-stream";
}
