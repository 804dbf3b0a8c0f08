/** Where points of a map are: from their own square to the screen and back, which are near, which are inside. Pure. */

/** What part of the map one sees: the place in the middle, and pixels per unit. */
export interface View {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Points {
  x: ArrayLike<number>;
  y: ArrayLike<number>;
}

export type Place = readonly [x: number, y: number];

const LEAST = 40;
const MOST = 60_000;

/** The view that shows the whole square from -1 to 1. */
export function whole({ width, height }: Size): View {
  return { x: 0, y: 0, scale: Math.max(20, Math.min(width, height) / 2.12) };
}

export function toScreen(view: View, { width, height }: Size, x: number, y: number): Place {
  return [width / 2 + (x - view.x) * view.scale, height / 2 - (y - view.y) * view.scale];
}

export function toMap(view: View, { width, height }: Size, left: number, top: number): Place {
  return [view.x + (left - width / 2) / view.scale, view.y - (top - height / 2) / view.scale];
}

/** Zoom so that what is under a place of the screen stays there. */
export function zoomed(view: View, size: Size, left: number, top: number, factor: number): View {
  const [x, y] = toMap(view, size, left, top);
  const scale = Math.min(MOST, Math.max(LEAST, view.scale * factor));
  return { scale, x: x - (left - size.width / 2) / scale, y: y + (top - size.height / 2) / scale };
}

export function moved(view: View, right: number, down: number): View {
  return { ...view, x: view.x - right / view.scale, y: view.y + down / view.scale };
}

/** The view that shows some points with a margin. */
export function around(points: Points, which: readonly number[], size: Size): View {
  if (which.length === 0) return whole(size);
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const at of which) {
    const x = points.x[at] as number;
    const y = points.y[at] as number;
    left = Math.min(left, x);
    right = Math.max(right, x);
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  const scale = 0.8 * Math.min(size.width / Math.max(right - left, 0.02), size.height / Math.max(high - low, 0.02));
  return { x: (left + right) / 2, y: (low + high) / 2, scale: Math.min(MOST, Math.max(LEAST, scale)) };
}

/** The points inside a closed line (even-odd rule). */
export function inside(points: Points, line: readonly Place[]): number[] {
  const found: number[] = [];
  if (line.length < 3) return found;
  const [left, right] = [Math.min(...line.map(([x]) => x)), Math.max(...line.map(([x]) => x))];
  const [low, high] = [Math.min(...line.map(([, y]) => y)), Math.max(...line.map(([, y]) => y))];
  for (let at = 0; at < points.x.length; at++) {
    const x = points.x[at] as number;
    const y = points.y[at] as number;
    if (x < left || x > right || y < low || y > high) continue;
    let odd = false;
    for (let i = 0, j = line.length - 1; i < line.length; j = i++) {
      const [xi, yi] = line[i] as Place;
      const [xj, yj] = line[j] as Place;
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
    }
    if (odd) found.push(at);
  }
  return found;
}

/** Finds the point nearest to a place by a grid, so that it costs nothing however many there are. */
export class Nearest {
  private readonly starts: Int32Array;
  private readonly order: Int32Array;

  constructor(
    private readonly points: Points,
    private readonly cells = Math.max(1, Math.min(256, Math.ceil(Math.sqrt(points.x.length)))),
  ) {
    const n = points.x.length;
    this.starts = new Int32Array(cells * cells + 1);
    const cell = new Int32Array(n);
    for (let at = 0; at < n; at++) {
      const c = this.cellOf(points.x[at] as number, points.y[at] as number);
      cell[at] = c;
      this.starts[c + 1] = (this.starts[c + 1] as number) + 1;
    }
    for (let c = 0; c < cells * cells; c++) this.starts[c + 1] = (this.starts[c + 1] as number) + (this.starts[c] as number);
    const next = this.starts.slice();
    this.order = new Int32Array(n);
    for (let at = 0; at < n; at++) {
      const c = cell[at] as number;
      this.order[next[c] as number] = at;
      next[c] = (next[c] as number) + 1;
    }
  }

  /** The nearest point within a distance; -1 where there is none. */
  at(x: number, y: number, within: number): number {
    let best = -1;
    let least = within * within;
    const [c0, c1] = [this.column(x - within), this.column(x + within)];
    const [r0, r1] = [this.column(y - within), this.column(y + within)];
    for (let r = r0; r <= r1; r++)
      for (let c = c0; c <= c1; c++) {
        const cell = r * this.cells + c;
        for (let i = this.starts[cell] as number; i < (this.starts[cell + 1] as number); i++) {
          const at = this.order[i] as number;
          const dx = (this.points.x[at] as number) - x;
          const dy = (this.points.y[at] as number) - y;
          const d = dx * dx + dy * dy;
          if (d <= least) {
            least = d;
            best = at;
          }
        }
      }
    return best;
  }

  private column(value: number): number {
    return Math.max(0, Math.min(this.cells - 1, Math.floor(((value + 1) / 2) * this.cells)));
  }

  private cellOf(x: number, y: number): number {
    return this.column(y) * this.cells + this.column(x);
  }
}

const CELLS = 40;

/** Groups of points that lie together: parts of the map that are denser than what is around them, largest first. */
export function crowds(points: Points, most = 12): number[][] {
  const n = points.x.length;
  const place = new Int32Array(n);
  const held = new Int32Array(CELLS * CELLS);
  for (let at = 0; at < n; at++) {
    const column = Math.min(CELLS - 1, Math.floor((((points.x[at] as number) + 1) / 2) * CELLS));
    const row = Math.min(CELLS - 1, Math.floor((((points.y[at] as number) + 1) / 2) * CELLS));
    place[at] = row * CELLS + column;
    held[row * CELLS + column] = (held[row * CELLS + column] as number) + 1;
  }
  const filled = [...held].filter((many) => many > 0).sort((a, b) => a - b);
  const enough = Math.max(1, (filled[Math.floor(filled.length / 4)] ?? 1));
  const group = new Int32Array(CELLS * CELLS).fill(-1);
  let groups = 0;
  for (let start = 0; start < held.length; start++) {
    if ((held[start] as number) < enough || group[start] !== -1) continue;
    const waiting = [start];
    group[start] = groups;
    while (waiting.length) {
      const cell = waiting.pop() as number;
      const [row, column] = [Math.floor(cell / CELLS), cell % CELLS];
      for (const [r, c] of [[row - 1, column], [row + 1, column], [row, column - 1], [row, column + 1]] as const) {
        const other = r * CELLS + c;
        if (r < 0 || c < 0 || r >= CELLS || c >= CELLS || group[other] !== -1 || (held[other] as number) < enough) continue;
        group[other] = groups;
        waiting.push(other);
      }
    }
    groups++;
  }
  const members: number[][] = Array.from({ length: groups }, () => []);
  for (let at = 0; at < n; at++) {
    const g = group[place[at] as number] as number;
    if (g >= 0) (members[g] as number[]).push(at);
  }
  return members.filter((one) => one.length >= Math.max(5, n / 200)).sort((a, b) => b.length - a.length).slice(0, most);
}
