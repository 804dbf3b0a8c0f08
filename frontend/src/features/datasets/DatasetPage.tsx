import { Suspense, useCallback, useEffect, useRef, useState } from "react";
import { Link } from "@tanstack/react-router";

import { useMay } from "@/api/may";
import { useRead } from "@/api/queries";
import { counted } from "@/lib/format";
import { Button, Empty, ErrorNote, Icon, Loading, Page } from "@/ui";

import { ActsBar } from "./acts/ActsBar";
import { BulkBar } from "./acts/BulkBar";
import { HistoryPanel } from "./acts/HistoryPanel";
import { KeysHelp } from "./acts/KeysHelp";
import { type Acts, MARKS, useActs } from "./acts/useActs";
import { useClasses } from "./classes";
import "./datasets.css";
import "./make.css";
import "./parts.css";
import { SIZES } from "./grid/GridView";
import { ItemPanel } from "./item/ItemPanel";
import { MomentPicker } from "./MomentPicker";
import { type PageState, PageStateContext } from "./pageState";
import { type DatasetSearch, type Go, type Question, asked, useDatasetPlace } from "./place";
import { ChipBar } from "./question/ChipBar";
import { FieldRail } from "./question/FieldRail";
import { fieldName } from "./question/fields";
import { NOTHING, type Selected, everything, only, ranged, selectedCount, target, toggled } from "./selection";
import type { ColumnInfo, DatasetInfo } from "./types";
import { VIEWS } from "./views";
import { type ItemsWindow, useItemsWindow } from "./window";

const NO_COLUMNS: readonly ColumnInfo[] = [];
/** Views over items one by one: those that have tiles or rows to size and to act on. */
const ITEM_VIEWS = new Set(["grid", "table"]);

/** One dataset: its items, asked by one filter that all views share. */
export function DatasetPage() {
  const { name, search, question, go } = useDatasetPlace();
  const dataset = useRead("datasets.get", { name }, { keep: true });
  // Asked at once, not after the dataset is known: the first pictures come a round trip earlier.
  const items = useItemsWindow(name, question, search.sort);
  if (dataset.error)
    return (
      <Page title={name}>
        <ErrorNote error={dataset.error} retry={() => void dataset.refetch()} />
        <Link to="/datasets">All datasets</Link>
      </Page>
    );
  if (!dataset.data) return <Loading what={`Opening ${name}…`} />;
  return <Loaded key={name} {...{ name, search, question, go, items }} dataset={dataset.data} />;
}

function Loaded({ name, dataset, items, search, question, go }: { name: string; dataset: DatasetInfo; items: ItemsWindow; search: DatasetSearch; question: Question; go: Go }) {
  const columns = useRead("datasets.columns", { name, ...(question.model === null ? {} : { model: question.model }), ...(question.at === null ? {} : { at: question.at }) }, { keep: true });
  const mayFix = useMay("datasets.fix");
  const classes = useClasses(dataset);
  const acts = useActs(name, question);
  const [selected, setSelected] = useState<Selected>(NOTHING);
  const [cursor, setCursor] = useState(0);
  const [rail, setRail] = useState(() => window.innerWidth >= 1200);
  const [history, setHistory] = useState(false);
  const [keys, setKeys] = useState(false);
  const view = VIEWS.find((one) => one.id === (search.view ?? "grid")) ?? VIEWS[0];
  const mayWrite = question.at === null && mayFix;
  const size = search.size ?? (dataset.media === "text" || dataset.media === "none" ? SIZES.text : SIZES.image);

  // A changed question is about other items: what was selected under the old one is let go.
  const askedText = JSON.stringify(asked(question));
  const [selectedFor, setSelectedFor] = useState(askedText);
  if (selectedFor !== askedText) {
    setSelectedFor(askedText);
    setSelected(NOTHING);
    setCursor(0);
  }
  const open = useCallback((key: string) => { go({ item: key }, { replace: search.item !== undefined }); }, [go, search.item]);
  const state: PageState = {
    items,
    columns: columns.data ?? NO_COLUMNS,
    acts,
    mayWrite,
    classes,
    search,
    go,
    size,
    cursor,
    setCursor: (index) => {
      setCursor(index);
      const item = items.at(index);
      if (item && search.item !== undefined) open(item.key);
    },
    select: (key, how, anchor) => {
      setSelected((now) =>
        how === "all" ? everything()
        : how === "none" ? NOTHING
        : how === "toggle" ? toggled(now, key)
        : ranged(now.anchor === null && anchor !== undefined ? { ...only(anchor), all: false } : now, key, items.keys),
      );
    },
    open,
  };
  const setQuestion = useCallback(
    (change: Partial<Question>) => {
      go({
        ...("where" in change ? { where: change.where || undefined } : {}),
        ...("model" in change ? { model: change.model ?? undefined } : {}),
        ...("at" in change ? { at: change.at ?? undefined } : {}),
      });
    },
    [go],
  );
  const count = selectedCount(selected, items.matching ?? 0);
  const at = search.item === undefined ? -1 : items.indexOf(search.item);
  const lastPlace = useRef(-1);
  useEffect(() => { if (at >= 0) lastPlace.current = at; }, [at]);
  /** Go to a neighbour of the shown item, even when the item itself no longer matches. */
  const step = (by: number): void => {
    const from = at >= 0 ? at : lastPlace.current - (by > 0 ? 1 : 0);
    const next = Math.max(0, Math.min((items.matching ?? 1) - 1, from + by));
    const item = items.at(next);
    setCursor(next);
    if (item) open(item.key);
  };
  const escape = (): void => {
    if (keys) setKeys(false);
    else if (history) setHistory(false);
    else if (search.item !== undefined) go({ item: undefined });
    else setSelected(NOTHING);
  };
  usePageKeys({ acts, dataset, classes, mayWrite, selected, count, here: search.item ?? items.at(cursor)?.key ?? null, setHistory, setKeys, view: view?.id ?? "grid", escape });
  const problem = question.where && items.error && (items.error.status === 400 || items.error.status === 422) ? items.error : null;
  const View = view?.component;
  return (
    <PageStateContext.Provider value={state}>
      <div className={`dataset-page${question.at ? " past" : ""}`}>
        <header className="dataset-head">
          <h1><bdi>{dataset.name}</bdi></h1>
          <MomentPicker {...{ name, dataset, question, setQuestion, acts, mayWrite }} />
          <label className="model-pick">
            <span className="quiet">Predictions of</span>
            <select className="field" value={question.model ?? ""} onChange={(event) => { setQuestion({ model: event.target.value || null }); }}>
              <option value="">no model</option>
              {[...new Set([...dataset.models, ...(question.model ? [question.model] : [])])].map((model) => (
                <option key={model} value={model}>
                  {model}
                </option>
              ))}
            </select>
          </label>
          <span className="grow" />
          <span className="dataset-links">
            <Button small look="plain" icon="clock" aria-expanded={history} onClick={() => { setHistory(!history); }} title="Who did what to these items, with undo (h)">
              History
            </Button>
            <Button small look="plain" aria-expanded={keys} onClick={() => { setKeys(!keys); }} title="Which keys there are (?)">
              Keys
            </Button>
            <Link className="button small plain" to="/lineage" search={{ of: `${name}@${dataset.versions > 0 ? "versions" : "main"}` }}>
              Lineage
            </Link>
          </span>
        </header>
        {dataset.problem && <ErrorNote error={{ message: dataset.problem, help: "The items shown are those that could be read." }} />}
        <Unmatched dataset={dataset} />
        <ChipBar
          {...{ name, question, classes, problem }}
          columns={state.columns}
          total={items.total}
          matching={items.matching}
          onChange={(where) => { setQuestion({ where }); }}
        />
        <div className="dataset-tabs">
          <nav className="tabs" aria-label="Views">
            {VIEWS.map((one) => (
              <button key={one.id} type="button" aria-current={one === view ? "page" : undefined} onClick={() => { acts.closeNote(); go({ view: one.id }); }}>
                {one.label}
              </button>
            ))}
          </nav>
          <div className="dataset-tools">
            {view?.id === "grid" && (
              <label className="size-pick">
                <span className="quiet">Size</span>
                <input type="range" min={SIZES.least} max={SIZES.most} step={8} value={size} aria-label="Size of the tiles" onChange={(event) => { go({ size: Number(event.target.value) }, { replace: true }); }} />
              </label>
            )}
            {view && ITEM_VIEWS.has(view.id) && <SortPick columns={state.columns} sort={search.sort} go={go} />}
            {view && ITEM_VIEWS.has(view.id) && (
              <Button small look="plain" disabled={!items.matching} onClick={() => { state.select("", selected.all ? "none" : "all"); }} title="Select every item that matches (Ctrl A)">
                {selected.all ? "Select none" : `Select all ${items.matching === null ? "" : counted(items.matching, "item")}`}
              </Button>
            )}
            {!view?.whole && (
              <Button small look="plain" aria-pressed={rail} onClick={() => { setRail(!rail); }}>
                {rail ? "Hide fields" : "Fields"}
              </Button>
            )}
          </div>
        </div>
        {keys && <KeysHelp classes={classes} mayWrite={mayWrite} onClose={() => { setKeys(false); }} />}
        <div className={`dataset-body${rail && !view?.whole ? " with-rail" : ""}${search.item !== undefined || history ? " with-panel" : ""}`}>
          {rail && !view?.whole && <FieldRail {...{ name, question, classes }} columns={state.columns} onChange={(where) => { setQuestion({ where }); }} />}
          <div className="dataset-main">
            <div className="dataset-view">
              {columns.error && !problem && <ErrorNote error={columns.error} retry={() => void columns.refetch()} />}
              <Suspense fallback={<Loading what="Opening the view…" />}>
                {View && !problem && <View {...{ name, dataset, question, setQuestion, go }} selection={{ now: selected, set: setSelected }} />}
                {problem && (
                  <Empty title="The filter cannot be understood.">
                    <p>It is marked above. Correct it there, or clear it; a step back takes the last change back.</p>
                  </Empty>
                )}
              </Suspense>
            </div>
            <div className="dataset-bottom">
              <ActsBar acts={acts} />
              {count > 0 && !view?.whole && (
                <BulkBar
                  {...{ name, dataset, question, classes, count, mayWrite, acts, go }}
                  target={target(selected, question.where)}
                  onNone={() => { setSelected(NOTHING); }}
                />
              )}
            </div>
          </div>
          {history ? (
            <HistoryPanel name={name} acts={acts} mayWrite={mayWrite} onClose={() => { setHistory(false); }} />
          ) : (
            search.item !== undefined && (
              <ItemPanel
                key={search.item}
                {...{ name, dataset, question, classes, acts, mayWrite, go }}
                itemKey={search.item}
                place={at}
                matching={items.matching}
                known={at >= 0 ? items.at(at) : undefined}
                onStep={step}
                onClose={() => { go({ item: undefined }); document.querySelector<HTMLElement>(".grid-view, .table-view")?.focus(); }}
              />
            )
          )}
        </div>
      </div>
    </PageStateContext.Provider>
  );
}

/** Rows of a source that belong to no item: said, never hidden. */
function Unmatched({ dataset }: { dataset: DatasetInfo }) {
  const found = Object.entries(dataset.unmatched ?? {}).filter(([, rows]) => rows > 0);
  if (found.length === 0) return null;
  return (
    <p className="dataset-unmatched">
      <Icon name="alert" size={14} />
      {found.map(([source, rows]) => `${counted(rows, "row")} of ${source} ${rows === 1 ? "belongs" : "belong"} to no item here`).join("; ")}.
    </p>
  );
}

function SortPick({ columns, sort, go }: { columns: readonly ColumnInfo[]; sort: string | undefined; go: Go }) {
  const column = sort?.replace(/^-/, "") ?? "";
  const descending = sort?.startsWith("-") ?? false;
  return (
    <span className="sort-pick">
      <label>
        <span className="quiet">Order</span>
        <select
          className="field"
          value={column}
          onChange={(event) => {
            const next = event.target.value;
            const first = next === "confidence" || next === "label_confidence" ? next : columns.find((one) => one.name === next)?.kind === "number" ? `-${next}` : next;
            go({ sort: first || undefined });
          }}
        >
          <option value="">by name</option>
          {columns.filter((one) => one.kind !== "other" && one.role !== "key").map((one) => (
            <option key={one.name} value={one.name}>
              {fieldName(one.name)}
            </option>
          ))}
        </select>
      </label>
      {column && (
        <Button small look="plain" icon={descending ? "down" : "up"} onClick={() => { go({ sort: descending ? column : `-${column}` }); }}>
          {descending ? "greatest first" : "least first"}
        </Button>
      )}
    </span>
  );
}

/** The keys of the page: a class by its digit, a mark by its letter, z takes back. They never act while one types. */
function usePageKeys({
  acts, classes, mayWrite, selected, count, here, setHistory, setKeys, view, escape,
}: {
  acts: Acts;
  dataset: DatasetInfo;
  classes: ReturnType<typeof useClasses>;
  mayWrite: boolean;
  selected: Selected;
  count: number;
  /** The item that keys act on when nothing is selected. */
  here: string | null;
  setHistory: (change: (open: boolean) => boolean) => void;
  setKeys: (change: (open: boolean) => boolean) => void;
  view: string;
  /** Close what is open, else let the selection go. */
  escape: () => void;
}): void {
  const now = { acts, classes, mayWrite, selected, count, here, setHistory, setKeys, view, escape };
  const latest = useRef(now);
  useEffect(() => { latest.current = now; });
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      const { acts, classes, mayWrite, selected, count, here, setHistory, setKeys, view, escape } = latest.current;
      const typing = event.target instanceof HTMLElement && event.target.closest("input:not([type=range]), textarea, select, [role=dialog]") !== null;
      const key = event.key.toLowerCase();
      const takesBack = key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
      if (typing || ((event.ctrlKey || event.metaKey) && !takesBack) || event.altKey || event.defaultPrevented) return;
      if (key === "escape") {
        escape();
        return;
      }
      if (key === "f") {
        event.preventDefault();
        document.querySelector<HTMLElement>(".add-chip")?.click();
        return;
      }
      if (key === "h") {
        setHistory((open) => !open);
        return;
      }
      if (key === "?") {
        setKeys((open) => !open);
        return;
      }
      if (!mayWrite) return;
      if (key === "z") {
        event.preventDefault();
        void acts.undo();
        return;
      }
      if (selected.all || count > 1) {
        // Many at once are asked first: the digit chooses the class in the bar, which shows the count.
        const label = classes.byDigit(event.key);
        if (label !== null) window.dispatchEvent(new CustomEvent("tilth-bulk-label", { detail: label }));
        else {
          const mark = MARKS.find((one) => one.key === key);
          if (mark && !selected.all) void acts.mark(mark.mark, [...selected.keys]);
        }
        return;
      }
      const only = count === 1 ? ([...selected.keys][0] ?? here) : ITEM_VIEWS.has(view) || document.querySelector(".item-panel") ? here : null;
      if (only === null) return;
      const label = classes.byDigit(event.key);
      if (label !== null) {
        event.preventDefault();
        void acts.fix(label, { keys: [only] }, 1);
        return;
      }
      const mark = MARKS.find((one) => one.key === key);
      if (mark) {
        event.preventDefault();
        void acts.mark(mark.mark, [only]);
      }
    }
    window.addEventListener("keydown", onKey);
    return () => { window.removeEventListener("keydown", onKey); };
  }, []);
}
