import "./time.css";

import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";

import { useNow } from "@/lib/clock";
import { ago } from "@/lib/format";

import { Button } from "./Button";

/** One version on the line. */
export interface Instant {
  id: string;
  at_ms: number;
  words: string;
}

interface Props {
  /** Oldest first; the last is the newest. */
  instants: readonly Instant[];
  /** The one that the page shows. */
  shown: string | null;
  /** The one that it is compared with. */
  pinned?: string | null;
  /** The one that is "now". */
  newest: string | null;
  onMove: (id: string) => void;
  /** Loads older ones; absent when all are here. */
  older?: (() => void) | undefined;
  loading?: boolean;
}

/** A thin line of versions, newest at the right; moving along it moves the whole page through time. */
export function TimeLine({ instants, shown, pinned = null, newest, onMove, older, loading = false }: Props) {
  const now = useNow();
  const line = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const at = instants.findIndex((one) => one.id === shown);
  const held = pinned === null ? -1 : instants.findIndex((one) => one.id === pinned);
  const last = instants.length - 1;
  const past = shown !== null && shown !== newest;

  function move(index: number): void {
    const to = instants[Math.max(0, Math.min(last, index))];
    if (to && to.id !== shown) onMove(to.id);
  }
  function nearest(event: PointerEvent): number {
    const box = line.current?.getBoundingClientRect();
    if (!box || last <= 0) return last;
    return Math.max(0, Math.min(last, Math.round(((event.clientX - box.left - 8) / (box.width - 16)) * last)));
  }
  function onKey(event: KeyboardEvent): void {
    const from = at < 0 ? last : at;
    const steps: Record<string, number> = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last, PageUp: from - 10, PageDown: from + 10 };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  }
  const place = (index: number) => (last <= 0 ? "50%" : `calc(8px + (100% - 16px) * ${index / last})`);
  const told = (hovered === null ? null : instants[hovered]) ?? instants[at] ?? null;
  return (
    <div className={`time${past ? " past" : ""}`}>
      {older && (
        <Button small look="plain" icon="left" onClick={older} disabled={loading} title="Show older versions">
          {loading ? "Loading…" : "Older"}
        </Button>
      )}
      {instants.length > 0 && (
        <div
          ref={line}
          className="time-line"
          role="slider"
          tabIndex={0}
          aria-label="Version"
          aria-valuemin={1}
          aria-valuemax={instants.length}
          aria-valuenow={(at < 0 ? last : at) + 1}
          aria-valuetext={told ? `${told.words || "no message"}, ${ago(told.at_ms, now)}` : ""}
          onKeyDown={onKey}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            move(nearest(event));
          }}
          onPointerMove={(event) => {
            setHovered(nearest(event));
            if (event.buttons === 1) move(nearest(event));
          }}
          onPointerLeave={() => { setHovered(null); }}
        >
          <div className="rail-line" />
          {held >= 0 && at >= 0 && held !== at && (
            <div
              className="between"
              style={{ left: place(Math.min(held, at)), width: `calc((100% - 16px) * ${Math.abs(held - at) / Math.max(1, last)})` }}
            />
          )}
          {instants.map((one, index) => (
            <span
              key={one.id}
              className={`dot${index === at ? " shown" : ""}${index === held ? " pinned" : ""}${index === hovered ? " hovered" : ""}`}
              style={{ left: place(index) }}
            />
          ))}
        </div>
      )}
      <div className="time-told ellipsis" aria-hidden>
        {told ? (
          <>
            <strong>{told.id === newest ? "now" : ago(told.at_ms, now)}</strong> <bdi className="quiet">{told.words || "no message"}</bdi>
          </>
        ) : (
          <span className="quiet">no version yet</span>
        )}
      </div>
    </div>
  );
}
