import { type MouseEvent, memo } from "react";

import { MediaView } from "@/canvas/MediaView";
import { Icon } from "@/ui";

import type { Classes } from "@/features/datasets/classes";
import { thumbnailOf } from "@/features/datasets/media";
import type { ItemInfo } from "@/features/datasets/types";

interface Props {
  id: string;
  name: string;
  item: ItemInfo | undefined;
  at: string | null;
  media: string;
  size: number;
  classes: Classes;
  here: boolean;
  shown: boolean;
  selected: boolean;
  onPick: (event: MouseEvent) => void;
  onToggle: (event: MouseEvent) => void;
}

const CAPTION = 24;
/** Below this width a tile has no room for words. */
const WORDS_FROM = 76;

/** How tall a tile of a width is. */
export function tileHeight(size: number, media: string): number {
  const picture = media === "text" ? Math.max(64, Math.round(size * 0.55)) : media === "none" ? 28 : media === "audio" ? 56 : size;
  return picture + CAPTION;
}

/** One item: its media, the label (solid) and what the model says (dashed). */
export const Tile = memo(function Tile({ id, name, item, at, media, size, classes, here, shown, selected, onPick, onToggle }: Props) {
  const height = tileHeight(size, media);
  if (!item) return <div id={id} className="tile ghost" style={{ width: size, height }} role="option" aria-selected={false} aria-label="on its way" />;
  const { label, prediction } = item;
  const wrong = item.correct === false;
  const words = [
    item.key,
    label == null ? "no label" : `label ${label}${item.labeled_by === "fixed" ? ", fixed by an expert" : ""}`,
    prediction == null ? "" : `model says ${prediction}${item.confidence == null ? "" : `, ${Math.round(100 * item.confidence)} % sure`}`,
    item.mark ? item.mark.replaceAll("_", " ") : "",
  ].filter(Boolean);
  return (
    <div
      id={id}
      className={`tile${here ? " here" : ""}${shown ? " shown" : ""}${selected ? " selected" : ""}${wrong ? " differs" : ""}`}
      style={{ width: size, height }}
      role="option"
      aria-selected={selected}
      title={words.join("\n")}
      onClick={onPick}
    >
      {media !== "none" && <span className="offscreen">{item.key}, </span>}
      <div className="tile-media">
        {media === "none" ? (
          <div className="tile-key" dir="auto">{item.key}</div>
        ) : (
          <MediaView media={item.media} name="" address={thumbnailOf(name, item, size, at)} fit="tile" />
        )}
        <span className="tile-box" aria-hidden onClick={(event) => { event.stopPropagation(); onToggle(event); }}>
          {selected && <Icon name="check" size={12} />}
        </span>
        {item.mark && <span className="offscreen">, {item.mark.replaceAll("_", " ")}</span>}
        {item.mark && <span className="tile-mark" aria-hidden>{item.mark === "model_wrong" ? "M" : item.mark === "ambiguous" ? "?" : item.mark === "bad_data" ? "✕" : "•"}</span>}
      </div>
      <div className="tile-words">
        {label != null ? (
          <span className="tile-label" dir="auto">
            <span className="offscreen">, label </span>
            <span className="dot" style={{ background: classes.colour(label) }} />
            <span className={size >= WORDS_FROM ? "ellipsis" : "offscreen"}>{label}</span>
            {item.labeled_by === "fixed" && <><Icon name="check" size={12} /><span className="offscreen">, fixed by an expert</span></>}
          </span>
        ) : (
          <span className={size >= WORDS_FROM ? "tile-label faint" : "offscreen"}>no label</span>
        )}
        {prediction != null && (
          <span className={`tile-prediction${wrong ? " wrong" : ""}`} dir="auto">
            <span className="offscreen">, model says </span>
            <span className="dot dashed" style={{ borderColor: classes.colour(prediction) }} />
            <span className={size >= WORDS_FROM ? "ellipsis" : "offscreen"}>{prediction}</span>
          </span>
        )}
      </div>
    </div>
  );
});
