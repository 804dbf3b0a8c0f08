import { type ReactNode, useState } from "react";

import { addressOf } from "@/api/client";
import { extensionOf } from "@/lib/mediaTypes";

import type { FileInfo } from "./level";
import { referenceOf } from "./reference";

/** Pictures that the server makes small. */
const SMALL = new Set(["png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "ppm"]);

export function isPicture(path: string): boolean {
  return SMALL.has(extensionOf(path));
}

/** A small picture of an image file, loaded when it comes into sight; what cannot be shown leaves its place to `instead`. */
export function Thumb({ repo, commit, file, side, instead = null }: { repo: string; commit: string; file: Pick<FileInfo, "path" | "digest">; side: number; instead?: ReactNode }) {
  const [broken, setBroken] = useState(false);
  if (broken) return instead;
  const size = side <= 32 ? 64 : 256;
  return (
    <img
      className="data-thumb"
      src={addressOf("files.thumbnail", { reference: referenceOf(repo, commit, file.path), size, version: file.digest ?? undefined })}
      alt=""
      loading="lazy"
      decoding="async"
      draggable={false}
      style={{ width: side, height: side }}
      onLoad={(event) => {
        const { naturalWidth, naturalHeight } = event.currentTarget;
        event.currentTarget.dataset["small"] = String(Math.max(naturalWidth, naturalHeight) * 1.5 <= side);
      }}
      onError={() => { setBroken(true); }}
    />
  );
}
