import { type KeyboardEvent, type PointerEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import "./points.css";
import { drawPoints, ramp, radiusOf, word } from "./points/raster";
import { Nearest, type Place, type Points, type Size, type View, inside, moved, toMap, toScreen, whole, zoomed } from "./points/space";

export type { Points, View } from "./points/space";

interface Props {
  points: Points;
  /** Which of `colours` each point has; a code beyond them is drawn in grey. */
  code: ArrayLike<number>;
  /** CSS colours; "ramp" for numbers from few to much. */
  colours: readonly string[] | "ramp";
  chosen: ReadonlySet<number>;
  /** What a drag does. */
  drag: "lasso" | "move";
  /** What is seen; null for everything. */
  view: View | null;
  setView: (view: View | null) => void;
  /** A lasso was closed: the points in it, and whether they are added to those selected, or taken out. */
  onLasso: (which: number[], how: "only" | "more" | "less") => void;
  onPick: (which: number) => void;
  /** The point under the pointer, and where it is on the canvas. */
  onHover: (which: number, place: Place) => void;
  label: string;
}

/**
 * Many points on a canvas: drag to lasso or to move, wheel to zoom.
 *
 * Drawn as pixels, without WebGL: it needs no graphics card, and no library that builds code from text, which this
 * page's content security policy forbids (regl does). 200,000 points take some tens of milliseconds.
 */
export function PointCloud({ points, code, colours, chosen, drag, view: given, setView, onLasso, onPick, onHover, label }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const [theme, setTheme] = useState(0);
  const [line, setLine] = useState<readonly Place[]>([]);
  const view = given ?? whole(size);
  const latest = useRef({ view, size });
  const held = useRef<{ x: number; y: number; far: boolean; moving: boolean } | null>(null);
  const index = useMemo(() => new Nearest(points), [points]);
  useEffect(() => { latest.current = { view, size }; });

  useLayoutEffect(() => {
    const node = box.current;
    if (!node) return;
    const watch = new ResizeObserver(() => { setSize({ width: node.clientWidth, height: node.clientHeight }); });
    watch.observe(node);
    const themes = new MutationObserver(() => { setTheme((n) => n + 1); });
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      watch.disconnect();
      themes.disconnect();
    };
  }, []);

  const words = useMemo(() => {
    void theme;
    const probe = document.createElement("span");
    document.body.append(probe);
    const resolve = (colour: string): number => {
      probe.style.color = colour;
      return word(getComputedStyle(probe).color);
    };
    const grey = resolve("var(--edge)");
    const all = colours === "ramp" ? ramp(grey) : Uint32Array.from([...colours.map(resolve), grey]);
    const found = { all, ground: resolve("var(--raised)"), ink: resolve("var(--ink)") };
    probe.remove();
    return found;
  }, [colours, theme]);

  useEffect(() => {
    const node = canvas.current;
    const { width, height } = size;
    if (!node || width === 0 || height === 0) return;
    const frame = requestAnimationFrame(() => {
      const ratio = Math.min(2, window.devicePixelRatio || 1);
      node.width = Math.round(width * ratio);
      node.height = Math.round(height * ratio);
      const pen = node.getContext("2d", { alpha: false });
      if (!pen) return;
      const picture = pen.createImageData(node.width, node.height);
      const pixels = new Uint32Array(picture.data.buffer);
      pixels.fill(words.ground);
      const radius = radiusOf(points.x.length, view, size, ratio);
      drawPoints(pixels, node.width, node.height, points, view, ratio, radius, { code, colours: words.all, chosen, ring: words.ink });
      pen.putImageData(picture, 0, 0);
    });
    return () => { cancelAnimationFrame(frame); };
  }, [points, code, words, chosen, view.x, view.y, view.scale, size]); // eslint-disable-line react-hooks/exhaustive-deps

  // React listens to wheels passively; the page must not scroll while one zooms.
  useEffect(() => {
    const node = box.current;
    if (!node) return;
    function onWheel(event: WheelEvent): void {
      event.preventDefault();
      const { view, size } = latest.current;
      const [left, top] = placeOf(event, node as HTMLElement);
      setView(zoomed(view, size, left, top, Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0016))));
    }
    node.addEventListener("wheel", onWheel, { passive: false });
    return () => { node.removeEventListener("wheel", onWheel); };
  }, [setView]);

  function under([left, top]: Place): number {
    const [x, y] = toMap(view, size, left, top);
    return index.at(x, y, (radiusOf(points.x.length, view, size, 1) + 4) / view.scale);
  }

  function onDown(event: PointerEvent<HTMLDivElement>): void {
    if (event.button !== 0 && event.button !== 1) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const [x, y] = placeOf(event, event.currentTarget);
    held.current = { x, y, far: false, moving: drag === "move" || event.button === 1 };
    if (!held.current.moving) setLine([[x, y]]);
    onHover(-1, [0, 0]);
  }

  function onMove(event: PointerEvent<HTMLDivElement>): void {
    const place = placeOf(event, event.currentTarget);
    const hand = held.current;
    if (!hand) {
      const which = under(place);
      onHover(which, which < 0 ? place : toScreen(view, size, points.x[which] as number, points.y[which] as number));
      return;
    }
    const [right, down] = [place[0] - hand.x, place[1] - hand.y];
    if (!hand.far && Math.hypot(right, down) < 4) return;
    hand.far = true;
    if (hand.moving) {
      setView(moved(view, right, down));
      [hand.x, hand.y] = place;
    } else setLine((before) => [...before, place]);
  }

  function onUp(event: PointerEvent<HTMLDivElement>): void {
    const hand = held.current;
    held.current = null;
    setLine([]);
    if (!hand) return;
    if (!hand.far) {
      const which = under(placeOf(event, event.currentTarget));
      if (which >= 0) onPick(which);
      return;
    }
    if (!hand.moving) onLasso(inside(points, line.map(([left, top]) => toMap(view, size, left, top))), event.shiftKey ? "more" : event.altKey ? "less" : "only");
  }

  function onKey(event: KeyboardEvent): void {
    const middle: Place = [size.width / 2, size.height / 2];
    const steps: Record<string, View | null> = {
      ArrowLeft: moved(view, 60, 0),
      ArrowRight: moved(view, -60, 0),
      ArrowUp: moved(view, 0, 60),
      ArrowDown: moved(view, 0, -60),
      "+": zoomed(view, size, ...middle, 1.4),
      "=": zoomed(view, size, ...middle, 1.4),
      "-": zoomed(view, size, ...middle, 1 / 1.4),
      "0": null,
    };
    const next = steps[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    setView(next);
  }

  return (
    <div
      ref={box}
      className={`point-cloud ${drag}`}
      role="application"
      aria-label={label}
      tabIndex={0}
      onPointerDown={onDown}
      onPointerMove={onMove}
      onPointerUp={onUp}
      onPointerCancel={() => {
        held.current = null;
        setLine([]);
      }}
      onPointerLeave={() => { onHover(-1, [0, 0]); }}
      onKeyDown={onKey}
    >
      <canvas ref={canvas} aria-hidden />
      {line.length > 1 && (
        <svg className="lasso" aria-hidden>
          <polygon points={line.map((place) => place.join(",")).join(" ")} />
        </svg>
      )}
    </div>
  );
}

function placeOf(event: { clientX: number; clientY: number }, node: HTMLElement): Place {
  const { left, top } = node.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
}
