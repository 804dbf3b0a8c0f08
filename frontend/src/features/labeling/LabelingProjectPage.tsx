import "./labeling.css";

import { Link, useParams } from "@tanstack/react-router";

import type { LabelingInfo, WorkerInfo } from "@/api/client";
import { useRead } from "@/api/queries";
import { count, counted, duration, money } from "@/lib/format";
import { Empty, ErrorNote, Facts, Loading, Meter, Page, Section, State } from "@/ui";

import { byTrust, scored } from "./workers";

/** One labeling: progress, who labels and how well, and the guidelines. Read-only. */
export function LabelingProjectPage() {
  const { pipeline } = useParams({ from: "/labeling/$pipeline" });
  const found = useRead("labeling.get", { pipeline }, { every: 2_000 });
  if (found.error) return <Page title={pipeline}><ErrorNote error={found.error} retry={() => void found.refetch()} /></Page>;
  if (!found.data) return <Loading what={`Reading ${pipeline}…`} />;
  const it = found.data;
  return (
    <Page
      title={pipeline}
      about={<>{it.reason ? <>{it.state}: {it.reason}</> : it.open > 0 ? "People are at work." : "All items are labeled."} <Link to="/pipelines/$name" params={{ name: pipeline }}>Its runs</Link> · <Link to="/lineage" search={{ of: pipeline }}>where its labels came from</Link></>}
    >
      <Progress it={it} />
      <Facts
        facts={[
          ["Answers", <>{count(it.answers)} <small>{count(it.rejected)} rejected</small></>],
          ["People", <>{count(it.workers)} <small>{count(it.banned)} banned</small></>],
          ["People per item", count(it.overlap)],
          ["Known-answer tasks", count(it.golden)],
          ["Paid", <>{money(it.spent)} {it.budget !== null && it.budget !== undefined && <small>of {money(it.budget)}</small>}</>],
          ["Guidelines", `version ${it.guideline_version}`],
        ]}
      />
      <Workers pipeline={pipeline} />
      {it.guidelines && (
        <Section title="Guidelines" aside={`version ${it.guideline_version}`}>
          <div className="panel guidelines">{it.guidelines}</div>
        </Section>
      )}
    </Page>
  );
}

function Progress({ it }: { it: LabelingInfo }) {
  const parts = [
    { word: "labeled", value: it.done, colour: "var(--accent)" },
    { word: "asked of an expert", value: it.escalated, colour: "var(--data-2)" },
    { word: "open", value: it.open, colour: "transparent" },
  ].filter((part) => part.value > 0);
  return (
    <div className="section">
      <div>
        <strong>{counted(it.tasks, "item")}</strong>
        <span className="quiet"> · {parts.map((part) => `${count(part.value)} ${part.word}`).join(" · ")}{it.withdrawn > 0 && ` · ${count(it.withdrawn)} withdrawn`}</span>
      </div>
      <Meter parts={parts} total={it.tasks} label={`${it.done} of ${it.tasks} items labeled`} />
    </div>
  );
}

function Workers({ pipeline }: { pipeline: string }) {
  const workers = useRead("labeling.workers", { pipeline }, { every: 3_000 });
  if (workers.error) return <ErrorNote error={workers.error} retry={() => void workers.refetch()} />;
  if (!workers.data) return <Loading what="Reading who labels…" />;
  const people = byTrust(workers.data.items);
  return (
    <Section title="People" aside="by opaque id; the intervals are 95 %">
      <div className="panel table-wrap">
        {people.length === 0 ? (
          <Empty title="Nobody has answered yet">
            <p>Give someone the role labeler and a token:</p>
            <pre>{`tilth user create maria --role labeler --labels ${pipeline}\ntilth user token maria`}</pre>
          </Empty>
        ) : (
          <table className="table">
            <thead>
              <tr>
                <th>Person</th>
                <th>State</th>
                <th>Known answers right</th>
                <th className="num">Answers</th>
                <th className="num">Rejected</th>
                <th className="num">Skipped</th>
                <th className="num">Per answer</th>
                <th className="num">Earned</th>
              </tr>
            </thead>
            <tbody>
              {people.map((worker) => <Worker key={worker.worker} worker={worker} />)}
            </tbody>
          </table>
        )}
      </div>
    </Section>
  );
}

function Worker({ worker }: { worker: WorkerInfo }) {
  const score = scored(worker.golden_right, worker.golden_total);
  return (
    <tr>
      <td className="mono">{worker.worker}</td>
      <td>
        <State state={worker.state} />
        {worker.reason && <div className="quiet">{worker.reason}</div>}
      </td>
      <td className="nowrap">
        {score ? (
          <>
            {score.share} <span className="faint">({score.interval}; {worker.golden_right} of {worker.golden_total})</span>
          </>
        ) : (
          <span className="faint">none shown yet</span>
        )}
      </td>
      <td className="num">{count(worker.answers)}</td>
      <td className="num">{count(worker.rejected)}</td>
      <td className="num">{count(worker.skipped)}</td>
      <td className="num">{duration(worker.mean_seconds * 1000)}</td>
      <td className="num">{money(worker.earned)}</td>
    </tr>
  );
}
