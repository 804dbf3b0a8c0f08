import { useRef, useState } from "react";

import { ApiError } from "@/api/client";
import { useMay } from "@/api/may";
import { useRead } from "@/api/queries";
import { type Told, type VerifyReport, verify } from "@/api/verify";
import { bytes, count, counted } from "@/lib/format";
import { Button, ErrorNote, Facts, Icon, Loading, Meter, Section } from "@/ui";

/** How large the workspace is, whether it works, and whether its bytes are what was stored. */
export function Workspace() {
  const usage = useRead("maintenance.usage", {});
  const status = useRead("maintenance.status", {});
  const mayVerify = useMay("maintenance.verify");
  if (usage.error) return <ErrorNote error={usage.error} retry={() => void usage.refetch()} />;
  if (!usage.data) return <Loading what="Measuring the workspace…" />;
  const { logical, stored, packs, commits, repos } = usage.data;
  const it = status.data;
  return (
    <>
      <Section title="Size">
        <Facts
          facts={[
            ["Data, all versions", bytes(logical)],
            ["On disk", <>{bytes(stored)} <small>{logical > 0 && stored < logical ? `equal parts are kept once: ${Math.round((100 * stored) / logical)} % of it` : ""}</small></>],
            ["Repos", count(repos)],
            ["Versions", count(commits)],
            ["Pack files", count(packs)],
          ]}
        />
      </Section>
      <Section title="Work">
        {it ? (
          <Facts
            facts={[
              ["State", it.quiet ? "all up to date" : `${count(it.running)} running, ${count(it.waiting)} waiting`],
              ["Who runs it", it.coordinator ?? "nobody now: start a server with `tilth up`"],
              ["News so far", count(it.position)],
            ]}
          />
        ) : (
          <Loading what="Asking for the state…" />
        )}
      </Section>
      {mayVerify && <Verify />}
    </>
  );
}

function Verify() {
  const [told, setTold] = useState<Told | null>(null);
  const [report, setReport] = useState<VerifyReport | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [running, setRunning] = useState(false);
  const [stopped, setStopped] = useState(false);
  const stop = useRef<AbortController | null>(null);
  function start(): void {
    stop.current = new AbortController();
    setReport(null);
    setError(null);
    setStopped(false);
    setTold(null);
    setRunning(true);
    verify(setTold, stop.current.signal)
      .then(setReport, (found: unknown) => {
        if (found instanceof ApiError) setError(found);
        else setStopped(true);
      })
      .finally(() => { setRunning(false); });
  }
  return (
    <Section title="Is everything what it was?" aside="Reads and re-hashes every stored byte, every version, and the audit trail.">
      <div className="settings-inline">
        {running ? (
          <Button icon="stop" onClick={() => { stop.current?.abort(); }}>Stop checking</Button>
        ) : (
          <Button look="main" onClick={start}>Check everything</Button>
        )}
        {running && (
          <span className="settings-progress" role="status">
            {told?.total ? <Meter parts={[{ value: told.done, colour: "var(--accent)" }]} total={told.total} label={`${told.what}: ${told.done} of ${told.total}`} /> : <span className="spinner" aria-hidden />}
            {told ? `${told.what}: ${told.unit === "bytes" || told.unit === "B" ? bytes(told.done) : count(told.done)}${told.total ? ` of ${told.unit === "bytes" || told.unit === "B" ? bytes(told.total) : count(told.total)}` : ""}` : "Starting…"}
          </span>
        )}
        {stopped && <span className="quiet">Stopped; nothing was found until then. Start it anew when you like.</span>}
      </div>
      {error && <ErrorNote error={error} />}
      {report && report.problems.length === 0 && (
        <p className="state good" role="status">
          <Icon name="check" /> All is what was stored: {counted(report.commits, "version")}, {counted(report.records, "piece")}, {bytes(report.bytes)}.
        </p>
      )}
      {report && report.problems.length > 0 && (
        <div className="error-note" role="alert">
          <Icon name="alert" />
          <div className="words">
            <strong>{counted(report.problems.length, "thing")} {report.problems.length === 1 ? "is" : "are"} not what was stored.</strong>
            <ul>{report.problems.slice(0, 100).map((problem) => <li key={`${problem.where} ${problem.what}`}><bdi>{problem.where}</bdi>: {problem.what}</li>)}</ul>
          </div>
        </div>
      )}
    </Section>
  );
}
