/** Where an item's media is. */
import { addressOf } from "@/api/client";

import type { ItemInfo } from "./types";

const BUCKETS = [64, 128, 256, 512];

/** The address of a small picture of an item that a tile of this width shows; null where it has none. */
export function thumbnailOf(name: string, item: Pick<ItemInfo, "key" | "media">, width: number, at: string | null): string | null {
  if (item.media.kind !== "image" || !item.media.reference) return wholeOf(item);
  const wanted = width * Math.min(2, window.devicePixelRatio || 1);
  const size = BUCKETS.find((bucket) => bucket >= wanted) ?? 512;
  return addressOf("datasets.thumbnail", { name, key: item.key, size, at, version: item.media.reference });
}

/** The address of an item's whole media. */
export function wholeOf(item: Pick<ItemInfo, "media">): string | null {
  return item.media.reference ? addressOf("files.read", { reference: item.media.reference }) : null;
}
