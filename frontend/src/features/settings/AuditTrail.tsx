import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { type Schemas, addressOf } from "@/api/client";
import { usePages } from "@/api/queries";
import { moment } from "@/lib/format";
import { Button, Empty, ErrorNote, Icon, Loading, Section } from "@/ui";

import { OUTCOMES, type TrailSearch, operationWords, trailQuestion, trailSearch } from "./trail";

type Entry = Schemas["AuditEntry"];

/** Who did what, when, from where; and what was refused. */
export function AuditTrail() {
  const search = trailSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const question = trailQuestion(search);
  const entries = usePages("audit.list", { ...question, limit: 100 }, { every: 10_000 });
  function set(change: { [K in keyof TrailSearch]?: TrailSearch[K] | undefined }): void {
    void navigate({ to: ".", search: trailSearch({ ...search, ...change }) as never, replace: true });
  }
  const filtered = Object.keys(search).length > 0;
  return (
    <Section title="Audit trail" aside={<a href={addressOf("audit.export", question)} download>Download {filtered ? "these" : "all"} as CSV</a>}>
      <div className="settings-inline" role="search" aria-label="Filter the audit trail">
        <Typed label="User" value={search.user ?? ""} onChange={(user) => { set({ user }); }} />
        <Typed label="Act" hint="labeling.rule, or access." value={search.operation ?? ""} onChange={(operation) => { set({ operation }); }} />
        <Typed label="On" hint="how it begins" value={search.object ?? ""} onChange={(object) => { set({ object }); }} />
        <label>
          Outcome
          <select className="field" value={search.outcome ?? ""} onChange={(event) => { set({ outcome: OUTCOMES.find((one) => one === event.target.value) }); }}>
            <option value="">any</option>
            {OUTCOMES.map((one) => <option key={one} value={one}>{one === "ok" ? "done" : one}</option>)}
          </select>
        </label>
        <label>
          From
          <input className="field" type="date" value={search.from ?? ""} onChange={(event) => { set({ from: event.target.value }); }} />
        </label>
        <label>
          To
          <input className="field" type="date" value={search.to ?? ""} onChange={(event) => { set({ to: event.target.value }); }} />
        </label>
        {filtered && <Button small look="plain" onClick={() => { void navigate({ to: ".", search: {} as never, replace: true }); }}>Show all</Button>}
      </div>
      {entries.error ? (
        <ErrorNote error={entries.error} retry={entries.retry} />
      ) : entries.isPending ? (
        <Loading what="Reading the audit trail…" />
      ) : entries.items.length === 0 ? (
        <div className="panel"><Empty title={filtered ? "Nothing fits this filter" : "Nothing was done yet"}><p>Every act through the console, the command line and Python is written down here.</p></Empty></div>
      ) : (
        <div className="panel table-wrap">
          <table className="table settings-table settings-trail">
            <thead><tr><th>When</th><th>User</th><th>Act</th><th>On</th><th>Outcome</th><th>From</th></tr></thead>
            <tbody>{entries.items.map((entry) => <Row key={entry.position} entry={entry} set={set} />)}</tbody>
          </table>
        </div>
      )}
      {entries.hasMore && <div><Button onClick={entries.more} disabled={entries.isLoadingMore}>{entries.isLoadingMore ? "Reading…" : "Show older"}</Button></div>}
      <p className="faint settings-prose">
        Entries are only added, and each holds a hash of itself and of the one before; “Check everything” under Workspace finds any that was changed or
        taken out. Note the newest hash{entries.items[0] ? <> (now <code title={entries.items[0].hash}>{entries.items[0].position}: {entries.items[0].hash.slice(0, 16)}…</code>)</> : ""} elsewhere
        to see also whether the end was cut off. Answers of labelers are not here but in their labeling’s own record.
      </p>
    </Section>
  );
}

function Row({ entry, set }: { entry: Entry; set: (change: TrailSearch) => void }) {
  return (
    <tr>
      <td className="nowrap"><time dateTime={new Date(entry.at_ms).toISOString()} title={`${moment(entry.at_ms)}, entry ${entry.position}`}>{shortMoment(entry.at_ms)}</time></td>
      <td>{entry.user ? <button type="button" className="settings-link" title="Show only this user" onClick={() => { set({ user: entry.user }); }}><bdi>{entry.user}</bdi></button> : <span className="faint">nobody</span>}</td>
      <td><button type="button" className="settings-link" title={entry.operation} onClick={() => { set({ operation: entry.operation }); }}>{operationWords(entry.operation)}</button></td>
      <td className="settings-object"><bdi>{entry.object || "–"}</bdi></td>
      <td>
        {entry.outcome === "ok" ? (
          <span className="state"><Icon name="check" size={14} /> done</span>
        ) : entry.outcome === "denied" ? (
          <span className="state need" title={entry.detail}><Icon name="lock" size={14} /> denied</span>
        ) : (
          <span className="state bad" title={entry.detail}><Icon name="cross" size={14} /> failed: {entry.detail.replaceAll("_", " ")}</span>
        )}
      </td>
      <td className="nowrap" title={entry.token ? `token ${entry.token}` : ""}>{entry.origin === "folder" ? "the server’s folder" : entry.origin}</td>
    </tr>
  );
}

/** "21 Nov 15:33:36", with the year where it is another one. */
function shortMoment(ms: number): string {
  const then = new Date(ms);
  const year = then.getFullYear() === new Date().getFullYear() ? {} : ({ year: "numeric" } as const);
  return `${then.toLocaleDateString("en-GB", { day: "numeric", month: "short", ...year })} ${then.toLocaleTimeString("en-GB")}`;
}

/** A filter that asks when one has stopped typing. */
function Typed({ label, hint, value, onChange }: { label: string; hint?: string; value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  const [before, setBefore] = useState(value);
  if (value !== before) {
    setBefore(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => { onChange(typed); }, 300);
    return () => { clearTimeout(timer); };
  }, [typed, value, onChange]);
  return (
    <label>
      {label}
      <input className="field" value={typed} placeholder={hint} spellCheck={false} onChange={(event) => { setTyped(event.target.value); }} />
    </label>
  );
}
