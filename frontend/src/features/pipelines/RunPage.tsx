import "./pipelines.css";

import { Link, useParams } from "@tanstack/react-router";

import type { JobInfo } from "@/api/client";
import { useMay } from "@/api/may";
import { useAct, useRead } from "@/api/queries";
import { useNow } from "@/lib/clock";
import { count, counted, duration, plain } from "@/lib/format";
import { ConfirmButton, ErrorNote, Facts, Id, Loading, Meter, Page, Section, State, When } from "@/ui";

import { RunItems } from "./RunItems";
import { RunWhy } from "./RunWhy";
import { ended, lasted, reasonWords } from "./runs";

/** One run: how far, what failed and its log, why it ran, what was reused. */
export function RunPage() {
  const { run: id } = useParams({ from: "/runs/$run" });
  const job = useRead("jobs.get", { job: id });
  const stop = useAct("jobs.stop");
  const mayWrite = useMay("jobs.stop");
  const now = useNow();
  if (job.error) return <Page title="Run"><ErrorNote error={job.error} retry={() => void job.refetch()} /></Page>;
  if (!job.data) return <Loading what="Reading the run…" />;
  const run = job.data;
  const took = lasted(run, now);
  const name = plain(run.pipeline);
  return (
    <Page
      title={<>Run of <Link to="/pipelines/$name" params={{ name }}>{name}</Link></>}
      about={<><State state={run.state} />{run.reason && run.reason !== run.state && <> · {reasonWords(run.reason)}</>}</>}
      acts={
        !ended(run) && mayWrite ? (
          <>
            {stop.error && <ErrorNote error={stop.error} />}
            <ConfirmButton
              icon="stop"
              look="danger"
              disabled={stop.isPending}
              question="Stop this run? Its repo keeps its last version."
              verb="Stop the run"
              onConfirm={() => { stop.mutate({ job: run.id }); }}
            >
              Stop…
            </ConfirmButton>
          </>
        ) : null
      }
    >
      <Counters run={run} />
      <Facts
        facts={[
          ["Took", took === null ? "not begun" : duration(took)],
          ["Computing", duration(run.cpu_s * 1000)],
          ["Began", run.started_ms === null ? "waits" : <When key="t" ms={run.started_ms} />],
          ["Made", run.output ? (
            <Link key="o" to="/lineage" search={{ of: `${name}@${run.output}` }}>a new version of {name}</Link>
          ) : ended(run) ? "no new version" : "nothing yet"],
          ["Run", <Id key="id" id={run.id} />],
        ]}
      />
      <Section title="Why it ran">
        <RunWhy run={run} />
      </Section>
      <RunItems run={run} />
    </Page>
  );
}

function Counters({ run }: { run: JobInfo }) {
  const done = run.run + run.reused + run.failed + run.recovered;
  if (run.total < done || (!ended(run) && run.total === 0))
    return (
      <p>
        <strong>{counted(done, "item")}</strong> <span className="quiet">done {ended(run) ? "before it ended" : "so far"}{run.failed > 0 && `, ${count(run.failed)} of them failed`}</span>
      </p>
    );
  const left = Math.max(0, run.total - run.run - run.reused - run.failed - run.recovered);
  const parts = [
    { word: "failed", value: run.failed, colour: "var(--red)" },
    { word: "recovered", value: run.recovered, colour: "var(--data-2)" },
    { word: "run", value: run.run, colour: "var(--accent)" },
    { word: "reused, not computed again", value: run.reused, colour: "var(--edge)" },
    { word: ended(run) ? "not reached" : "to do", value: left, colour: "transparent" },
  ].filter((part) => part.value > 0);
  return (
    <div className="section">
      <div className="counter-words">
        <strong>{counted(run.total, "item")}</strong>
        {parts.map((part) => (
          <span key={part.word} className="quiet">
            <span className="dot" style={{ background: part.colour, ...(part.colour === "transparent" ? { border: "1px solid var(--edge)" } : {}) }} />
            {count(part.value)} {part.word}
          </span>
        ))}
      </div>
      <Meter parts={parts} total={run.total} label={parts.map((part) => `${part.value} ${part.word}`).join(", ")} />
    </div>
  );
}
