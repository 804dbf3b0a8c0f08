import { count, percent } from "@/lib/format";

export interface IntervalValue {
  /** Null where there is nothing to measure it on. */
  value?: number | null;
  low: number;
  high: number;
  n: number;
}

/** A measured share with its 95 % interval and how many items it is of; grey when so few that it says little. */
export function Interval({ of: { value, low, high, n }, large = false }: { of: IntervalValue; large?: boolean }) {
  if (n === 0 || value == null) return <span className="interval unsure" title="No item to measure it on">—</span>;
  const half = (high - low) / 2;
  // An interval that is far from even about its value is told by its ends: "100.0 % ± 5.4" would go above 100.
  const even = value + half <= 1 && value - half >= 0 && Math.abs(high + low - 2 * value) <= 0.02;
  return (
    <span
      className={`interval${half > 0.15 ? " unsure" : ""}${large ? " large" : ""}`}
      title={`95 % interval ${percent(low)} to ${percent(high)}, measured on ${count(n)} ${n === 1 ? "item" : "items"}`}
    >
      {percent(value)} <small>{even ? `± ${(half * 100).toFixed(1)}` : `(${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)})`}</small>
    </span>
  );
}

/** The same as a bar from 0 to 1: the dot is the value, the line its interval. */
export function IntervalBar({ of: { value, low, high, n }, colour = "var(--accent)" }: { of: IntervalValue; colour?: string }) {
  if (n === 0 || value == null) return <svg className="interval-bar" viewBox="0 0 100 12" aria-hidden />;
  return (
    <svg className="interval-bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden>
      <rect x={0} y={5.5} width={100} height={1} fill="var(--hairline)" />
      <rect x={100 * low} y={4.5} width={Math.max(0.5, 100 * (high - low))} height={3} fill={colour} opacity={0.4} />
      <rect x={Math.min(98.5, Math.max(0, 100 * value - 0.75))} y={1} width={1.5} height={10} fill={colour} />
    </svg>
  );
}
