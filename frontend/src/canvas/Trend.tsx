import { useState } from "react";

import { ago, count, percent } from "@/lib/format";
import { useNow } from "@/lib/clock";

import "./trend.css";
import { type TrendPoint, placesOf } from "./trendPlaces";

/** Versions over time as a small line with the band of their intervals; words beside it say the numbers. */
export function Sparkline({ points, label, width = 96, height = 24 }: { points: readonly TrendPoint[]; label: string; width?: number; height?: number }) {
  const { dots, band, line } = placesOf(points, width, height, 3);
  if (dots.length === 0) return <svg className="trend-spark" width={width} height={height} role="img" aria-label={`${label}: nothing measured yet`} />;
  const last = dots[dots.length - 1];
  return (
    <svg className="trend-spark" width={width} height={height} role="img" aria-label={label}>
      {dots.length > 1 ? (
        <>
          <path className="band" d={band} />
          <path className="line" d={line} />
        </>
      ) : (
        last && <line className="whisker" x1={last.x} x2={last.x} y1={last.low} y2={last.high} />
      )}
      {last && <circle className="dot" cx={last.x} cy={last.y} r={2.5} />}
    </svg>
  );
}

interface Props {
  points: readonly TrendPoint[];
  /** What is measured: "accuracy". */
  what: string;
  chosen: readonly number[];
  onChoose: (number: number) => void;
}

const WIDTH = 900;
const HEIGHT = 180;
const LEFT = 48;
const FOOT = 22;

/** Every version with its interval. Arrow keys step through them; Enter chooses one. */
export function Trend({ points, what, chosen, onChoose }: Props) {
  const now = useNow();
  const [over, setOver] = useState<number | null>(null);
  const { dots, ticks, yOf } = placesOf(points, WIDTH - LEFT - 12, HEIGHT - FOOT, 10);
  const told = dots.find((dot) => dot.number === over) ?? dots[dots.length - 1];
  function onKey(event: React.KeyboardEvent): void {
    const at = dots.findIndex((dot) => dot.number === (over ?? dots[dots.length - 1]?.number));
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      event.preventDefault();
      setOver(dots[Math.max(0, Math.min(dots.length - 1, at + (event.key === "ArrowLeft" ? -1 : 1)))]?.number ?? null);
    } else if (event.key === "Enter" && told) onChoose(told.number);
  }
  return (
    <figure className="trend">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="group"
        aria-label={`${what} of ${count(dots.length)} versions. Arrow keys step, Enter chooses one to compare.`}
        tabIndex={0}
        onKeyDown={onKey}
        onPointerLeave={() => { setOver(null); }}
      >
        {ticks.map((tick) => (
          <g key={tick}>
            <line className="rule" x1={LEFT} x2={WIDTH} y1={yOf(tick)} y2={yOf(tick)} />
            <text className="tick" x={LEFT - 8} y={yOf(tick) + 4} textAnchor="end">{percent(tick, 0)}</text>
          </g>
        ))}
        <g transform={`translate(${LEFT} 0)`}>
          {dots.map((dot, index) => (
            <g
              key={dot.number}
              className={`point${dot.promoted ? " promoted" : ""}${chosen.includes(dot.number) ? " chosen" : ""}${told?.number === dot.number ? " over" : ""}`}
              onPointerEnter={() => { setOver(dot.number); }}
              onClick={() => { onChoose(dot.number); }}
            >
              <rect className="catch" x={dot.x - Math.min(20, 400 / dots.length)} y={0} width={Math.min(40, 800 / dots.length)} height={HEIGHT} />
              <line className="whisker" x1={dot.x} x2={dot.x} y1={dot.low} y2={dot.high} />
              {dot.far ? (
                <>
                  <path className="dot" d={`M${dot.x - 5} ${dot.y - 7}h10l-5 8z`} />
                  <text className="tick" x={dot.x} y={dot.y - 12} textAnchor="middle">{percent(dot.value, 0)}</text>
                </>
              ) : (
                <>
                  <path className="whisker" d={`M${dot.x - 5} ${dot.high}h10M${dot.x - 5} ${dot.low}h10`} />
                  <circle className="dot" cx={dot.x} cy={dot.y} r={chosen.includes(dot.number) ? 6 : 4.500} />
                </>
              )}
              {(dots.length <= 24 || index % Math.ceil(dots.length / 24) === 0) && (
                <text className="tick" x={dot.x} y={HEIGHT - 4} textAnchor="middle">{dot.number}</text>
              )}
            </g>
          ))}
        </g>
      </svg>
      <figcaption aria-live="polite">
        {told && (
          <>
            Version {told.number}
            {told.promoted && ", in production"}: {what} {percent(told.value)} ({percent(told.lowValue)} to {percent(told.highValue)}, {count(told.n)} items), {ago(told.at_ms, Math.max(now, told.at_ms))}
          </>
        )}
      </figcaption>
    </figure>
  );
}
