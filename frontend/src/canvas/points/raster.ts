/** Points as pixels, without a graphics card: a disc for each, into a buffer of RGBA words. Pure. */
import type { Points, Size, View } from "./space";

export interface Painted {
  /** Which colour each point has. */
  code: ArrayLike<number>;
  /** Colours as 0xAABBGGRR; a code beyond them, or below 0, has the last one. */
  colours: Uint32Array;
  /** Points drawn on top, larger and with a ring. */
  chosen: ReadonlySet<number> | null;
  ring: number;
}

/** How large a point is drawn: larger where few are on the screen, and when one looks closely. */
export function radiusOf(points: number, view: View, size: Size, ratio: number): number {
  const closeness = view.scale / (Math.min(size.width, size.height) / 2.12);
  const few = points < 500 ? 4.5 : points < 3_000 ? 3.4 : points < 20_000 ? 2.3 : 1.6;
  return Math.min(9, few * Math.min(2.2, Math.sqrt(Math.max(closeness, 1)))) * ratio;
}

/** Draw all points into `pixels` (width x height of the canvas itself). The selected ones dim the others. */
export function drawPoints(pixels: Uint32Array, width: number, height: number, points: Points, view: View, ratio: number, radius: number, painted: Painted): void {
  const { code, colours, chosen, ring } = painted;
  const last = colours.length - 1;
  const scale = view.scale * ratio;
  const some = disc(radius);
  const dim = chosen !== null && chosen.size > 0;
  const strength = dim ? 70 : points.x.length > 20_000 ? 190 : 225;
  for (let at = 0; at < points.x.length; at++) {
    if (dim && chosen.has(at)) continue;
    const x = Math.round(width / 2 + ((points.x[at] as number) - view.x) * scale);
    const y = Math.round(height / 2 - ((points.y[at] as number) - view.y) * scale);
    const c = code[at] as number;
    stamp(pixels, width, height, x, y, some, colours[c >= 0 && c < last ? c : last] as number, strength);
  }
  if (!dim) return;
  const large = disc(radius + 1.2 * ratio);
  for (const at of chosen) {
    const x = Math.round(width / 2 + ((points.x[at] as number) - view.x) * scale);
    const y = Math.round(height / 2 - ((points.y[at] as number) - view.y) * scale);
    const c = code[at] as number;
    stamp(pixels, width, height, x, y, large, ring, 255);
    stamp(pixels, width, height, x, y, some, colours[c >= 0 && c < last ? c : last] as number, 255);
  }
}

/** A disc as offsets and how much of each pixel it covers (0 to 255). */
function disc(radius: number): Int32Array {
  const reach = Math.ceil(radius + 0.5);
  const found: number[] = [];
  for (let dy = -reach; dy <= reach; dy++)
    for (let dx = -reach; dx <= reach; dx++) {
      const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(dx, dy)));
      if (cover > 0) found.push(dx, dy, Math.round(cover * 255));
    }
  return Int32Array.from(found);
}

function stamp(pixels: Uint32Array, width: number, height: number, x: number, y: number, shape: Int32Array, colour: number, strength: number): void {
  if (x < -20 || y < -20 || x > width + 20 || y > height + 20) return;
  const [r, g, b] = [colour & 255, (colour >>> 8) & 255, (colour >>> 16) & 255];
  for (let i = 0; i < shape.length; i += 3) {
    const px = x + (shape[i] as number);
    const py = y + (shape[i + 1] as number);
    if (px < 0 || py < 0 || px >= width || py >= height) continue;
    const alpha = ((shape[i + 2] as number) * strength) / 65_025;
    const at = py * width + px;
    const under = pixels[at] as number;
    const rest = 1 - alpha;
    pixels[at] =
      (0xff000000 |
        (Math.round(((under >>> 16) & 255) * rest + b * alpha) << 16) |
        (Math.round(((under >>> 8) & 255) * rest + g * alpha) << 8) |
        Math.round((under & 255) * rest + r * alpha)) >>>
      0;
  }
}

/** A CSS colour that the browser resolved ("rgb(1, 2, 3)", "color(srgb 0.1 0.2 0.3)") as a word. */
export function word(resolved: string): number {
  const numbers = (resolved.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
  const [r = 0, g = 0, b = 0] = resolved.startsWith("color(") ? numbers.map((one) => one * 255) : numbers;
  return ((0xff << 24) | (clamp(b) << 16) | (clamp(g) << 8) | clamp(r)) >>> 0;
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}

const RAMP = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]] as const;
export const STEPS = 64;

/** Colours from few to much (viridis, which is read alike by all eyes), and grey for what is missing. */
export function ramp(missing: number): Uint32Array {
  const colours = new Uint32Array(STEPS + 1);
  for (let step = 0; step < STEPS; step++) {
    const place = (step / (STEPS - 1)) * (RAMP.length - 1);
    const low = RAMP[Math.min(RAMP.length - 2, Math.floor(place))] as readonly [number, number, number];
    const high = RAMP[Math.min(RAMP.length - 1, Math.floor(place) + 1)] as readonly [number, number, number];
    const part = place - Math.min(RAMP.length - 2, Math.floor(place));
    const [r, g, b] = [0, 1, 2].map((i) => clamp((low[i] as number) * (1 - part) + (high[i] as number) * part)) as [number, number, number];
    colours[step] = ((0xff << 24) | (b << 16) | (g << 8) | r) >>> 0;
  }
  colours[STEPS] = missing;
  return colours;
}

/** Where numbers are on the ramp; -1 for a missing one. */
export function stepsOf(values: readonly (number | null)[], low: number | null, high: number | null): Int32Array {
  const codes = new Int32Array(values.length).fill(-1);
  if (low === null || high === null) return codes;
  values.forEach((value, at) => {
    if (value !== null) codes[at] = high > low ? Math.round(((value - low) / (high - low)) * (STEPS - 1)) : STEPS >> 1;
  });
  return codes;
}
