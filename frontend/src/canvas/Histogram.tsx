import { type KeyboardEvent, type PointerEvent, useId, useRef, useState } from "react";

import { count } from "@/lib/format";

import "./charts.css";

/** How many items fall between two numbers. */
export interface Bin {
  low: number;
  high: number;
  count: number;
}

interface NumbersProps {
  /** What is counted, for those who do not see it. */
  label: string;
  bins: readonly Bin[];
  /** The same without the filter, drawn as a ghost behind. */
  all?: readonly Bin[] | undefined;
  /** The range that is chosen now. */
  chosen?: { low: number; high: number } | null | undefined;
  /** A range was brushed; null takes it back. */
  onChoose?: ((range: { low: number; high: number } | null) => void) | undefined;
  height?: number;
}

const WIDE = 240;

/**
 * Bars of a number. Brush with the mouse, or by keyboard: arrows move the mark, Shift and arrows stretch a range,
 * Enter filters by it, Escape takes it back.
 */
export function Histogram({ label, bins, all, chosen, onChoose, height = 56 }: NumbersProps) {
  const [range, setRange] = useState<[anchor: number, end: number] | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const box = useRef<SVGSVGElement>(null);
  const pressed = useRef(false);
  const help = useId();
  const whole = all && all.length > 0 ? all : bins;
  const low = whole[0]?.low ?? 0;
  const high = whole.at(-1)?.high ?? 1;
  const span = high - low || 1;
  const most = Math.max(1, ...whole.map((bin) => bin.count), ...bins.map((bin) => bin.count));
  const x = (value: number) => (span === 0 ? 0 : ((value - low) / span) * WIDE);
  const last = whole.length - 1;

  function nearest(event: PointerEvent): number {
    const rect = box.current?.getBoundingClientRect();
    if (!rect) return 0;
    return Math.max(0, Math.min(last, Math.floor(((event.clientX - rect.left) / rect.width) * whole.length)));
  }
  function choose(from: number, to: number): void {
    const first = whole[Math.min(from, to)];
    const end = whole[Math.max(from, to)];
    if (first && end) onChoose?.({ low: first.low, high: end.high });
    setRange(null);
  }
  function onKey(event: KeyboardEvent): void {
    const here = at ?? 0;
    const steps: Record<string, number> = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: last };
    const to = steps[event.key];
    if (to !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      const next = at === null ? (event.key === "ArrowLeft" || event.key === "End" ? last : 0) : Math.max(0, Math.min(last, to));
      setRange(event.shiftKey ? [range?.[0] ?? here, next] : null);
      setAt(next);
    } else if (event.key === "Enter" && at !== null) {
      event.preventDefault();
      choose(range?.[0] ?? at, range?.[1] ?? at);
    } else if (event.key === "Escape" && (range || chosen)) {
      event.preventDefault();
      event.stopPropagation();
      if (range) setRange(null);
      else onChoose?.(null);
    }
  }
  const told = at === null ? null : (bins.find((bin) => bin.low >= (whole[at]?.low ?? 0) - span * 1e-9) ?? null);
  const shown = range ? { low: whole[Math.min(...range)]?.low ?? low, high: whole[Math.max(...range)]?.high ?? high } : chosen;
  return (
    <div className="histogram">
      <svg
        ref={box}
        viewBox={`0 0 ${WIDE} ${height}`}
        preserveAspectRatio="none"
        height={height}
        role={onChoose ? "slider" : "img"}
        aria-label={label}
        {...(onChoose
          ? {
              tabIndex: 0,
              "aria-describedby": help,
              "aria-valuemin": 0,
              "aria-valuemax": Math.max(0, last),
              "aria-valuenow": at ?? 0,
              "aria-valuetext": told ? `${short(told.low)} to ${short(told.high)}: ${count(told.count)} items` : "arrows move, Shift and arrows choose a range, Enter filters",
              onKeyDown: onKey,
              onPointerDown: (event: PointerEvent<SVGSVGElement>) => {
                if (event.button !== 0) return;
                event.currentTarget.setPointerCapture(event.pointerId);
                pressed.current = true;
                const index = nearest(event);
                setAt(index);
                setRange([index, index]);
              },
              onPointerUp: () => {
                if (pressed.current && range) choose(range[0], range[1]);
                pressed.current = false;
              },
            }
          : {})}
        onPointerMove={(event) => {
          const index = nearest(event);
          setAt(index);
          if (pressed.current) setRange((before) => (before ? [before[0], index] : null));
        }}
        onPointerLeave={() => { if (!pressed.current) setAt(null); }}
        onBlur={() => { setAt(null); setRange(null); }}
      >
        {all?.map((bin, index) => (
          <rect key={`a${index}`} className="ghost" x={x(bin.low) + 0.5} width={Math.max(1, x(bin.high) - x(bin.low) - 1)} y={height - tall(bin.count, most, height)} height={tall(bin.count, most, height)} />
        ))}
        {bins.map((bin, index) => (
          <rect key={index} className="bar" x={x(bin.low) + 0.5} width={Math.max(1.5, x(bin.high) - x(bin.low) - 1)} y={height - tall(bin.count, most, height)} height={tall(bin.count, most, height)} />
        ))}
        {at !== null && whole[at] && <rect className="here" x={x(whole[at].low)} width={Math.max(1, x(whole[at].high) - x(whole[at].low))} y={0} height={height} />}
        {shown && <rect className="brush" x={x(shown.low)} width={Math.max(2, x(shown.high) - x(shown.low))} y={0} height={height} />}
      </svg>
      <div className="axis" aria-hidden>
        <span>{short(low)}</span>
        <span className="told">{told ? `${short(told.low)}–${short(told.high)}: ${count(told.count)}` : ""}</span>
        <span>{short(high)}</span>
      </div>
      {onChoose && (
        <span id={help} className="offscreen">
          Arrows move, Shift and arrows choose a range, Enter filters by it, Escape takes it back.
        </span>
      )}
    </div>
  );
}

interface ValuesProps {
  label: string;
  values: readonly { value: string; count: number; colour?: string | undefined }[];
  /** The same without the filter, by value. */
  all?: ReadonlyMap<string, number> | undefined;
  chosen?: ReadonlySet<string> | undefined;
  onChoose?: (value: string) => void;
  /** What a value is called. */
  nameOf?: (value: string) => string;
}

/** Bars of values, each a button that takes it into the filter or out of it. */
export function ValueBars({ label, values, all, chosen, onChoose, nameOf = (value) => value }: ValuesProps) {
  const most = Math.max(1, ...values.map((one) => Math.max(one.count, all?.get(one.value) ?? 0)));
  return (
    <ul className="value-bars" aria-label={label}>
      {values.map((one) => {
        const before = all?.get(one.value);
        const inside = (
          <>
            <span className="name" dir="auto">
              {nameOf(one.value) || "(empty)"}
            </span>
            <span className="track" aria-hidden>
              {before !== undefined && <span className="ghost" style={{ width: `${(100 * before) / most}%` }} />}
              <span className={one.count ? "bar" : ""} style={{ width: `${(100 * one.count) / most}%`, ...(one.colour ? { background: one.colour } : {}) }} />
            </span>
            <span className="n">{count(one.count)}</span>
          </>
        );
        return (
          <li key={one.value}>
            {onChoose ? (
              <button type="button" aria-pressed={chosen?.has(one.value) ?? false} onClick={() => { onChoose(one.value); }} title={one.value}>
                {inside}
              </button>
            ) : (
              <div className="row-like">{inside}</div>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function tall(n: number, most: number, height: number): number {
  return n === 0 ? 0 : Math.max(1.5, (n / most) * (height - 2));
}

/** A number as short as an axis allows. */
export function short(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 100_000) return count(value);
  if (Math.abs(value) >= 100_000) return value.toLocaleString("en", { notation: "compact", maximumSignificantDigits: 3 });
  return String(Number(value.toPrecision(3)));
}
