/** A list of rows of one height, as long as one likes (see scaled.ts); only what is seen is drawn. */
import { type Virtualizer, useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import { type Extent, type Position, physical, placed, scrolledTo } from "./scaled";

type List = Virtualizer<HTMLDivElement, HTMLElement>;

export interface TallList {
  /** The rows to draw, and how far below the element's top each stands. */
  rows: readonly { index: number; top: number }[];
  /** How tall the element is. */
  height: number;
  /** How many rows a page down is. */
  perPage: () => number;
  /** Scroll as little as shows a row. */
  reveal: (row: number) => void;
  toTop: () => void;
}

export function useTallList({ box, count, tall, head = 0 }: { box: RefObject<HTMLDivElement | null>; count: number; tall: number; head?: number }): TallList {
  const total = count * tall + head;
  const position = useRef<Position>({ top: 0, offset: 0 });
  const extent = useRef<Extent>({ total, viewport: 600 });
  const tell = useRef<(place: number, moving: boolean) => void>(() => undefined);
  const [offset, setOffset] = useState(0);

  const go = useCallback(
    (place: number) => {
      const node = box.current;
      if (!node) return;
      position.current = placed(extent.current, place);
      node.scrollTop = position.current.top;
      setOffset(position.current.offset);
      tell.current(position.current.top + position.current.offset, false);
    },
    [box],
  );
  const observe = useCallback((instance: List, told: (place: number, moving: boolean) => void) => {
    const node = instance.scrollElement;
    if (!node) return undefined;
    tell.current = told;
    let settled: ReturnType<typeof setTimeout> | undefined;
    const onScroll = (): void => {
      const next = scrolledTo(extent.current, position.current, node.scrollTop);
      position.current = { top: next.top, offset: next.offset };
      if (next.reset) node.scrollTop = next.top;
      setOffset(next.offset);
      told(next.top + next.offset, true);
      clearTimeout(settled);
      settled = setTimeout(() => { told(position.current.top + position.current.offset, false); }, 120);
    };
    told(position.current.top + position.current.offset, false);
    node.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      clearTimeout(settled);
      node.removeEventListener("scroll", onScroll);
    };
  }, []);
  const virtual = useVirtualizer<HTMLDivElement, HTMLElement>({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => tall,
    overscan: 3,
    observeElementOffset: observe,
    // Its own scrolling ends where the element does; a longer list is moved by `go`.
    scrollToFn: (place) => { go(place); },
  });
  useLayoutEffect(() => {
    const node = box.current;
    if (!node) return;
    const watch = new ResizeObserver(() => { extent.current = { ...extent.current, viewport: node.clientHeight }; });
    watch.observe(node);
    extent.current = { total, viewport: node.clientHeight };
    return () => { watch.disconnect(); };
  }, [box, total]);
  useEffect(() => { virtual.measure(); }, [tall, virtual]);
  return {
    rows: virtual.getVirtualItems().map((row) => ({ index: row.index, top: row.start - offset })),
    height: physical({ total: count * tall, viewport: 0 }),
    perPage: () => Math.max(1, Math.floor(extent.current.viewport / tall)),
    reveal: useCallback(
      (row) => {
        const place = position.current.top + position.current.offset;
        const { viewport } = extent.current;
        if (row * tall < place) go(row * tall);
        else if ((row + 1) * tall + head > place + viewport) go((row + 1) * tall + head - viewport + 12);
      },
      [go, tall, head],
    ),
    toTop: useCallback(() => { go(0); }, [go]),
  };
}
