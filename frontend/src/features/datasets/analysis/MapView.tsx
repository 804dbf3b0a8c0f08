import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { type ApiError, type Schemas, call } from "@/api/client";
import { PointCloud, type View } from "@/canvas/PointCloud";
import { MediaView } from "@/canvas/MediaView";
import { stepsOf } from "@/canvas/points/raster";
import { around, crowds } from "@/canvas/points/space";
import { colourOf } from "@/lib/colours";
import { count, counted, percent } from "@/lib/format";
import { filterText } from "@/lib/filter";
import { useSettled } from "@/lib/settled";
import { Button, Empty, ErrorNote, Kbd, Loading } from "@/ui";

import { type Classes, useClasses } from "@/features/datasets/classes";
import { chosenValues, withValue } from "@/features/datasets/chips";
import { thumbnailOf } from "@/features/datasets/media";
import { usePageState } from "@/features/datasets/pageState";
import { asked } from "@/features/datasets/place";
import { fieldName, valueName } from "@/features/datasets/question/fields";
import { NOTHING, type Selected } from "@/features/datasets/selection";
import type { ColumnInfo, ItemInfo } from "@/features/datasets/types";
import type { ViewProps } from "@/features/datasets/props";
import "./analysis.css";
import { AnalysisLine, AnalysisNeeded } from "./AnalysisNotice";
import { Explain } from "./Explain";
import { hasResults, useAnalysis } from "./useAnalysis";

type MapInfo = Schemas["MapInfo"];

/** Points that are sent at first; more on request, as drawing takes longer. */
const FIRST = 50_000;
const MOST = 200_000;
const MISSING = "var(--edge)";

/** All items as points, alike ones near one another; drag around some to select them. */
export function MapView(props: ViewProps) {
  const analysis = useAnalysis(props.name);
  if (!hasResults(analysis.info)) return <AnalysisNeeded analysis={analysis} what="its map" />;
  return (
    <div className="map-view">
      <AnalysisLine analysis={analysis} />
      <TheMap {...props} />
    </div>
  );
}

function TheMap({ name, dataset, question, setQuestion, go, selection }: ViewProps) {
  const { columns, search, open } = usePageState();
  const classes = useClasses(dataset);
  const offered = useMemo(() => colourColumns(columns), [columns]);
  const colour = offered.some((one) => one.name === search.of) ? (search.of ?? "") : (offered.find((one) => one.name === "label")?.name ?? offered[0]?.name ?? "");
  const [points, setPoints] = useState(FIRST);
  const args = { dataset: name, ...asked(question), ...(colour ? { colour } : {}), points };
  const found = useQuery<MapInfo, ApiError>({
    queryKey: ["analysis.map", args],
    queryFn: ({ signal }) => call("analysis.map", args, signal),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const [drag, setDrag] = useState<"lasso" | "move">("lasso");
  const [view, setView] = useState<View | null>(null);
  const [hover, setHover] = useState<{ key: string; left: number; top: number } | null>(null);
  const map = found.data;
  const places = useMemo(() => new Map(map?.keys.map((key, at) => [key, at]) ?? []), [map]);
  const chosen = useMemo(() => chosenPoints(selection.now, places), [selection.now, places]);
  const colours = useMemo(() => (map ? coloursOf(map, classes) : []), [map, classes]);
  const code = useMemo(() => (!map ? [] : map.colour.kind === "number" ? stepsOf(map.value, map.colour.low ?? null, map.colour.high ?? null) : map.colour.kind === "category" ? map.code : new Int32Array(map.keys.length)), [map]);
  const select = useCallback(
    (which: readonly number[], how: "only" | "more" | "less") => {
      if (!map) return;
      const keys = new Set(how === "only" ? [] : selection.now.all ? [] : selection.now.keys);
      for (const at of which) {
        const key = map.keys[at] as string;
        if (how === "less") keys.delete(key);
        else keys.add(key);
      }
      selection.set(keys.size ? { all: false, keys, anchor: null } : NOTHING);
    },
    [map, selection],
  );
  useMapKeys({ setDrag, clear: () => { selection.set(NOTHING); }, selected: selection.now.keys.size > 0 });
  const onHover = useCallback((which: number, [left, top]: readonly [number, number]) => { setHover(which < 0 || !map ? null : { key: map.keys[which] as string, left, top }); }, [map]);
  if (found.error) return <ErrorNote error={found.error} retry={() => void found.refetch()} />;
  if (!map) return <Loading what="Reading the map…" />;
  const sampled = map.matching > map.keys.length;
  const keys = [...selection.now.keys];
  return (
    <div className="map-body">
      <div className="map-stage">
        <div className="map-tools">
          <span className="segmented" role="group" aria-label="What dragging does">
            <button type="button" aria-pressed={drag === "lasso"} onClick={() => { setDrag("lasso"); }}>
              Select <Kbd>l</Kbd>
            </button>
            <button type="button" aria-pressed={drag === "move"} onClick={() => { setDrag("move"); }}>
              Move <Kbd>m</Kbd>
            </button>
          </span>
          <Button small look="plain" disabled={view === null} onClick={() => { setView(null); }}>
            Show all
          </Button>
          <span className="grow" />
          <span className="quiet">
            {sampled ? `${count(map.keys.length)} of ${counted(map.matching, "item")}, drawn by chance` : counted(map.matching, "item")}
            {map.without > 0 && `; ${count(map.without)} without a place`}
          </span>
          {sampled && points < MOST && (
            <Button small look="plain" onClick={() => { setPoints(MOST); }}>
              Show up to {count(MOST)}
            </Button>
          )}
        </div>
        {map.keys.length === 0 ? (
          <Empty title="No item that matches has a place on the map.">
            <p>Widen the filter above, or analyse again if the items are new.</p>
          </Empty>
        ) : (
          <div className="map-canvas">
            <PointCloud
              points={map}
              code={code}
              colours={map.colour.kind === "number" ? "ramp" : colours}
              chosen={chosen}
              drag={drag}
              view={view}
              setView={setView}
              onLasso={select}
              onPick={(which) => { open(map.keys[which] as string); }}
              onHover={onHover}
              label={`Map of ${counted(map.keys.length, "item")}. Arrows move it, plus and minus zoom, 0 shows all. The groups beside it can be selected by key.`}
            />
            {hover && <HoverCard {...{ name, question, hover, classes }} />}
            {found.isPlaceholderData && <div className="map-waiting" role="status">Looking…</div>}
          </div>
        )}
      </div>
      <aside className="map-side" aria-label="What the map shows">
        <label className="map-colour">
          <span className="quiet">Colour by</span>
          <select className="field" value={colour} onChange={(event) => { go({ of: event.target.value || undefined }, { replace: true }); }}>
            {offered.map((one) => (
              <option key={one.name} value={one.name}>
                {fieldName(one.name)}
              </option>
            ))}
          </select>
        </label>
        <Legend map={map} colours={colours} chosen={chosenValues(question.where, colour)} onPick={(value) => { setQuestion({ where: withValue(question.where, colour, asValue(columns, colour, value)) }); }} />
        {keys.length > 0 ? (
          <section className="map-part">
            <h2>What is special about these {count(keys.length)}?</h2>
            <Explain {...{ name, question, go }} target={{ keys }} most={6} />
            <div className="row">
              <Button small onClick={() => { setView(around(map, [...chosen], { width: 700, height: 560 })); }}>Zoom to them</Button>
              {keys.length <= 300 && (
                <Button small onClick={() => { go({ where: filterText({ kind: "in", column: "key", values: keys, not: false }), view: undefined }); }}>
                  Show them in the grid
                </Button>
              )}
              <Button small look="plain" onClick={() => { selection.set(NOTHING); }}>
                Select none
              </Button>
            </div>
            {sampled && <p className="faint">Only drawn items are selected. Narrow the filter to draw all that match.</p>}
          </section>
        ) : (
          <Groups map={map} onPick={(which) => { select(which, "only"); setView(around(map, which, { width: 700, height: 560 })); }} />
        )}
      </aside>
    </div>
  );
}

/** Parts of the map where items crowd: the map as a list, for those who do not drag. */
function Groups({ map, onPick }: { map: MapInfo; onPick: (which: number[]) => void }) {
  const groups = useMemo(() => crowds(map), [map]);
  if (groups.length === 0) return null;
  return (
    <section className="map-part">
      <h2>Groups on the map</h2>
      <ul className="map-groups">
        {groups.map((which, at) => {
          const [main, share] = commonest(map, which);
          return (
            <li key={at}>
              <button type="button" className="map-group" onClick={() => { onPick(which); }}>
                <span>{counted(which.length, "item")}</span>
                <span className="quiet">{main === null ? "" : share > 0.995 ? `all ${main}` : `${percent(share, 0)} ${main}`}</span>
              </button>
            </li>
          );
        })}
      </ul>
      <p className="faint">
        Drag around points to select them; <Kbd>Shift</Kbd> adds, <Kbd>Alt</Kbd> takes out. The wheel zooms, a click opens an item.
      </p>
    </section>
  );
}

function Legend({ map, colours, chosen, onPick }: { map: MapInfo; colours: readonly string[]; chosen: ReadonlySet<string>; onPick: (value: string) => void }) {
  const { colour } = map;
  if (colour.kind === "none") return null;
  if (colour.kind === "number")
    return (
      <div className="map-ramp">
        <span aria-hidden className="ramp" />
        <span>{colour.low == null ? "no values" : Number(colour.low.toPrecision(3))}</span>
        <span className="right">{colour.high == null ? "" : Number(colour.high.toPrecision(3))}</span>
        {colour.missing > 0 && <span className="faint all">{count(colour.missing)} without a value, in grey</span>}
      </div>
    );
  return (
    <ul className="map-legend" aria-label={`Colours of ${fieldName(colour.column)}`}>
      {colour.names.map((value, at) => (
        <li key={value}>
          <button type="button" aria-pressed={chosen.has(value)} title="Only items with this value" onClick={() => { onPick(value); }}>
            <span className="dot" style={{ background: colours[at] }} />
            <bdi className="ellipsis">{valueName(colour.column, value) || "(empty)"}</bdi>
            <span className="faint">{count(colour.counts[at] ?? 0)}</span>
          </button>
        </li>
      ))}
      {colour.other > 0 && <li className="faint">{count(colour.other)} of other values, in grey</li>}
      {colour.missing > 0 && (
        <li className="faint">
          <span className="dot" style={{ background: MISSING }} /> {count(colour.missing)} without a value
        </li>
      )}
    </ul>
  );
}

/** The item under the pointer, small. */
function HoverCard({ name, question, hover, classes }: { name: string; question: ViewProps["question"]; hover: { key: string; left: number; top: number }; classes: Classes }) {
  const settled = useSettled(hover.key, 60);
  const args = { name, ...asked(question), where: filterText({ kind: "in", column: "key", values: [settled], not: false }), limit: 1 };
  const found = useQuery({
    queryKey: ["datasets.items", args],
    queryFn: ({ signal }) => call("datasets.items", args, signal),
    staleTime: 30_000,
    retry: false,
  });
  const item = found.data?.items[0] as ItemInfo | undefined;
  const shown = item && item.key === hover.key ? item : undefined;
  return (
    <div className={`map-hover${hover.top > 230 ? " above" : ""}`} style={{ left: hover.left, top: hover.top }} aria-hidden>
      <div className="map-hover-picture">{shown && <MediaView media={shown.media} name={shown.key} address={thumbnailOf(name, shown, 128, question.at)} fit="tile" />}</div>
      <div className="map-hover-words">
        <bdi className="ellipsis">{hover.key.split("/").at(-1)}</bdi>
        {shown && (
          <span>
            <span className="dot" style={{ background: classes.colour(shown.label) }} /> <bdi>{shown.label ?? "no label"}</bdi>
            {shown.prediction != null && shown.prediction !== shown.label && <span className="quiet"> model: {shown.prediction}</span>}
          </span>
        )}
      </div>
    </div>
  );
}

function useMapKeys(keys: { setDrag: (drag: "lasso" | "move") => void; clear: () => void; selected: boolean }): void {
  const latest = useRef(keys);
  useEffect(() => { latest.current = keys; });
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [role=dialog]") !== null;
      if (typing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.key === "l" || event.key === "m") {
        // The page's own m is a mark; on the map it moves.
        event.preventDefault();
        latest.current.setDrag(event.key === "l" ? "lasso" : "move");
      } else if (event.key === "Escape" && latest.current.selected) latest.current.clear();
    }
    window.addEventListener("keydown", onKey, true);
    return () => { window.removeEventListener("keydown", onKey, true); };
  }, []);
}

const FIRST_ONES = ["label", "prediction", "correct", "confidence", "given_label", "suspect", "outlier", "mark", "labeled_by"];

function colourColumns(columns: readonly ColumnInfo[]): readonly ColumnInfo[] {
  const good = columns.filter((one) => one.role !== "key" && !["x", "y", "duplicate_of"].includes(one.name) && (one.kind === "number" || one.kind === "boolean" || (one.kind === "text" && one.distinct <= 1000)));
  const rank = (one: ColumnInfo): number => {
    const place = FIRST_ONES.indexOf(one.name);
    return place < 0 ? FIRST_ONES.length : place;
  };
  return [...good].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function coloursOf(map: MapInfo, classes: Classes): readonly string[] {
  const { colour } = map;
  if (colour.kind !== "category") return ["var(--data-1)"];
  if (["label", "prediction", "given_label", "suggested"].includes(colour.column)) return colour.names.map((value) => classes.colour(value));
  if (colour.column === "correct") return colour.names.map((value) => (value === "true" ? "var(--data-3)" : "var(--data-6)"));
  return colour.names.map((_, at) => colourOf(at));
}

function chosenPoints(selected: Selected, places: ReadonlyMap<string, number>): ReadonlySet<number> {
  const found = new Set<number>();
  if (selected.all) return found;
  for (const key of selected.keys) {
    const at = places.get(key);
    if (at !== undefined) found.add(at);
  }
  return found;
}

function commonest(map: MapInfo, which: readonly number[]): [string | null, number] {
  if (map.colour.kind !== "category") return [null, 0];
  const counts = new Map<number, number>();
  for (const at of which) counts.set(map.code[at] as number, (counts.get(map.code[at] as number) ?? 0) + 1);
  const [best, many] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [-1, 0];
  return [map.colour.names[best] ?? null, many / which.length];
}

function asValue(columns: readonly ColumnInfo[], name: string, value: string): string | boolean {
  return columns.find((one) => one.name === name)?.kind === "boolean" ? value === "true" : value;
}
