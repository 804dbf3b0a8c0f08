import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import { counted } from "@/lib/format";
import { Empty, ErrorNote, Loading } from "@/ui";

import { useClasses } from "@/features/datasets/classes";
import { usePageState } from "@/features/datasets/pageState";
import { isSelected } from "@/features/datasets/selection";
import type { ViewProps } from "@/features/datasets/props";
import { Tile, tileHeight } from "./Tile";
import { useTallList } from "./useTallList";

const GAP = 8;
export const SIZES = { least: 48, most: 320, image: 112, text: 240 };

/** All items as tiles. Only what is seen is drawn and read, however many there are. */
export function GridView({ name, dataset, question, selection }: ViewProps) {
  const { items, search, size, cursor, setCursor, select, open } = usePageState();
  const classes = useClasses(dataset);
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const columns = Math.max(1, Math.floor((width + GAP) / (size + GAP)));
  // Tiles share what is left over, so that the row ends where the page does.
  const wide = Math.max(size, Math.floor((width + GAP) / columns) - GAP);
  const tall = tileHeight(wide, dataset.media) + GAP;
  const matching = items.matching ?? 0;
  const rows = Math.ceil(matching / columns);
  const list = useTallList({ box, count: width === 0 ? 0 : rows, tall });

  useLayoutEffect(() => {
    const node = box.current;
    if (!node) return;
    const watch = new ResizeObserver(() => { setWidth(node.clientWidth - 32); });
    watch.observe(node);
    return () => { watch.disconnect(); };
  }, []);
  const firstRow = list.rows[0]?.index ?? 0;
  const lastRow = list.rows.at(-1)?.index ?? 0;
  const { look } = items;
  useEffect(() => { look(firstRow * columns, (lastRow + 1) * columns - 1); }, [look, firstRow, lastRow, columns]);

  const asked = `${question.where}\u0000${question.model}\u0000${question.at}\u0000${search.sort}`;
  const before = useRef(asked);
  const { toTop, reveal } = list;
  useEffect(() => {
    if (before.current === asked) return;
    before.current = asked;
    toTop();
  }, [asked, toTop]);
  const cursorRow = Math.floor(cursor / columns);
  useEffect(() => {
    if (cursor > 0 || document.activeElement === box.current) reveal(cursorRow);
    // Only a moved cursor scrolls, not a changed layout.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [cursor]);

  // A panel that opens or closes lays the tiles anew: the one that it shows stays in sight.
  const shownRow = search.item === undefined ? -1 : Math.floor(items.indexOf(search.item) / columns);
  useEffect(() => {
    if (shownRow >= 0) reveal(shownRow);
    // Only a changed layout: one who scrolls on beside an open item is let.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [columns, tall]);

  function onKey(event: KeyboardEvent): void {
    const page = list.perPage() * columns;
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, PageDown: page, PageUp: -page };
    const step = steps[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? matching - 1 : step === undefined ? null : cursor + step;
    if (to !== null) {
      if (event.altKey || event.metaKey) return;
      event.preventDefault();
      const next = Math.max(0, Math.min(matching - 1, to));
      setCursor(next);
      const item = items.at(next);
      if (event.shiftKey && item) select(item.key, "range", items.at(cursor)?.key);
      return;
    }
    const here = items.at(cursor);
    if (event.key === " " && here) {
      event.preventDefault();
      select(here.key, "toggle");
    } else if (event.key === "Enter" && here) {
      event.preventDefault();
      open(here.key);
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      select("", "all");
    }
  }
  const ids = useMemo(() => ({ option: (index: number) => `tile-${index}` }), []);
  if (items.error && items.matching === null) return <ErrorNote error={items.error} retry={items.retry} />;
  return (
    <div
      ref={box}
      className="grid-view"
      // A list without options would promise what it does not hold.
      {...(matching > 0 ? { role: "listbox", "aria-multiselectable": true, "aria-activedescendant": ids.option(cursor) } : { role: "group" })}
      aria-label={`${counted(matching, "item")} of ${name}`}
      tabIndex={0}
      onKeyDown={onKey}
    >
      {items.error && <ErrorNote error={items.error} retry={items.retry} />}
      {items.matching === null && <Loading what="Reading the items…" />}
      {items.matching === 0 && (
        <Empty title={items.total === 0 ? "There are no items yet." : "No item matches."}>
          <p>
            {items.total === 0
              ? "Put files or rows into the repo that this dataset reads; they appear here by themselves."
              : "Take a chip out above, or widen it. A step back in the browser takes the last change back."}
          </p>
        </Empty>
      )}
      <div className="grid-space" style={{ height: list.height }}>
        {list.rows.map((row) => (
          <div key={row.index} className="grid-row" style={{ transform: `translateY(${row.top}px)`, gap: GAP }}>
            {Array.from({ length: Math.min(columns, matching - row.index * columns) }, (_, column) => {
              const index = row.index * columns + column;
              const item = items.at(index);
              return (
                <Tile
                  key={item?.key ?? index}
                  id={ids.option(index)}
                  name={name}
                  item={item}
                  at={question.at}
                  media={dataset.media}
                  size={wide}
                  classes={classes}
                  here={index === cursor}
                  shown={item !== undefined && item.key === search.item}
                  selected={item !== undefined && isSelected(selection.now, item.key)}
                  onPick={(event) => {
                    if (!item) return;
                    setCursor(index);
                    if (event.shiftKey) select(item.key, "range");
                    else if (event.ctrlKey || event.metaKey) select(item.key, "toggle");
                    else open(item.key);
                  }}
                  onToggle={(event) => {
                    if (!item) return;
                    setCursor(index);
                    select(item.key, event.shiftKey ? "range" : "toggle");
                  }}
                />
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}
