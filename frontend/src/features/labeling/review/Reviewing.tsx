import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef, useState } from "react";

import { type ApiError, type LabelingInfo, type Schemas, call } from "@/api/client";
import { usePages, useRead } from "@/api/queries";
import { Editor, type EditorHandle } from "@/canvas/Editor";
import { count, counted, percent } from "@/lib/format";
import { Button, Empty, ErrorNote, Kbd, Loading, Meter } from "@/ui";

import { Classes, classOfKey, writes } from "@/features/labeling/Decide";
import { Shown } from "@/features/labeling/Shown";
import { choicesOf, told } from "@/features/labeling/choices";
import { Answers } from "./Answers";
import { rateOf } from "./Rates";
import { drawn } from "./ways";

type ReviewItem = Schemas["ReviewItem"];
const PAGE = 40;
const VERDICTS: Readonly<Record<string, string>> = { accepted: "accepted", corrected: "corrected", rejected: "answers rejected", skipped: "skipped" };

/** What the confidence of a label rests on, in words. */
function grounds(item: ReviewItem, method: string): string {
  const voices = item.answers.filter((answer) => answer.state !== "rejected" && !answer.unsure).length;
  const how = method === "majority" ? "the share of equal answers" : "each person weighed by how often they seem right (Dawid–Skene)";
  return `When the sample was drawn; now ${counted(voices, "answer")} that ${voices === 1 ? "counts" : "count"}, ${how}. ${item.confidence > 0.995 && voices < 5 ? "So few answers can all be wrong: a full 100 % says only that nobody disagreed who seems reliable." : ""}`;
}

/** One item after another: accept, correct, reject, skip, undo; by keys. */
export function Reviewing({ id, it, pipeline, leave }: { id: string; it: LabelingInfo; pipeline: string; leave: () => void }) {
  const cache = useQueryClient();
  const info = useRead("reviews.get", { review: id });
  const rates = useRead("reviews.rates", { pipeline, review: id }, { keep: true });
  const pages = usePages("reviews.items", { review: id, limit: PAGE });
  const [changed, setChanged] = useState<ReadonlyMap<number, ReviewItem>>(new Map());
  const [at, setAt] = useState<number | null>(null);
  const [asking, setAsking] = useState(false);
  const [said, setSaid] = useState("");
  const [error, setError] = useState<ApiError | null>(null);
  const [waiting, setWaiting] = useState(0);

  const items = pages.items.map((item) => changed.get(item.position) ?? item);
  const first = items.find((item) => item.verdict === "");
  const item = (at === null ? undefined : items.find((each) => each.position === at)) ?? first;
  const index = item ? items.indexOf(item) : items.length;
  const { hasMore, isLoadingMore, more } = pages;
  const near = items.length - index < PAGE / 2;
  useEffect(() => {
    // The next items are there before they are needed.
    if (hasMore && !isLoadingMore && near) more();
  }, [hasMore, isLoadingMore, near, more]);

  function change(item: ReviewItem): void {
    setChanged((before) => new Map(before).set(item.position, item));
  }

  async function decide(verdict: string, more: { label?: unknown; reason?: string } = {}): Promise<void> {
    if (!item || item.verdict !== "" || info.data?.state === "ended") return;
    const before = item;
    setError(null);
    setAsking(false);
    setAt(null);
    setSaid(`${before.shown.key} ${VERDICTS[verdict] ?? verdict}${verdict === "corrected" ? ` to ${told(more.label)}` : ""}`);
    change({ ...before, verdict, correction: more.label ?? null });
    setWaiting((n) => n + 1);
    try {
      change(await call("reviews.decide", { review: id, position: before.position, verdict, ...more }));
    } catch (problem) {
      setError(problem as ApiError);
      change(before);
    }
    setWaiting((n) => n - 1);
    refresh();
  }

  async function undo(): Promise<void> {
    setError(null);
    setAsking(false);
    try {
      const back = await call("reviews.undo", { review: id });
      if (back) {
        change(back);
        setAt(back.position);
        setSaid(`Taken back: ${back.shown.key} is to be decided again.`);
      } else setSaid("There is nothing of yours to take back.");
    } catch (problem) {
      setError(problem as ApiError);
    }
    refresh();
  }

  function refresh(): void {
    for (const operation of ["reviews.get", "reviews.rates", "reviews.list", "reviews.due", "labeling.get", "workers.list"])
      void cache.invalidateQueries({ queryKey: [operation] });
  }

  const classes = choicesOf(it.config ?? "");
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
    const onButton = event.target instanceof HTMLElement && ["BUTTON", "A"].includes(event.target.tagName);
    const picked = classOfKey(it, event.key);
    if (event.key === "z") void undo();
    else if (!item || item.verdict !== "" || event.repeat) return;
    else if (event.key === "a" || (event.key === "Enter" && !onButton)) void decide("accepted");
    else if (event.key === "s") void decide("skipped");
    else if (event.key === "r") setAsking(true);
    else if (picked !== undefined) void decide("corrected", { label: picked });
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const hear = (event: KeyboardEvent) => { onKey(event); };
    window.addEventListener("keydown", hear);
    return () => { window.removeEventListener("keydown", hear); };
  }, []);

  if (pages.error) return <ErrorNote error={pages.error} retry={pages.retry} />;
  if (info.error) return <ErrorNote error={info.error} retry={() => void info.refetch()} />;
  if (!info.data) return <Loading what="Reading the review…" />;
  const review = info.data;
  const overall = rates.data?.overall;
  return (
    <div className="reviewing">
      <div className="review-head">
        <Button small look="plain" icon="left" onClick={leave}>All reviews</Button>
        <strong>{count(review.decided)} of {count(review.size)} decided</strong>
        <span className="quiet">{drawn(review.by)}, of {count(review.population)} items</span>
        <span className="rate" role="status">
          {!review.counts ? "Least confident first: finds errors, tells no error rate." : overall && overall.n > 0 ? <>after {count(overall.n)} {overall.n === 1 ? "item" : "items"}: <strong>{rateOf(overall)}</strong> wrong</> : "no error rate yet"}
        </span>
        <span className="grow" />
        <Button small onClick={() => void undo()}>Undo <Kbd>z</Kbd></Button>
      </div>
      <Meter parts={[{ value: review.decided, colour: "var(--accent)" }]} total={review.size} label={`${review.decided} of ${review.size} items decided`} />
      {review.counts && overall && overall.n >= 20 && <Enough rate={overall} />}
      {error && <ErrorNote error={error} />}
      <p className="said faint" aria-live="polite">{said}{waiting > 0 && " · saving…"}</p>
      {item ? (
        <One key={`${item.position} ${item.verdict}`} item={item} it={it} asking={asking} ask={setAsking} decide={(verdict, more) => void decide(verdict, more)} categorical={classes.length > 0} />
      ) : pages.isPending || hasMore ? (
        <Loading what="Reading items…" />
      ) : (
        <div className="panel">
          <Empty title="Every item of this sample is decided">
            <p>{overall && overall.n > 0 ? `${rateOf(overall)} of the labels are wrong, with 95 % certainty within the interval.` : "This sample tells no error rate."} Corrections hold at once, and are in the next version of the labels.</p>
            <Button look="main" onClick={leave}>Back to all reviews</Button>
          </Empty>
        </div>
      )}
    </div>
  );
}

/** When one may stop: what more items would tell. */
function Enough({ rate }: { rate: Schemas["IntervalInfo"] }) {
  const half = (rate.high - rate.low) / 2;
  const share = Math.max(rate.value ?? 0, 0.01);
  const double = 1.96 * Math.sqrt((share * (1 - share)) / (2 * rate.n));
  return (
    <p className="quiet">
      The rate is known to ± {percent(half)}. {half < 0.03 ? "That is enough for most purposes: you may stop here." : `Twice as many items would tell it to about ± ${percent(double)}.`}
    </p>
  );
}

interface OneProps {
  item: ReviewItem;
  it: LabelingInfo;
  asking: boolean;
  ask: (asking: boolean) => void;
  decide: (verdict: string, more?: { label?: unknown; reason?: string }) => void;
  categorical: boolean;
}

function One({ item, it, asking, ask, decide, categorical }: OneProps) {
  const [reason, setReason] = useState("");
  const [correcting, setCorrecting] = useState(false);
  const [picked, setPicked] = useState("");
  const editor = useRef<EditorHandle>(null);
  const shownResult = item.answers.find((answer) => answer.answer === picked)?.result ?? (Array.isArray(item.label) ? (item.label as Record<string, unknown>[]) : null);
  const media = Object.fromEntries(Object.keys(item.shown.media).map((name) => [name, String(item.shown.data[name])]));
  return (
    <div className="review-one">
      <div className="review-media panel">
        {categorical ? <Shown task={item.shown} /> : (
          <Editor ref={editor} id={`${item.review} ${item.position} ${correcting ? "edit" : picked}`} config={it.config ?? ""} data={item.shown.data} media={media} result={shownResult} readOnly={!correcting} title={item.shown.key} />
        )}
      </div>
      <div className="review-side">
        <div className="panel card">
          <div className="faint ellipsis" title={item.shown.path}><bdi>{item.shown.key}</bdi></div>
          <div className="consensus"><bdi>{told(item.label)}</bdi> <small className="quiet">{percent(item.confidence, 0)} sure</small></div>
          <p className="quiet small">{grounds(item, it.method ?? "")}</p>
          <Answers answers={item.answers} held={item.label} {...(categorical ? {} : { pick: (answer) => { setPicked(answer.answer); }, picked })} />
        </div>
        <div className="acts">
          <Button look="main" icon="check" onClick={() => { decide("accepted"); }}>Accept <Kbd>a</Kbd></Button>
          <Button onClick={() => { decide("skipped"); }}>Skip <Kbd>s</Kbd></Button>
          <Button look="danger" onClick={() => { ask(!asking); }}>Reject answers… <Kbd>r</Kbd></Button>
          {!categorical && !correcting && <Button onClick={() => { setCorrecting(true); }}>Correct it</Button>}
          {correcting && (
            <Button look="main" onClick={() => void editor.current?.collect(true).then((made) => { if (made.valid) decide("corrected", { label: made.result }); })}>Save the correction</Button>
          )}
        </div>
        {asking && (
          <form className="panel reject" onSubmit={(event) => { event.preventDefault(); if (reason.trim()) decide("rejected", { reason: reason.trim() }); }}>
            <label htmlFor="reject-reason">Why? Those who answered see it; they are not paid, and others are asked.</label>
            <input id="reject-reason" className="field" autoFocus value={reason} maxLength={500} onChange={(event) => { setReason(event.target.value); }} onKeyDown={(event) => { if (event.key === "Escape") ask(false); }} />
            <div className="labeling-line">
              <Button type="submit" look="danger" disabled={!reason.trim()}>Reject {count(item.answers.filter((answer) => answer.state !== "rejected").length)} answers</Button>
              <Button look="plain" onClick={() => { ask(false); }}>Cancel</Button>
            </div>
          </form>
        )}
        {categorical && (
          <div>
            <h3>It is something else</h3>
            <Classes it={it} held={item.label} choose={(label) => { decide("corrected", { label }); }} />
          </div>
        )}
        {it.guidelines && <details className="guide"><summary>Guidelines, version {it.guideline_version}</summary><div className="guidelines">{it.guidelines}</div></details>}
      </div>
    </div>
  );
}
