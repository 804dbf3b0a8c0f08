import { useState } from "react";

import type { Schemas } from "@/api/client";
import { useMay } from "@/api/may";
import { useAct, usePages, useRead } from "@/api/queries";
import { Matrix } from "@/canvas/Matrix";
import { colourOf } from "@/lib/colours";
import { count, counted, duration } from "@/lib/format";
import { Button, ErrorNote, Facts, Loading, Section, SidePanel, State, When } from "@/ui";

import { Shown } from "@/features/labeling/Shown";
import { told } from "@/features/labeling/choices";
import { rateOf } from "@/features/labeling/review/Rates";

type WorkerDetail = Schemas["WorkerDetail"];
type WorkerAnswer = Schemas["WorkerAnswer"];

const RULES: Readonly<Record<string, string>> = { golden: "Banned: too many known answers wrong", fast: "Banned: answers too fast", skips: "Banned: skipped too many", person: "Banned by hand", lifted: "Given another chance" };
const ONLY = [["", "All"], ["differs", "Differs"], ["known", "Known answers"], ["rejected", "Rejected"]] as const;

/** One labeler from near. */
export function PersonPanel({ pipeline, worker, only, choose, close }: { pipeline: string; worker: string; only: string; choose: (only: string) => void; close: () => void }) {
  const found = useRead("workers.get", { pipeline, worker }, { keep: true });
  return (
    <SidePanel title={<span className="mono">{worker}</span>} label={`Labeler ${worker}`} onClose={close}>
      {found.error ? <ErrorNote error={found.error} retry={() => void found.refetch()} /> : found.data ? <Detail pipeline={pipeline} it={found.data} only={only} choose={choose} /> : <Loading what="Reading this labeler…" />}
    </SidePanel>
  );
}

function Detail({ pipeline, it, only, choose }: { pipeline: string; it: WorkerDetail; only: string; choose: (only: string) => void }) {
  const [against, setAgainst] = useState<"consensus" | "known" | "estimated">("consensus");
  const row = it.row;
  const cells = against === "estimated"
    ? it.estimated.map((cell) => ({ truth: cell.true, predicted: cell.said, count: Math.round(cell.share * 100) }))
    : it[against].map((cell) => ({ truth: cell.true, predicted: cell.said, count: cell.count }));
  const used = new Set([...it.consensus, ...it.known].flatMap((cell) => [cell.true, cell.said]));
  const labels = it.labels.filter((label) => used.has(label));
  return (
    <>
      <Standing pipeline={pipeline} it={it} />
      <Facts facts={[
        ["Known answers right", row.known.n ? <>{rateOf(row.known)} <small>{count(row.known_right)} of {count(row.known.n)}</small></> : "none shown"],
        ["Agrees with the others", row.agreement.n ? <>{rateOf(row.agreement)} <small>of {count(row.agreement.n)}</small></> : "cannot be told"],
        ["Typical time", duration(row.median_seconds * 1000)],
        ["Answers", <>{count(row.answers)} <small>{count(row.rejected)} rejected</small></>],
      ]} />
      {labels.length > 0 && (
        <Section title="What they take for what">
          <div className="chips" role="group" aria-label="Compared with">
            {([["consensus", "with the others"], ["known", "with known answers"], ["estimated", "estimated (%)"]] as const).map(([key, word]) => (
              <button key={key} type="button" className="chip" aria-pressed={against === key} disabled={it[key].length === 0} onClick={() => { setAgainst(key); }}>{word}</button>
            ))}
          </div>
          {against === "estimated" && <p className="quiet">Dawid–Skene's estimate from all answers: of a hundred items of a class, how many they would call what.</p>}
          <Matrix labels={labels} cells={cells} says="labeler" colourOf={(label) => colourOf(it.labels.indexOf(label))} onOpen={() => { choose("differs"); }} />
        </Section>
      )}
      {it.speed.length > 1 && (
        <Section title="Seconds per answer, over time"><Speed points={it.speed} /></Section>
      )}
      {it.restrictions.length > 0 && (
        <Section title="History">
          <ul className="panel rows">{it.restrictions.map((each) => <li key={`${each.at_ms} ${each.rule}`} className="row"><span className="words"><strong>{RULES[each.rule] ?? each.rule}</strong><br /><span className="quiet">{each.reason}</span></span><When ms={each.at_ms} /></li>)}</ul>
        </Section>
      )}
      <Section title="Answers">
        <div className="chips" role="group" aria-label="Which answers">
          {ONLY.map(([key, word]) => <button key={key} type="button" className="chip" aria-pressed={only === key} onClick={() => { choose(key); }}>{word}</button>)}
        </div>
        <Given pipeline={pipeline} worker={row.worker} only={only} />
      </Section>
    </>
  );
}

/** Banned or not, and the act that changes it, asked in place with its reason. */
function Standing({ pipeline, it }: { pipeline: string; it: WorkerDetail }) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const done = () => { setAsking(false); setReason(""); };
  const ban = useAct("labeling.ban", done);
  const unban = useAct("workers.unban", done);
  const mayDecide = useMay("labeling.ban");
  const banned = it.row.state === "banned";
  const act = banned ? unban : ban;
  const standing = it.row.answers - it.row.rejected;
  return (
    <div className="section">
      <div className="labeling-line"><State state={it.row.state} />{it.row.reason && <span className="quiet">{it.row.reason}</span>}<span className="grow" />
        {mayDecide && !asking && <Button small {...(banned ? {} : { look: "danger" as const })} onClick={() => { setAsking(true); }}>{banned ? "Give another chance…" : "Ban…"}</Button>}
      </div>
      {asking && (
        <form className="panel reject" onSubmit={(event) => { event.preventDefault(); if (reason.trim()) act.mutate({ pipeline, worker: it.row.worker, reason: reason.trim() }); }}>
          <label htmlFor="ban-reason">{banned ? "Why? They may label again; answers that the ban rejected stay rejected, because others were asked instead." : `Why? They are told. ${counted(Math.max(standing, 0), "answer")} will be rejected and not paid, and the items asked again.`}</label>
          <input id="ban-reason" className="field" autoFocus maxLength={500} value={reason} onChange={(event) => { setReason(event.target.value); }} onKeyDown={(event) => { if (event.key === "Escape") { event.preventDefault(); setAsking(false); } }} />
          <div className="labeling-line">
            <Button type="submit" look={banned ? "main" : "danger"} disabled={!reason.trim() || act.isPending}>{banned ? "Give another chance" : "Ban this labeler"}</Button>
            <Button look="plain" onClick={() => { setAsking(false); }}>Cancel</Button>
          </div>
          {act.error && <ErrorNote error={act.error} />}
        </form>
      )}
    </div>
  );
}

function Given({ pipeline, worker, only }: { pipeline: string; worker: string; only: string }) {
  const found = usePages("workers.answers", { pipeline, worker, only, limit: 12 });
  if (found.error) return <ErrorNote error={found.error} retry={found.retry} />;
  if (found.isPending) return <Loading what="Reading their answers…" />;
  if (found.items.length === 0) return <p className="quiet">No answers of this kind.</p>;
  return (
    <>
      <ul className="given">
        {found.items.map((answer) => <One key={answer.given.answer} answer={answer} />)}
      </ul>
      {found.hasMore && <Button small disabled={found.isLoadingMore} onClick={found.more}>Show more answers</Button>}
    </>
  );
}

function One({ answer }: { answer: WorkerAnswer }) {
  const wrong = answer.right === false || answer.agrees === false;
  return (
    <li className={wrong ? "panel wrong" : "panel"}>
      <div className="small-media"><Shown task={answer.shown} fit="tile" /></div>
      <div className="words">
        <strong><bdi>{answer.given.unsure ? "unsure" : told(answer.given.label ?? answer.given.result)}</bdi></strong>
        {wrong && <div>{answer.golden ? "known: " : "holds: "}<bdi>{told(answer.label)}</bdi></div>}
        {!wrong && answer.agrees !== null && <div className="faint">as {answer.golden ? "known" : "what holds"}</div>}
        <div className="faint ellipsis" title={answer.shown.key}>{answer.golden ? "known answer" : answer.shown.key}{answer.given.state === "rejected" && " · rejected"}</div>
      </div>
    </li>
  );
}

function Speed({ points }: { points: WorkerDetail["speed"] }) {
  const most = Math.max(...points.map((point) => point.seconds), 0.1);
  const width = 320;
  const step = width / points.length;
  const middle = [...points].map((point) => point.seconds).sort((a, b) => a - b)[Math.floor(points.length / 2)] ?? 0;
  return (
    <figure className="speed">
      <svg viewBox={`0 0 ${width} 60`} role="img" aria-label={`Between ${Math.min(...points.map((point) => point.seconds)).toFixed(1)} and ${most.toFixed(1)} seconds per answer`}>
        {points.map((point, at) => <rect key={at} x={at * step} y={58 - 56 * (point.seconds / most)} width={Math.max(step - 1, 0.5)} height={Math.max(56 * (point.seconds / most), 1)} fill="var(--data-1)"><title>{`${point.seconds.toFixed(1)} s, median of ${point.answers}`}</title></rect>)}
      </svg>
      <figcaption>first to last answer; middle {duration(middle * 1000)}, longest {duration(most * 1000)}</figcaption>
    </figure>
  );
}
