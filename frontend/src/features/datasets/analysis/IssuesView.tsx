import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { call } from "@/api/client";
import { OPEN_ISSUES } from "@/api/needs";
import { usePages } from "@/api/queries";
import { MediaView } from "@/canvas/MediaView";
import { count, counted, percent } from "@/lib/format";
import { allText, parseFilter, partsOf, tryFilter } from "@/lib/filter";
import { Button, Empty, ErrorNote, Kbd, Loading } from "@/ui";

import type { Acts } from "@/features/datasets/acts/useActs";
import { type Classes, useClasses } from "@/features/datasets/classes";
import { thumbnailOf, wholeOf } from "@/features/datasets/media";
import { usePageState } from "@/features/datasets/pageState";
import { asked } from "@/features/datasets/place";
import type { ItemInfo } from "@/features/datasets/types";
import type { ViewProps } from "@/features/datasets/props";
import "./analysis.css";
import "./issues.css";
import { AnalysisLine, AnalysisNeeded } from "./AnalysisNotice";
import { Card } from "./Card";
import { DuplicatesList } from "./DuplicatesList";
import { hasResults, useAnalysis } from "./useAnalysis";

/** Mark of a label that a person looked at and found right. */
const LABEL_RIGHT = "accepted";
const PAGE = 60;
/** Classes that have a button of their own; the rest are in a list. */
const MOST_CLASSES = 30;

/** What a person says of a doubtful label. */
type Way = "suggestion" | "keep" | "ambiguous" | "bad_data" | { label: string };

/** What is probably wrong with the data: labels that alike items contradict, and items that come twice. */
export function IssuesView(props: ViewProps) {
  const { search, go } = usePageState();
  const analysis = useAnalysis(props.name);
  const shown = search.of === "duplicates" ? "duplicates" : "labels";
  if (!hasResults(analysis.info)) return <AnalysisNeeded analysis={analysis} what="labels that look wrong and items that come twice" />;
  const repeats = Number(analysis.info?.summary["near_duplicates"] ?? 0);
  return (
    <div className="issues-view">
      <AnalysisLine analysis={analysis} />
      <div className="issues-tabs" role="group" aria-label="Kinds of issues">
        <button type="button" aria-pressed={shown === "labels"} onClick={() => { go({ of: undefined }); }}>
          Labels that look wrong
        </button>
        <button type="button" aria-pressed={shown === "duplicates"} onClick={() => { go({ of: "duplicates" }); }}>
          Near-duplicates <span className="faint">{count(repeats)}</span>
        </button>
      </div>
      {shown === "labels" ? <LabelIssues {...props} /> : <DuplicatesList {...props} />}
    </div>
  );
}

/** The text of the page's filter and a further one. */
function both(where: string, more: string): string {
  const filter = tryFilter(where);
  return filter ? allText([...partsOf(filter), ...partsOf(parseFilter(more))]) : more;
}

function LabelIssues({ name, dataset, question }: ViewProps) {
  const { acts, mayWrite, open } = usePageState();
  const classes = useClasses(dataset);
  const where = both(question.where, OPEN_ISSUES);
  const found = usePages("datasets.items", { name, ...asked({ ...question, where }), sort: "suspect", descending: true, limit: PAGE });
  const left = useQuery({
    queryKey: ["datasets.count_items", { name, ...asked({ ...question, where }) }],
    queryFn: ({ signal }) => call("datasets.count_items", { name, ...asked({ ...question, where }) }, signal),
  });
  const [at, setAt] = useState<string | null>(null);
  const items = found.items as readonly ItemInfo[];
  const place = Math.max(0, items.findIndex((item) => item.key === at));
  const here = items[place];
  const next = items[place + 1] ?? items[place - 1];
  const decide = (way: Way): void => {
    if (!here || acts.busy !== null) return;
    const suggested = here.fields["suggested"];
    const label = typeof way === "object" ? way.label : way === "suggestion" ? suggested : undefined;
    if (way === "suggestion" && typeof label !== "string") return;
    setAt(next?.key ?? null);
    // Who says the class that it has says that the label is right.
    if (way === "keep" || label === here.label) void acts.mark(LABEL_RIGHT, [here.key]);
    else if (typeof label === "string") void acts.fix(label, { keys: [here.key] }, 1, label === suggested ? "suggested by the analysis" : "");
    else if (typeof way === "string") void acts.mark(way, [here.key]);
  };
  useIssueKeys({
    decide: mayWrite ? decide : () => {},
    byDigit: classes.byDigit,
    step: (by) => {
      if (place + by >= items.length - 1 && found.hasMore && !found.isLoadingMore) found.more();
      const to = items[Math.max(0, Math.min(items.length - 1, place + by))];
      if (to) setAt(to.key);
    },
  });
  if (found.error) return <ErrorNote error={found.error} retry={found.retry} />;
  if (found.isPending) return <Loading what="Reading the doubtful labels…" />;
  if (!here)
    return (
      <Empty title="No label looks wrong.">
        <p>{question.where ? "None among the items that match the filter above." : "Every label that the analysis doubted has been looked at. After new labels, analyse again."}</p>
      </Empty>
    );
  return (
    <div className="issue-body">
      <div className="issue-list">
        <p className="issue-count">
          {counted(left.data?.matching ?? items.length, "label")} to look at
        </p>
        <div role="listbox" aria-label="Doubtful labels, most doubtful first" tabIndex={0} aria-activedescendant={`issue-${place}`}>
          {items.map((item, index) => (
            <div key={item.key} id={`issue-${index}`} role="option" aria-selected={index === place} className="issue-row" onClick={() => { setAt(item.key); }}>
              <span className="issue-picture">
                <MediaView media={item.media.kind === "text" ? { kind: "text", text: item.media.text ?? "" } : item.media} name={item.key} address={thumbnailOf(name, item, 64, question.at)} fit="tile" />
              </span>
              <Change item={item} classes={classes} />
              <span className="issue-doubt" title="How doubtful the label is">
                {percent(Number(item.fields["suspect"] ?? 0), 0)}
              </span>
            </div>
          ))}
        </div>
        {found.hasMore && (
          <Button small look="plain" disabled={found.isLoadingMore} onClick={found.more}>
            {found.isLoadingMore ? "Reading more…" : `Show more than these ${count(items.length)}`}
          </Button>
        )}
      </div>
      <Judged key={here.key} {...{ name, item: here, classes, acts, mayWrite, decide }} onOpen={() => { open(here.key); }} model={question.model} />
    </div>
  );
}

function Change({ item, classes }: { item: ItemInfo; classes: Classes }) {
  const suggested = item.fields["suggested"];
  const to = typeof suggested === "string" ? suggested : "";
  return (
    <span className="issue-change">
      <span>
        <span className="dot" style={{ background: classes.colour(item.label) }} /> <bdi>{item.label}</bdi>
      </span>
      <span className="quiet">
        <span aria-label="rather">→</span> <span className="dot dashed" style={{ borderColor: classes.colour(to) }} /> <bdi>{to}</bdi>
      </span>
    </span>
  );
}

/** One doubtful label, large, with the items that contradict it and what one may say. */
function Judged({ name, item, classes, acts, mayWrite, decide, onOpen, model }: { name: string; item: ItemInfo; classes: Classes; acts: Acts; mayWrite: boolean; decide: (way: Way) => void; onOpen: () => void; model: string | null }) {
  const args = { dataset: name, key: item.key, limit: 8, ...(model === null ? {} : { model }) };
  const near = useQuery({
    queryKey: ["analysis.neighbours", args],
    queryFn: ({ signal }) => call("analysis.neighbours", args, signal),
    staleTime: 60_000,
    retry: false,
  });
  const suggested = String(item.fields["suggested"] ?? "");
  const same = near.data?.filter((one) => one.item.label === suggested).length ?? 0;
  return (
    <div className="issue-judged">
      <div className="issue-large">
        <MediaView media={item.media} name={item.key} address={wholeOf(item)} largest={24} />
      </div>
      <div className="issue-side">
        <p className="issue-question">
          Labeled{" "}
          <strong>
            <span className="dot" style={{ background: classes.colour(item.label) }} /> <bdi>{item.label}</bdi>
          </strong>
          . Is it{" "}
          <strong>
            <span className="dot dashed" style={{ borderColor: classes.colour(suggested) }} /> <bdi>{suggested}</bdi>
          </strong>
          ?
        </p>
        <div className="issue-acts" role="group" aria-label="What holds">
          <Button look="main" disabled={!mayWrite || acts.busy !== null} onClick={() => { decide("suggestion"); }}>
            Relabel {suggested} <Kbd>r</Kbd>
          </Button>
          <Button disabled={!mayWrite || acts.busy !== null} onClick={() => { decide("keep"); }}>
            Keep {item.label} <Kbd>k</Kbd>
          </Button>
          <Button disabled={!mayWrite || acts.busy !== null} onClick={() => { decide("ambiguous"); }}>
            Ambiguous <Kbd>a</Kbd>
          </Button>
          <Button disabled={!mayWrite || acts.busy !== null} onClick={() => { decide("bad_data"); }}>
            Bad data <Kbd>b</Kbd>
          </Button>
        </div>
        {mayWrite && <OtherClass {...{ classes, not: [item.label, suggested], busy: acts.busy !== null }} onChoose={(label) => { decide({ label }); }} />}
        {!mayWrite && <p className="quiet">You may look, but not change labels here.</p>}
        <h2>The items most like it</h2>
        {near.data ? (
          <>
            <p className="quiet">
              {count(same)} of {count(near.data.length)} are labeled <bdi>{suggested}</bdi>.
            </p>
            <div className="neighbour-strip">
              {near.data.map(({ item: other }) => (
                <Card key={other.key} name={name} item={other} size={76} classes={classes} />
              ))}
            </div>
          </>
        ) : (
          <Loading what="Looking for them…" />
        )}
        <p className="faint">
          <button type="button" className="link" onClick={onOpen}>
            <bdi>{item.key}</bdi>
          </button>
          , doubt {percent(Number(item.fields["suspect"] ?? 0), 0)}. <Kbd>↑</Kbd> <Kbd>↓</Kbd> go through the list, <Kbd>z</Kbd> takes back.
        </p>
      </div>
    </div>
  );
}

/** Any class but the two that the question names; a digit names one from the keyboard. */
function OtherClass({ classes, not, busy, onChoose }: { classes: Classes; not: readonly (string | null)[]; busy: boolean; onChoose: (label: string) => void }) {
  const others = classes.names.filter((name) => !not.includes(name));
  if (others.length === 0) return null;
  return (
    <div className="issue-other">
      <span className="quiet" id="issue-other">Another class:</span>
      <div className="class-picks" role="group" aria-labelledby="issue-other">
        {others.slice(0, MOST_CLASSES).map((name) => (
          <button key={name} type="button" className="class-pick" disabled={busy} onClick={() => { onChoose(name); }}>
            <span className="dot" style={{ background: classes.colour(name) }} />
            <bdi>{name}</bdi>
            {classes.digit(name) !== null && <Kbd>{classes.digit(name)}</Kbd>}
          </button>
        ))}
        {others.length > MOST_CLASSES && (
          <select className="field" aria-label="Another class" disabled={busy} value="" onChange={(event) => { onChoose(event.target.value); }}>
            <option value="" disabled>{`${count(others.length - MOST_CLASSES)} more…`}</option>
            {others.slice(MOST_CLASSES).map((name) => <option key={name}>{name}</option>)}
          </select>
        )}
      </div>
    </div>
  );
}

function useIssueKeys(keys: { decide: (way: Way) => void; byDigit: (key: string) => string | null; step: (by: number) => void }): void {
  const latest = useRef(keys);
  useEffect(() => { latest.current = keys; });
  useEffect(() => {
    const ways = { r: "suggestion", k: "keep", a: "ambiguous", b: "bad_data" } as const;
    function onKey(event: KeyboardEvent): void {
      const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [role=dialog], .item-panel") !== null;
      if (typing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const label = latest.current.byDigit(event.key);
      const way: Way | undefined = label !== null ? { label } : ways[event.key.toLowerCase() as keyof typeof ways];
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (way === undefined && step === 0) return;
      // Here keys are about the doubtful label; elsewhere on the page they are about what is selected.
      event.preventDefault();
      if (way !== undefined) latest.current.decide(way);
      else latest.current.step(step);
    }
    window.addEventListener("keydown", onKey, true);
    return () => { window.removeEventListener("keydown", onKey, true); };
  }, []);
}
