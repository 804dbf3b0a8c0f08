import { type DragEvent, useRef, useState } from "react";

import { ApiError, type LabelingInfo, type Schemas, call, upload } from "@/api/client";
import { useRead } from "@/api/queries";
import { count, counted } from "@/lib/format";
import { Button, ErrorNote, Loading, Meter, Section } from "@/ui";

import { choicesOf } from "./choices";
import { type Columns, guessColumns } from "./guess";
import type { LabelingSearch } from "./place";

type ImportReport = Schemas["ImportReport"];
const AT_ONCE = 20_000;
const PROBLEMS: Readonly<Record<string, string>> = {
  item: "name no item of this project",
  ambiguous: "fit several items",
  label: "say no class of this project",
  worker: "name nobody",
  twice: "say the same again",
  otherwise: "say something else for the same item and person",
};

/** Answers that people gave elsewhere: a table is dropped, its columns are named, its rows join the items. */
export function ImportView({ pipeline, it, goto }: { pipeline: string; it: LabelingInfo; goto: (next: LabelingSearch) => void }) {
  const [table, setTable] = useState("");
  const [busy, setBusy] = useState("");
  const [error, setError] = useState<ApiError | null>(null);
  const [over, setOver] = useState(false);
  const [named, setNamed] = useState("");
  const input = useRef<HTMLInputElement>(null);

  async function take(file: File | undefined): Promise<void> {
    if (!file) return;
    setError(null);
    const repo = `${pipeline.replace("/", "-")}-answers`.slice(0, 63);
    const name = file.name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "_");
    setBusy(`Saving ${file.name} in the repo ${repo}…`);
    try {
      await call("repos.create", { name: repo, description: `Answers given elsewhere, imported into ${pipeline}` }).catch((problem: unknown) => {
        if (!(problem instanceof ApiError && problem.status === 409)) throw problem;
      });
      await upload("files.put", { reference: `${repo}@main:${name}`, message: `Answers for ${pipeline}: ${file.name}` }, file).catch((problem: unknown) => {
        // The same file is there already: it is used as it is.
        if (!(problem instanceof ApiError && /Nothing to commit/.test(problem.message))) throw problem;
      });
      setTable(`${repo}@main:${name}`);
    } catch (problem) {
      setError(problem as ApiError);
    }
    setBusy("");
  }

  if (table) return <Mapping key={table} table={table} pipeline={pipeline} it={it} again={() => { setTable(""); }} goto={goto} />;
  return (
    <Section title="Import answers that were given elsewhere">
      <div
        className={`panel drop${over ? " over" : ""}`}
        onDragOver={(event: DragEvent) => { event.preventDefault(); setOver(true); }}
        onDragLeave={() => { setOver(false); }}
        onDrop={(event: DragEvent) => { event.preventDefault(); setOver(false); void take(event.dataTransfer.files[0]); }}
      >
        <p><strong>Drop a table here: one row for each answer.</strong><br /><span className="quiet">CSV, JSONL or Parquet, with a column for the item and one for the answer; better with one for the person and one for the seconds. It is kept as a version, so that the labels' history leads to it.</span></p>
        <input ref={input} type="file" accept=".csv,.tsv,.jsonl,.ndjson,.parquet" className="offscreen" aria-label="Table of answers" onChange={(event) => void take(event.target.files?.[0])} />
        <Button look="main" icon="file" disabled={busy !== ""} onClick={() => { input.current?.click(); }}>Choose a table</Button>
        {busy && <Loading what={busy} />}
      </div>
      {error && <ErrorNote error={error} />}
      <form className="labeling-line" onSubmit={(event) => { event.preventDefault(); if (named.trim()) setTable(named.trim()); }}>
        <label className="labeling-line">Or one that is in a repo: <input className="field" placeholder="answers@main:answers.csv" value={named} onChange={(event) => { setNamed(event.target.value); }} /></label>
        <Button type="submit" disabled={!named.trim()}>Use it</Button>
      </form>
    </Section>
  );
}

function Mapping({ table, pipeline, it, again, goto }: { table: string; pipeline: string; it: LabelingInfo; again: () => void; goto: (next: LabelingSearch) => void }) {
  const rows = useRead("datasets.rows", { reference: table, limit: 6 });
  const names = Object.keys(rows.data?.items[0] ?? {}).filter((name) => name !== "row");
  const [chosen, setChosen] = useState<Partial<Columns>>({});
  const [meanings, setMeanings] = useState<Readonly<Record<string, string>>>({});
  const columns = { ...guessColumns(names), ...chosen };
  const ready = columns.item !== "" && columns.answer !== "";
  const asked = { pipeline, table, item: columns.item, answer: columns.answer, worker: columns.worker, seconds: columns.seconds, per: columns.per, labels: meanings };
  if (rows.error) return <ErrorNote error={rows.error} retry={again} />;
  if (!rows.data) return <Loading what="Reading the table…" />;
  if (names.length === 0) return <ErrorNote error={{ message: "The table has no rows.", help: "Choose another one." }} retry={again} />;
  const choose = (what: keyof Columns, word: string, optional: string) => (
    <label>
      {word}
      <select className="field" aria-label={word} value={String(columns[what])} onChange={(event) => { setChosen({ ...chosen, [what]: event.target.value }); }}>
        <option value="">{optional}</option>
        {names.map((name) => <option key={name}>{name}</option>)}
      </select>
    </label>
  );
  return (
    <>
      <Section title={`What the columns of ${table.split(":")[1] ?? table} are`} aside={<Button small look="plain" onClick={again}>Another table</Button>}>
        <div className="mapping">
          {choose("item", "Item", "choose a column")}
          {choose("answer", "Answer", "choose a column")}
          {choose("worker", "Person", "one person gave all")}
          {choose("seconds", "Seconds", "not known")}
          {columns.seconds && <label>for answers <input className="field" size={4} inputMode="numeric" value={columns.per} onChange={(event) => { setChosen({ ...chosen, per: Math.max(1, Number(event.target.value) || 1) }); }} /></label>}
        </div>
        <div className="panel table-wrap">
          <table className="table">
            <thead><tr>{names.map((name) => <th key={name}>{name}</th>)}</tr></thead>
            <tbody>{rows.data.items.map((row, at) => <tr key={at}>{names.map((name) => <td key={name}><bdi>{String(row[name] ?? "")}</bdi></td>)}</tr>)}</tbody>
          </table>
        </div>
      </Section>
      {ready ? <Join key={JSON.stringify(asked)} asked={asked} it={it} meanings={meanings} setMeanings={setMeanings} goto={goto} /> : <p className="quiet">Say which column names the item and which holds the answer.</p>}
    </>
  );
}

interface Asked { pipeline: string; table: string; item: string; answer: string; worker: string; seconds: string; per: number; labels: Readonly<Record<string, string>> }

function Join({ asked, it, meanings, setMeanings, goto }: { asked: Asked; it: LabelingInfo; meanings: Readonly<Record<string, string>>; setMeanings: (meanings: Readonly<Record<string, string>>) => void; goto: (next: LabelingSearch) => void }) {
  const [state, setState] = useState<"waiting" | "checking" | "checked" | "running" | "stopped" | "done">("waiting");
  const [report, setReport] = useState<ImportReport | null>(null);
  const [at, setAt] = useState(0);
  const [written, setWritten] = useState(0);
  const [error, setError] = useState<ApiError | null>(null);
  const stop = useRef(false);

  async function run(dry: boolean): Promise<void> {
    setError(null);
    stop.current = false;
    setState(dry ? "checking" : "running");
    let start: number | null = at;
    let sum = written;
    try {
      while (start !== null) {
        const done: ImportReport = await call("labeling.import_answers", { ...asked, ...(report && !dry ? { match: report.match } : {}), dry_run: dry, start: dry ? 0 : start, most: AT_ONCE });
        setReport(done);
        if (dry) {
          setState("checked");
          return;
        }
        sum += done.imported;
        setWritten(sum);
        start = done.next ?? null;
        setAt(start ?? done.matched);
        if (stop.current && start !== null) {
          setState("stopped");
          return;
        }
      }
      setState("done");
    } catch (problem) {
      setError(problem as ApiError);
      setState(report ? "stopped" : "waiting");
    }
  }

  const classes = choicesOf(it.config ?? "");
  const left = report && state === "checked" ? report.matched - report.present : 0;
  return (
    <Section title="How the rows join the items">
      {error && <ErrorNote error={error} />}
      {state === "waiting" && <div><Button look="main" onClick={() => void run(true)}>Check the rows</Button> <span className="quiet">Nothing is imported yet.</span></div>}
      {state === "checking" && <Loading what="Joining the rows with the items…" />}
      {report && state === "checked" && <Report report={report} />}
      {report && classes.length > 0 && report.labels.some((word) => word.label === "") && state === "checked" && (
        <div className="panel words-map">
          <h3>Words that are no class here</h3>
          {report.labels.filter((word) => word.label === "" || meanings[word.word]).slice(0, 50).map((word) => (
            <label key={word.word}><bdi>{word.word || "(empty)"}</bdi> <span className="faint">{count(word.count)} times</span> means{" "}
              <select className="field" aria-label={`What ${word.word} means`} value={meanings[word.word] ?? ""} onChange={(event) => { setMeanings({ ...meanings, [word.word]: event.target.value }); }}>
                <option value="">leave out</option>
                {classes.map((label) => <option key={label}>{label}</option>)}
              </select>
            </label>
          ))}
        </div>
      )}
      {report && state === "checked" && (
        <div className="labeling-line">
          <Button look="main" disabled={left <= 0} onClick={() => void run(false)}>Import {counted(left, "answer")}</Button>
          <span className="quiet">{left > 0 ? "They count like any other answer, and are not paid." : report.matched > 0 ? "All of them were imported before." : "No row fits an item and a class."}</span>
        </div>
      )}
      {report && state === "running" && (
        <div className="section" role="status">
          <Meter parts={[{ value: at, colour: "var(--accent)" }]} total={report.matched} label={`${at} of ${report.matched} rows`} />
          <div className="labeling-line">Importing: {count(at)} of {counted(report.matched, "row")}. <Button small onClick={() => { stop.current = true; }}>Stop; keep what is imported</Button></div>
        </div>
      )}
      {state === "stopped" && <p className="notice">{counted(written, "answer")} imported. <Button small onClick={() => void run(false)}>Go on</Button></p>}
      {state === "done" && (
        <p className="notice good" role="status">
          <strong>{counted(written, "answer")} imported</strong> from {counted(report?.workers ?? 0, "person", "people")} about {counted(report?.items ?? 0, "item")}.{" "}
          <Button small onClick={() => { goto({ tab: "people" }); }}>See the people</Button> <Button small onClick={() => { goto({ tab: "review" }); }}>Review a sample</Button>
        </p>
      )}
    </Section>
  );
}

function Report({ report }: { report: ImportReport }) {
  return (
    <div className="panel table-wrap">
      <table className="table">
        <tbody>
          <tr><td className="num"><strong>{count(report.rows)}</strong></td><td>rows in the table</td><td /></tr>
          <tr><td className="num"><strong>{count(report.matched)}</strong></td><td>join an item (by its {report.match === "path" ? "path" : report.match === "name" ? "file name" : "name without ending"}) and a class</td><td className="quiet">{counted(report.items, "item")} of {counted(report.workers, "person", "people")}{report.known > 0 && `; ${count(report.known)} on known answers`}</td></tr>
          {report.present > 0 && <tr><td className="num">{count(report.present)}</td><td>of them were imported before and are not imported twice</td><td className="quiet">{report.otherwise > 0 && `${count(report.otherwise)} now say something else; the first answer stays`}</td></tr>}
          {report.problems.map((problem) => <tr key={problem.kind}><td className="num">{count(problem.count)}</td><td>left out: they {PROBLEMS[problem.kind] ?? problem.kind}</td><td className="quiet">such as {problem.examples.map((example, at) => <span key={example}>{at > 0 && ", "}<bdi>{example}</bdi></span>)}</td></tr>)}
          {report.items_without > 0 && <tr><td className="num">{count(report.items_without)}</td><td>items of this project have no answer in the table</td><td /></tr>}
        </tbody>
      </table>
    </div>
  );
}
