import { Link } from "@tanstack/react-router";

import { useNow } from "@/lib/clock";
import { count, counted, duration } from "@/lib/format";
import { Button, Empty, ErrorNote, Loading, Meter } from "@/ui";

import { type AnalysisState, hasResults } from "./useAnalysis";

/** What stands in the place of a view that needs the analysis: the button that makes it, or how far it is. */
export function AnalysisNeeded({ analysis, what }: { analysis: AnalysisState; what: string }) {
  const { info, error } = analysis;
  if (!info) return error ? <ErrorNote error={error} /> : <Loading what="Asking how far the analysis is…" />;
  return (
    <div className="analysis-needed">
      {error && <ErrorNote error={error} />}
      {info.state === "running" ? (
        <Running analysis={analysis} />
      ) : (
        <Empty title={info.state === "impossible" ? info.reason : info.state === "failed" ? "The analysis failed." : info.state === "stopped" ? "The analysis was stopped." : `Analyse ${info.dataset} to see ${what}.`}>
          {info.state === "failed" && (
            <p className="analysis-reason">
              {info.reason} <RunLink analysis={analysis} />
            </p>
          )}
          <p>
            {info.state === "impossible"
              ? "Analysis works on images, text and sounds (WAV)."
              : "Every item is described by numbers, so that alike ones are found. It runs here, needs no network, and only new or changed items are described again later."}
          </p>
          {info.state !== "impossible" && (
            <Button look="main" icon="play" disabled={analysis.busy} onClick={analysis.start}>
              {info.state === "missing" ? "Analyse this dataset" : "Analyse again"}
            </Button>
          )}
        </Empty>
      )}
    </div>
  );
}

/** A line above a view: that the analysis is old or running, or what it could not read. */
export function AnalysisLine({ analysis }: { analysis: AnalysisState }) {
  const { info, error } = analysis;
  if (!info || !hasResults(info)) return null;
  const unreadable = info.unreadable > 0 && (
    <>
      {counted(info.unreadable, "item")} could not be read;{" "}
      <Link to="/data/$repo" params={{ repo: `${info.dataset}-embed` }} search={{ path: "unreadable" } as never}>
        see why
      </Link>
      .
    </>
  );
  if (error) return <ErrorNote error={error} />;
  if (info.state === "running") return <Running analysis={analysis} line />;
  if (info.state === "ready") return unreadable ? <p className="analysis-line quiet"><span>{unreadable}</span></p> : null;
  return (
    <div className="analysis-line need">
      <span>
        This is the analysis of version {info.version}. {info.state === "old" ? info.reason : info.state === "failed" ? "The newest one failed." : "The newest one was stopped."}{" "}
        {info.state === "failed" && <RunLink analysis={analysis} />} {unreadable}
      </span>
      <Button small icon="rerun" disabled={analysis.busy} onClick={analysis.start}>
        Analyse again
      </Button>
    </div>
  );
}

function Running({ analysis, line = false }: { analysis: AnalysisState; line?: boolean }) {
  const { info } = analysis;
  const now = useNow();
  if (!info) return null;
  const since = info.jobs.filter((job) => job.state === "running" || job.state === "created").map((job) => job.started_ms ?? job.created_ms);
  const describing = info.stage === "describing";
  const words = !describing
    ? "Laying out the map, looking for near-duplicates and doubtful labels…"
    : info.total > 0
      ? `Describing items: ${count(info.done)} of ${count(info.total)}…`
      : "Finding out which items are new or have changed…";
  return (
    <div className={line ? "analysis-line" : "analysis-running"} role="status">
      <span>
        {words}
        {!describing && <span className="faint"> Step 2 of 2{since.length > 0 && `, for ${duration(Math.max(0, now - Math.max(...since)))}`}.</span>}
      </span>
      {describing && info.total > 0 && <Meter parts={[{ value: info.done, colour: "var(--accent)" }]} total={info.total} label={words} />}
      <Button small icon="stop" disabled={analysis.busy} onClick={analysis.stop}>
        Stop
      </Button>
    </div>
  );
}

function RunLink({ analysis }: { analysis: AnalysisState }) {
  const failed = analysis.info?.jobs.find((job) => job.state === "failed" || job.state === "unrunnable");
  if (!failed) return null;
  return (
    <Link to="/runs/$run" params={{ run: failed.id }}>
      Open the run
    </Link>
  );
}
