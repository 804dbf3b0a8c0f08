/**
 * Scrolling farther than a browser can: beyond some millions of pixels elements break, so a tall list lives in a shorter
 * one, shifted by an offset. Near moves (wheel, keys) are one to one, far ones (the scroll bar's thumb) in proportion.
 */
export const TALLEST = 6_000_000;

export interface Extent {
  /** How tall the list would be. */
  total: number;
  /** How tall the window is. */
  viewport: number;
}

export interface Position {
  /** Where the browser's scroll bar is. */
  top: number;
  /** What is added to it to get the place in the list. */
  offset: number;
}

/** How tall the element is. */
export function physical(extent: Extent): number {
  return Math.min(extent.total, TALLEST);
}

/** The position for a place in the list, with the scroll bar where it belongs. */
export function placed(extent: Extent, place: number): Position {
  const tall = physical(extent);
  const most = Math.max(0, extent.total - extent.viewport);
  const at = Math.max(0, Math.min(most, place));
  if (tall === extent.total || most === 0) return { top: at, offset: 0 };
  const top = Math.round((at / most) * (tall - extent.viewport));
  return { top, offset: at - top };
}

/** The position after the browser scrolled to `top`; `reset` says that the scroll bar must be moved to it. */
export function scrolledTo(extent: Extent, before: Position, top: number): Position & { reset: boolean } {
  const tall = physical(extent);
  if (tall === extent.total) return { top, offset: 0, reset: false };
  const room = tall - extent.viewport;
  const most = extent.total - extent.viewport;
  if (Math.abs(top - before.top) > extent.viewport) return { top, offset: (top / room) * most - top, reset: false };
  // At the very ends of the scroll bar is the very end of the list, whatever was rounded on the way.
  if (top <= 0 && before.top + before.offset < 2 * extent.viewport) return { top: 0, offset: 0, reset: false };
  if (top >= room - 1 && before.top + before.offset > most - 2 * extent.viewport) return { top, offset: most - top, reset: false };
  const place = Math.max(0, Math.min(most, top + before.offset));
  const ideal = placed(extent, place);
  const atEdge = (top <= 0 && place > 0) || (top >= room - 1 && place < most - 1);
  if (Math.abs(ideal.top - top) > room / 20 || atEdge) return { ...ideal, reset: true };
  return { top, offset: place - top, reset: false };
}
