import "./pipelines.css";

import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { type JobInfo, type PipelineInfo } from "@/api/client";
import { useMay } from "@/api/may";
import { useAct, usePages, useRead } from "@/api/queries";
import { useNow } from "@/lib/clock";
import { count, counted, duration } from "@/lib/format";
import { inputRepos } from "@/lib/inputs";
import { parseReference } from "@/lib/names";
import { Button, ConfirmButton, Empty, ErrorNote, Facts, Icon, Loading, Page, Section, State, When } from "@/ui";

import { lasted, outcome, reasonWords } from "./runs";
import { SpecEditor } from "./SpecEditor";

/** One pipeline: what it reads and writes, its runs, and running it again. */
export function PipelinePage() {
  const { name } = useParams({ from: "/pipelines/$name" });
  const pipeline = useRead("pipelines.get", { name });
  const mayWrite = useMay("pipelines.rerun");
  if (pipeline.error) return <Page title={name}><ErrorNote error={pipeline.error} retry={() => void pipeline.refetch()} /></Page>;
  if (!pipeline.data) return <Loading what={`Reading ${name}…`} />;
  const it = pipeline.data;
  return (
    <Page title={name} about={String(it.spec["description"] ?? "")} acts={mayWrite ? <Acts name={name} pipeline={it} /> : null}>
      <Facts
        facts={[
          ["Last run", it.last_job_state ? <State state={it.last_job_state} /> : "never"],
          ["Reads", inputRepos(it.spec["input"], it.project).map((input, index) => (
            <span key={input.repo}>
              {index > 0 && ", "}
              <Link to="/data/$repo" params={{ repo: input.repo }}>{input.repo}</Link>
            </span>
          ))],
          ["Writes", <Link key="out" to="/data/$repo" params={{ repo: parseReference(it.output).repo }}>{parseReference(it.output).repo}</Link>],
          ["Kind", { labeling: "people label", function: "Python function", code: "program" }[it.kind] ?? it.kind],
          ["Version of its spec", it.version],
          ["Changed", <When key="when" ms={it.updated_ms} />],
        ]}
      />
      {it.last_job && (it.last_job_state === "failed" || it.last_job_state === "unrunnable") && (
        <div className="error-note" role="alert">
          <Icon name="alert" />
          <div className="words">
            <strong>The last run {it.last_job_state === "failed" ? "failed" : "could not run"}.</strong>{" "}
            <Link to="/runs/$run" params={{ run: it.last_job }}>See the failing items and their logs</Link>
          </div>
        </div>
      )}
      {it.state === "paused" && (
        <div className="error-note calm" role="status">
          <Icon name="stop" />
          <div className="words">
            <strong>Paused by {it.paused_by}.</strong> {it.kind === "labeling" ? "Nobody is given new items." : "It does not run when its input changes."} Resumed, it
            catches up in one run.
          </div>
        </div>
      )}
      <Runs name={name} />
      <SpecSection pipeline={it} mayWrite={mayWrite} />
    </Page>
  );
}

function SpecSection({ pipeline, mayWrite }: { pipeline: PipelineInfo; mayWrite: boolean }) {
  const [editing, setEditing] = useState(false);
  return (
    <Section title="Spec" aside={mayWrite && !editing && <Button small onClick={() => { setEditing(true); }}>Edit the spec</Button>}>
      {editing ? (
        <SpecEditor start={pipeline.spec} existing={pipeline} onSaved={() => { setEditing(false); }} onCancel={() => { setEditing(false); }} />
      ) : (
        <details className="spec">
          <summary>How it is written, version {pipeline.version}</summary>
          <pre className="code">{JSON.stringify(pipeline.spec, null, 2)}</pre>
        </details>
      )}
    </Section>
  );
}

function Acts({ name, pipeline }: { name: string; pipeline: PipelineInfo }) {
  const pause = useAct("pipelines.pause");
  const resume = useAct("pipelines.resume");
  const failed = pause.error ?? resume.error;
  if (pipeline.state === "paused")
    return (
      <>
        {failed && <ErrorNote error={failed} />}
        <Button look="main" icon="play" disabled={resume.isPending} onClick={() => { resume.mutate({ name }); }}>
          Resume
        </Button>
      </>
    );
  return (
    <>
      {failed && <ErrorNote error={failed} />}
      <Button
        icon="stop"
        disabled={pause.isPending}
        title={pipeline.kind === "labeling" ? "Nobody is given new items until you resume it" : "It does not run until you resume it; a run that has begun is finished"}
        onClick={() => { pause.mutate({ name }); }}
      >
        Pause
      </Button>
      <Rerun name={name} pipeline={pipeline} />
    </>
  );
}

function Rerun({ name, pipeline }: { name: string; pipeline: PipelineInfo }) {
  const rerun = useAct("pipelines.rerun");
  const last = useRead("jobs.get", { job: pipeline.last_job ?? "" }, { enabled: pipeline.last_job !== null && pipeline.last_job !== undefined });
  const items = last.data?.total;
  return (
    <>
      {rerun.error && <ErrorNote error={rerun.error} />}
      <Button
        icon="play"
        disabled={rerun.isPending}
        title="Items whose result is known are not computed again"
        onClick={() => { rerun.mutate({ name }); }}
      >
        Run again
      </Button>
      {pipeline.kind !== "labeling" && (
        <ConfirmButton
          icon="rerun"
          disabled={rerun.isPending}
          question={items ? `Compute ${items === 1 ? "the item" : `all ${counted(items, "item")}`} anew?` : "Compute everything anew?"}
          verb="Compute anew"
          onConfirm={() => { rerun.mutate({ name, reprocess: true }); }}
        >
          Compute everything anew…
        </ConfirmButton>
      )}
    </>
  );
}

function Runs({ name }: { name: string }) {
  const runs = usePages("jobs.list", { pipeline: name, limit: 25 });
  if (runs.error) return <ErrorNote error={runs.error} retry={runs.retry} />;
  if (runs.isPending) return <Loading what="Reading its runs…" />;
  return (
    <Section title="Runs">
      {runs.items.length === 0 ? (
        <div className="panel">
          <Empty title="It has not run yet">
            <p>It runs by itself as soon as what it reads has data.</p>
          </Empty>
        </div>
      ) : (
        <div className="panel table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th>Run</th>
                <th>State</th>
                <th className="num">Items</th>
                <th>What became of them</th>
                <th className="num">Took</th>
              </tr>
            </thead>
            <tbody>
              {runs.items.map((run) => <RunRow key={run.id} run={run} />)}
            </tbody>
          </table>
        </div>
      )}
      {runs.hasMore && (
        <div>
          <Button small look="plain" disabled={runs.isLoadingMore} onClick={runs.more}>Show older runs</Button>
        </div>
      )}
    </Section>
  );
}

function RunRow({ run }: { run: JobInfo }) {
  const now = useNow();
  const go = useNavigate();
  const took = lasted(run, now);
  return (
    <tr className="go" onClick={() => void go({ to: "/runs/$run", params: { run: run.id } })}>
      <td>
        <Link to="/runs/$run" params={{ run: run.id }} title={`Run ${run.id}`} onClick={(event) => { event.stopPropagation(); }}>
          <When ms={run.created_ms} />
        </Link>
      </td>
      <td><State state={run.state} /></td>
      <td className="num">{count(run.total)}</td>
      <td className="quiet">
        {outcome(run, count)}
        {run.reason && <div className="faint">{reasonWords(run.reason)}</div>}
      </td>
      <td className="num quiet nowrap">{took === null ? "" : duration(took)}</td>
    </tr>
  );
}
