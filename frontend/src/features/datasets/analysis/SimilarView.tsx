import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";

import { type ApiError, type Schemas, call } from "@/api/client";
import { count, counted } from "@/lib/format";
import { filterText, textAnd } from "@/lib/filter";
import { Button, Empty, ErrorNote, Interval, Kbd, Loading } from "@/ui";

import { useClasses } from "@/features/datasets/classes";
import { usePageState } from "@/features/datasets/pageState";
import { asked } from "@/features/datasets/place";
import type { ItemPage } from "@/features/datasets/types";
import type { ViewProps } from "@/features/datasets/props";
import "./analysis.css";
import "./issues.css";
import { AnalysisLine, AnalysisNeeded } from "./AnalysisNotice";
import { Card } from "./Card";
import { type Decision, chosenOf, ranDry, seedsOf, seedsText, spread } from "./seeds";
import { hasResults, useAnalysis } from "./useAnalysis";

type SimilarInfo = Schemas["SimilarInfo"];

const SHOWN = 36;
/** After so many decisions the order is made anew. */
const ROUND = 6;
const SIZE = 124;
/** Examples that are shown; all are looked for. */
const EXAMPLES = 12;
const MOST_OTHERS = 5_000;

/** Find more like a few: accept what is wanted, discard the rest, and the order learns from it. */
export function SimilarView(props: ViewProps) {
  const { search, go } = usePageState();
  const analysis = useAnalysis(props.name);
  const seeds = useMemo(() => seedsOf(search.of), [search.of]);
  const selected = props.selection.now;
  if (!hasResults(analysis.info)) return <AnalysisNeeded analysis={analysis} what="items like others" />;
  if (seeds.length === 0)
    return (
      <Empty title="Find more items like some.">
        <p>Select a few items that show what you look for, in the grid or on the map. One is enough; three that differ are better.</p>
        {selected.keys.size > 0 && !selected.all ? (
          <Button look="main" onClick={() => { go({ of: seedsText([...selected.keys]) }); }}>
            Find items like the {counted(selected.keys.size, "selected one", "selected ones")}
          </Button>
        ) : (
          <Button onClick={() => { go({ view: undefined }); }}>Choose in the grid</Button>
        )}
      </Empty>
    );
  return (
    <div className="similar-view">
      <AnalysisLine analysis={analysis} />
      <Search key={search.of} {...props} seeds={seeds} chosen={chosenOf(search.of)} />
    </div>
  );
}

function Search({ name, dataset, question, go, selection, seeds, chosen }: ViewProps & { seeds: readonly string[]; chosen: number | null }) {
  const { open } = usePageState();
  const classes = useClasses(dataset);
  const store = `tilth.similar.${name}.${JSON.stringify(seeds)}`;
  const [decisions, setDecisions] = useState<readonly Decision[]>(() => remembered(store));
  const [ranked, setRanked] = useState<readonly Decision[]>(decisions);
  const [diverse, setDiverse] = useState(true);
  const [at, setAt] = useState(0);
  useEffect(() => { sessionStorage.setItem(store, JSON.stringify(decisions)); }, [store, decisions]);
  const { model } = question;
  // What is selected beyond the examples is known already: it is no candidate.
  const [others] = useState(() => (chosen === null || selection.now.all ? [] : [...selection.now.keys].filter((key) => !seeds.includes(key)).slice(0, MOST_OTHERS)));
  const where = others.length > 0 ? textAnd(question.where, { kind: "in", column: "key", values: others, not: true }) : question.where;
  const args = {
    dataset: name,
    seeds: [...seeds],
    accepted: ranked.filter((one) => one.hit).map((one) => one.key),
    discarded: ranked.filter((one) => !one.hit).map((one) => one.key),
    where,
    ...(model === null ? {} : { model }),
    limit: SHOWN,
    diverse,
  };
  const found = useQuery<SimilarInfo, ApiError>({
    queryKey: ["analysis.similar", args],
    queryFn: ({ signal }) => call("analysis.similar", args, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
  const shownSeeds = useMemo(() => spread(seeds, EXAMPLES), [seeds]);
  const examples = useExamples(name, question, shownSeeds);
  const decided = useMemo(() => new Set(decisions.map((one) => one.key)), [decisions]);
  const items = found.data?.items.filter(({ item }) => !decided.has(item.key)) ?? [];
  const place = Math.min(at, Math.max(0, items.length - 1));
  const hits = decisions.filter((one) => one.hit);
  const decide = (index: number, hit: boolean): void => {
    const item = items[index]?.item;
    if (!item) return;
    const next = [...decisions, { key: item.key, hit }];
    setDecisions(next);
    setAt(index);
    if (next.length - ranked.length >= ROUND || items.length <= 1) {
      setRanked(next);
      setAt(0);
    }
  };
  const takeBack = (): void => {
    const next = decisions.slice(0, -1);
    setDecisions(next);
    if (next.length < ranked.length) setRanked(next);
  };
  const box = useRef<HTMLDivElement>(null);
  // The keys are the search's from the start: what was pressed to come here must not keep them.
  useEffect(() => { box.current?.focus({ preventScroll: true }); }, []);
  const perRow = (): number => Math.max(1, Math.floor(((box.current?.clientWidth ?? SIZE) + 10) / (SIZE + 26)));
  useSearchKeys({
    accept: () => { decide(place, true); },
    discard: () => { decide(place, false); },
    takeBack,
    step: (by, row) => { setAt(Math.max(0, Math.min(items.length - 1, place + by * (row ? perRow() : 1)))); },
    open: () => { const item = items[place]?.item; if (item) open(item.key); },
  });
  const precision = share(hits.length, decisions.length, found.data?.precision, ranked.length);
  return (
    <div className="similar-body">
      <div className="similar-head">
        <div className="similar-examples" aria-label="What you look for">
          <span className="quiet">Like</span>
          {examples.map((item) => (
            <Card key={item.key} name={name} item={item} size={52} classes={classes} />
          ))}
          {seeds.length > shownSeeds.length && <span className="quiet nowrap">and {count(seeds.length - shownSeeds.length)} more</span>}
        </div>
        <div className="similar-numbers" role="status">
          <span>
            <strong>{count(hits.length)}</strong> found of {count(decisions.length)} looked at
          </span>
          {chosen !== null && <span>It looks for items like {count(seeds.length)} of your {counted(chosen, "item")}, spread over them.</span>}
          {precision && (
            <span>
              hits <Interval of={precision} />
            </span>
          )}
          <span className="quiet">
            {found.data?.by === "learned" ? "order learned from your examples and decisions" : "ordered by likeness; from three examples and decisions on it learns"}
          </span>
        </div>
        <span className="grow" />
        <label className="check">
          <input type="checkbox" checked={diverse} onChange={(event) => { setDiverse(event.target.checked); }} /> no near-duplicates
        </label>
        <Button small look="plain" disabled={decisions.length === 0} onClick={takeBack}>
          Take back <Kbd>z</Kbd>
        </Button>
        {hits.length > 0 && (
          <Button small look="main" onClick={() => { selection.set({ all: false, keys: new Set([...seeds, ...hits.map((one) => one.key)]), anchor: null }); }} title="Then make a slice of them, send them to people, or relabel them, below">
            Select {seeds.length > 0 ? `the ${count(hits.length)} found and ${seeds.length === 1 ? "the example" : `${count(seeds.length)} examples`}` : `the ${count(hits.length)} found`}
          </Button>
        )}
        <Button small look="plain" onClick={() => { sessionStorage.removeItem(store); go({ of: undefined }); }}>
          New search
        </Button>
      </div>
      {ranDry(decisions) && <p className="analysis-line need">The last 50 had fewer than 5 % hits: probably most are found.</p>}
      {found.error && <ErrorNote error={found.error} retry={() => void found.refetch()} />}
      {!found.data && !found.error && <Loading what="Looking for items like these…" />}
      {found.data && items.length === 0 && !found.isFetching && (
        <Empty title="Nothing is left to look at.">
          <p>{question.where ? "The filter above leaves no other items; take a chip out to look further." : "Every item that can be compared was looked at."}</p>
        </Empty>
      )}
      <div ref={box} className={`similar-items${found.isPlaceholderData ? " waiting" : ""}`} role="listbox" aria-label="Items to accept or discard, most alike first" tabIndex={0} aria-activedescendant={items[place] ? `similar-${place}` : undefined}>
        {items.map(({ item, score }, index) => (
          <div key={item.key} id={`similar-${index}`} role="option" aria-selected={index === place} className="similar-item" title={`${item.key}\n${score >= 0.995 ? "99" : Math.round(100 * score)} %`} onClick={() => { setAt(index); }} onDoubleClick={() => { open(item.key); }}>
            <Card name={name} item={item} size={SIZE} classes={classes} at={question.at} />
            <span className="similar-acts">
              <button type="button" className="accept" tabIndex={-1} onClick={(event) => { event.stopPropagation(); decide(index, true); }}>
                Accept{index === place && <Kbd>a</Kbd>}
              </button>
              <button type="button" className="discard" tabIndex={-1} onClick={(event) => { event.stopPropagation(); decide(index, false); }}>
                Discard{index === place && <Kbd>d</Kbd>}
              </button>
            </span>
          </div>
        ))}
      </div>
      {found.data && (
        <p className="faint similar-foot">
          {counted(found.data.candidates, "item")} not decided{found.data.without > 0 && `; ${count(found.data.without)} cannot be compared (new, or unreadable)`}.
        </p>
      )}
    </div>
  );
}

function useExamples(name: string, question: ViewProps["question"], seeds: readonly string[]): ItemPage["items"] {
  const args = { name, ...asked({ ...question, where: "" }), where: filterText({ kind: "in", column: "key", values: [...seeds], not: false }), limit: 12 };
  const found = useQuery({
    queryKey: ["datasets.items", args],
    queryFn: ({ signal }) => call("datasets.items", args, signal) as Promise<ItemPage>,
    staleTime: 60_000,
  });
  return found.data?.items ?? [];
}

/** The share of hits: the server's interval where it is of the same decisions, else without one yet. */
function share(hits: number, decided: number, told: { value?: number | null; low: number; high: number; n: number } | undefined, ranked: number) {
  if (decided === 0) return null;
  if (told && told.n === decided && ranked === decided) return told;
  // Wilson's interval (Wilson 1927), as the server computes it.
  const [p, z] = [hits / decided, 1.959964];
  const middle = p + (z * z) / (2 * decided);
  const half = z * Math.sqrt((p * (1 - p)) / decided + (z * z) / (4 * decided * decided));
  const scale = 1 + (z * z) / decided;
  return { value: p, low: Math.max(0, (middle - half) / scale), high: Math.min(1, (middle + half) / scale), n: decided };
}

function remembered(store: string): readonly Decision[] {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(store) ?? "[]");
    return Array.isArray(found) ? (found as Decision[]).filter((one) => typeof one.key === "string" && typeof one.hit === "boolean") : [];
  } catch {
    return [];
  }
}

interface SearchKeys {
  accept: () => void;
  discard: () => void;
  takeBack: () => void;
  step: (by: number, row: boolean) => void;
  open: () => void;
}

function useSearchKeys(keys: SearchKeys): void {
  const latest = useRef(keys);
  useEffect(() => { latest.current = keys; });
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      const target = event.target instanceof HTMLElement ? event.target : null;
      const elsewhere = target?.closest("input, textarea, select, [role=dialog], .item-panel") != null;
      if (elsewhere || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const { accept, discard, takeBack, step, open } = latest.current;
      const acts: Record<string, () => void> = {
        a: accept,
        d: discard,
        z: takeBack,
        ArrowRight: () => { step(1, false); },
        ArrowLeft: () => { step(-1, false); },
        ArrowDown: () => { step(1, true); },
        ArrowUp: () => { step(-1, true); },
      };
      if (target?.closest("[role=listbox]")) acts["Enter"] = open;
      const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      // Here these keys are the search's; elsewhere on the page they mark items and take acts back.
      event.preventDefault();
      act();
    }
    window.addEventListener("keydown", onKey, true);
    return () => { window.removeEventListener("keydown", onKey, true); };
  }, []);
}
