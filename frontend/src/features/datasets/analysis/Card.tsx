import type { ReactNode } from "react";

import { MediaView } from "@/canvas/MediaView";

import type { Classes } from "@/features/datasets/classes";
import { thumbnailOf } from "@/features/datasets/media";
import type { ItemInfo } from "@/features/datasets/types";

/** A picture of an item with its label: what lists of the analysis are made of. */
export function Card({ name, item, size, classes, at = null, children }: { name: string; item: ItemInfo; size: number; classes: Classes; at?: string | null; children?: ReactNode }) {
  return (
    <span className="analysis-card" style={{ width: size }}>
      <span className={`analysis-picture ${item.media.kind}`} style={{ height: item.media.kind === "text" ? Math.max(72, size * 0.6) : size }}>
        <MediaView media={item.media} name={item.key} address={thumbnailOf(name, item, size, at)} fit="tile" />
      </span>
      <span className="analysis-words">
        {item.label == null ? (
          <span className="faint">no label</span>
        ) : (
          <>
            <span className="dot" style={{ background: classes.colour(item.label) }} />
            <bdi className="ellipsis">{item.label}</bdi>
          </>
        )}
        {children}
      </span>
    </span>
  );
}
