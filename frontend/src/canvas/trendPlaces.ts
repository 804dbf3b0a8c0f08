/** Where the points of a trend stand. Pure. */
export interface TrendPoint {
  number: number;
  at_ms: number;
  value?: number | null;
  low: number;
  high: number;
  n: number;
  promoted?: boolean;
}

export interface TrendDot {
  number: number;
  at_ms: number;
  promoted: boolean;
  /** So far below the others that it stands at the edge. */
  far: boolean;
  n: number;
  value: number;
  lowValue: number;
  highValue: number;
  x: number;
  y: number;
  low: number;
  high: number;
}

const FAR = 0.3;

/** Return dots, the band of their intervals, their line, and ticks, for points in the order of their numbers. */
export function placesOf(points: readonly TrendPoint[], width: number, height: number, pad: number) {
  const measured = points.filter((point) => point.n > 0 && point.value != null);
  const values = measured.map((point) => point.value ?? 0).sort((a, b) => a - b);
  const middle = values[values.length >> 1] ?? 0;
  // A few that are far below the others would press all of them flat: they stand at the edge, and are told as such.
  const below = values.filter((value) => value < middle - FAR).length;
  const far = (point: TrendPoint): boolean => below * 3 < values.length && (point.value ?? 0) < middle - FAR;
  const near = measured.filter((point) => !far(point));
  const least = Math.min(1, ...near.map((point) => point.low));
  const most = Math.max(0, ...near.map((point) => point.high));
  const step = most - least > 0.5 ? 0.25 : most - least > 0.2 ? 0.1 : most - least > 0.08 ? 0.05 : 0.02;
  const bottom = Math.max(0, Math.floor(least / step + 1e-9) * step);
  const top = Math.min(1, Math.max(Math.ceil(most / step - 1e-9) * step, bottom + step));
  const yOf = (value: number): number => pad + (height - 2 * pad) * (1 - Math.max(0, value - bottom) / (top - bottom || 1));
  const xOf = (index: number): number => (measured.length === 1 ? width / 2 : pad + ((width - 2 * pad) * index) / (measured.length - 1));
  const dots: TrendDot[] = measured.map((point, index) => ({
    number: point.number,
    at_ms: point.at_ms,
    promoted: point.promoted ?? false,
    far: far(point),
    n: point.n,
    value: point.value ?? 0,
    lowValue: point.low,
    highValue: point.high,
    x: xOf(index),
    y: yOf(point.value ?? 0),
    low: yOf(point.low),
    high: yOf(point.high),
  }));
  const path = (places: readonly (readonly [number, number])[]): string => places.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  const ticks: number[] = [];
  for (let tick = bottom; tick <= top + 1e-9; tick += step) ticks.push(Number(tick.toFixed(4)));
  return {
    dots,
    ticks,
    yOf,
    line: path(dots.map((dot) => [dot.x, dot.y])),
    band: dots.length ? `${path([...dots.map((dot) => [dot.x, dot.high] as const), ...[...dots].reverse().map((dot) => [dot.x, dot.low] as const)])}Z` : "",
  };
}
