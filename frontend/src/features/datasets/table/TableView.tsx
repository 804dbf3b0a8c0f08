import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";

import { MediaView } from "@/canvas/MediaView";
import { counted, percent } from "@/lib/format";
import { own } from "@/lib/own";
import { Button, Empty, ErrorNote, Icon, Loading } from "@/ui";

import { useClasses } from "@/features/datasets/classes";
import { useTallList } from "@/features/datasets/grid/useTallList";
import { thumbnailOf } from "@/features/datasets/media";
import { usePageState } from "@/features/datasets/pageState";
import { fieldName, holdsClasses, ordered, valueName } from "@/features/datasets/question/fields";
import { isSelected } from "@/features/datasets/selection";
import type { ColumnInfo, ItemInfo } from "@/features/datasets/types";
import type { ViewProps } from "@/features/datasets/props";

const ROW = 34;
const HEAD = 30;
const KEPT = "tilth.dataset.columns.";

/** All items as rows; the columns are chosen by the reader and remembered. */
export function TableView({ name, dataset, question, selection }: ViewProps) {
  const { items, columns: all, search, go, cursor, setCursor, select, open } = usePageState();
  const media = dataset.definition["media"] as { column?: string } | undefined;
  // What is shown of an item anyway needs no column of its own.
  const columns = useMemo(() => all.filter((column) => column.name !== media?.column), [all, media?.column]);
  const classes = useClasses(dataset);
  const [chosen, setChosen] = useChosen(name, columns);
  const [choosing, setChoosing] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const matching = items.matching ?? 0;
  const list = useTallList({ box, count: matching, tall: ROW, head: HEAD });
  const first = list.rows[0]?.index ?? 0;
  const last = list.rows.at(-1)?.index ?? 0;
  const { look } = items;
  const { reveal } = list;
  useEffect(() => { look(first, last); }, [look, first, last]);
  useEffect(() => {
    if (cursor > 0 || document.activeElement === box.current) reveal(cursor);
    // Only a moved cursor scrolls, not a changed layout.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [cursor]);

  function onKey(event: KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowDown: cursor + 1, ArrowUp: cursor - 1, PageDown: cursor + 15, PageUp: cursor - 15, Home: 0, End: matching - 1 };
    const to = steps[event.key];
    const here = items.at(cursor);
    if (to !== undefined) {
      event.preventDefault();
      const next = Math.max(0, Math.min(matching - 1, to));
      setCursor(next);
      const item = items.at(next);
      if (event.shiftKey && item) select(item.key, "range", here?.key);
    } else if (event.key === " " && here) {
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
  const shown = ordered(columns).filter((column) => chosen.has(column.name));
  const least = 220 + shown.reduce((sum, column) => sum + (column.kind === "number" ? 124 : 120), 0);
  const template = `28px ${dataset.media === "image" ? "44px " : ""}minmax(140px, 1.4fr) ${shown.map((column) => (column.kind === "number" ? "minmax(116px, .6fr)" : "minmax(112px, 1fr)")).join(" ")}`;
  const sorted = search.sort?.replace(/^-/, "");
  const descending = search.sort?.startsWith("-") ?? false;
  const sortBy = (column: string): void => { go({ sort: sorted !== column ? column : descending ? undefined : `-${column}` }); };
  if (items.error && items.matching === null) return <ErrorNote error={items.error} retry={items.retry} />;
  return (
    <div className="table-page">
      <div className="column-pick">
        <Button small look="plain" aria-expanded={choosing} onClick={() => { setChoosing(!choosing); }}>
          Columns: {shown.length} of {columns.filter((one) => one.role !== "key").length}
        </Button>
        {choosing && (
          <div className="chips" role="group" aria-label="Columns">
            {ordered(columns).filter((one) => one.role !== "key").map((column) => (
              <button
                key={column.name}
                type="button"
                className="chip"
                aria-pressed={chosen.has(column.name)}
                onClick={() => {
                  const next = new Set(chosen);
                  if (!next.delete(column.name)) next.add(column.name);
                  setChosen(next);
                }}
              >
                {fieldName(column.name)}
              </button>
            ))}
          </div>
        )}
      </div>
      <div
        ref={box}
        className="table-view"
        role="grid"
        aria-rowcount={matching}
        aria-multiselectable
        aria-label={`${counted(matching, "item")} of ${name}`}
        aria-activedescendant={matching > 0 ? `row-${cursor}` : undefined}
        tabIndex={0}
        onKeyDown={onKey}
      >
        <div className="table-row head" role="row" style={{ gridTemplateColumns: template, minWidth: least }}>
          <span />
          {dataset.media === "image" && <span />}
          <Head name="key" word={dataset.media === "text" ? "text" : "item"} sort={search.sort} onSort={sortBy} />
          {shown.map((column) => (
            <Head key={column.name} name={column.name} word={fieldName(column.name)} sort={search.sort} onSort={sortBy} number={column.kind === "number"} />
          ))}
        </div>
        {items.matching === null && <Loading what="Reading the items…" />}
        {items.matching === 0 && (
          <Empty title="No item matches.">
            <p>Take a chip out above, or widen it. A step back in the browser takes the last change back.</p>
          </Empty>
        )}
        <div className="grid-space" style={{ height: list.height }}>
          {list.rows.map((row) => {
            const item = items.at(row.index);
            const selected = item !== undefined && isSelected(selection.now, item.key);
            return (
              <div
                key={row.index}
                id={`row-${row.index}`}
                role="row"
                aria-rowindex={row.index + 1}
                aria-selected={selected}
                className={`table-row${row.index === cursor ? " here" : ""}${selected ? " selected" : ""}${item && item.key === search.item ? " shown" : ""}`}
                style={{ gridTemplateColumns: template, minWidth: least, transform: `translateY(${row.top}px)` }}
                onClick={(event) => {
                  if (!item) return;
                  setCursor(row.index);
                  if (event.shiftKey) select(item.key, "range");
                  else if (event.ctrlKey || event.metaKey) select(item.key, "toggle");
                  else open(item.key);
                }}
              >
                {item ? (
                  <>
                    <span role="gridcell" className="tile-box" onClick={(event) => { event.stopPropagation(); setCursor(row.index); select(item.key, event.shiftKey ? "range" : "toggle"); }}>
                      {selected && <Icon name="check" size={12} />}
                    </span>
                    {dataset.media === "image" && (
                      <span role="gridcell" className="cell-picture">
                        <MediaView media={item.media} name={item.key} address={thumbnailOf(name, item, 32, question.at)} fit="tile" />
                      </span>
                    )}
                    <span role="gridcell" className="ellipsis" dir="auto" title={item.key}>
                      {dataset.media === "text" ? (item.media.text ?? item.key) : item.key}
                    </span>
                    {shown.map((column) => (
                      <Cell key={column.name} column={column} item={item} colour={classes.colour} />
                    ))}
                  </>
                ) : (
                  <span className="faint">…</span>
                )}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Head({ name, word, sort, number = false, onSort }: { name: string; word: string; sort: string | undefined; number?: boolean; onSort: (name: string) => void }) {
  const by = sort?.replace(/^-/, "") === name || (name === "key" && sort === undefined);
  const descending = sort?.startsWith("-") ?? false;
  return (
    <span role="columnheader" aria-sort={by ? (descending ? "descending" : "ascending") : "none"} className={number ? "num" : ""}>
      <button type="button" className="sort ellipsis" dir="auto" title={`Order by ${word}`} onClick={() => { onSort(name); }}>
        {word}
        {by && (descending ? " ↓" : " ↑")}
      </button>
    </span>
  );
}

/** What an item has in a column. */
export function valueOf(item: ItemInfo, column: string): unknown {
  switch (column) {
    case "key": return item.key;
    case "label": return item.label;
    case "given_label": return item.given_label;
    case "label_confidence": return item.label_confidence;
    case "labeled_by": return item.labeled_by;
    case "prediction": return item.prediction;
    case "confidence": return item.confidence;
    case "correct": return item.correct;
    case "mark": return item.mark;
    default: return own(item.fields, column);
  }
}

function Cell({ column, item, colour }: { column: ColumnInfo; item: ItemInfo; colour: (label: string) => string }) {
  const value = valueOf(item, column.name);
  if (value === null || value === undefined) return <span role="gridcell" className="faint">{column.kind === "number" ? "" : "—"}</span>;
  if (column.kind === "number" && typeof value === "number")
    return (
      <span role="gridcell" className="num">
        {column.role === "confidence" || column.name.startsWith("p.") ? percent(value) : Number.isInteger(value) ? value.toLocaleString("en") : Number(value.toPrecision(5))}
      </span>
    );
  if (typeof value === "boolean")
    return (
      <span role="gridcell" className={column.name === "correct" && !value ? "wrong" : ""}>
        {value ? "yes" : "no"}
      </span>
    );
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const coloured = holdsClasses(column.name);
  return (
    <span role="gridcell" className="ellipsis" dir="auto" title={text}>
      {coloured && (
        <>
          <span className={column.name === "prediction" ? "dot dashed" : "dot"} style={{ background: colour(text), borderColor: colour(text) }} />{" "}
        </>
      )}
      {valueName(column.name, text)}
    </span>
  );
}

/** Whether a column is worth its place before somebody asks for it: it differs from item to item, and is not said anyway. */
function tells(column: ColumnInfo): boolean {
  if (column.role === "key" || column.name.startsWith("p.") || ["given_label", "loss", "x", "y", "name"].includes(column.name)) return false;
  return column.distinct > 1 || ["label", "prediction"].includes(column.name);
}

function useChosen(name: string, columns: readonly ColumnInfo[]): [ReadonlySet<string>, (next: ReadonlySet<string>) => void] {
  const [kept, setKept] = useState<readonly string[] | null>(() => {
    try {
      const read: unknown = JSON.parse(window.localStorage.getItem(KEPT + name) ?? "null");
      return Array.isArray(read) ? read.filter((one): one is string => typeof one === "string") : null;
    } catch {
      return null;
    }
  });
  const chosen = useMemo(
    () => new Set(kept ?? ordered(columns).filter(tells).slice(0, 7).map((column) => column.name)),
    [kept, columns],
  );
  return [
    chosen,
    (next) => {
      setKept([...next]);
      window.localStorage.setItem(KEPT + name, JSON.stringify([...next]));
    },
  ];
}
