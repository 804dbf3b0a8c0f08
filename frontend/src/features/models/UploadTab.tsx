import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import { ApiError, type JoinInfo, type ModelInfo, upload } from "@/api/client";
import { bytes, count, counted } from "@/lib/format";
import { Button, ErrorNote, Icon, Interval, Loading } from "@/ui";

type Chosen = Partial<{ key: string; label: string; confidence: string; match: string }>;

/** Drop a file of predictions, see how it joins, save it as a version. */
export function UploadTab({ name, model, mayWrite }: { name: string; model: ModelInfo; mayWrite: boolean }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const [chosen, setChosen] = useState<Chosen>({});
  const [report, setReport] = useState<JoinInfo | null>(null);
  const [failed, setFailed] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState<"" | "reading" | "saving">("");
  const [message, setMessage] = useState("");
  const [over, setOver] = useState(false);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => { stop.current?.abort(); }, []);

  async function send(given: File, mapping: Chosen, save: boolean, dropBad: boolean): Promise<void> {
    stop.current?.abort();
    const mine = new AbortController();
    stop.current = mine;
    setBusy(save ? "saving" : "reading");
    setFailed(null);
    try {
      const told = Object.keys(mapping).length > 0 ? { mapping: JSON.stringify(mapping) } : {};
      const found = await upload("models.upload", { name, file: given.name, ...told, save, drop_bad: dropBad, message }, given, mine.signal);
      setReport(found);
      if (save) {
        void cache.invalidateQueries();
        void navigate({ to: "/models/$model", params: { model: name }, search: {} });
      }
    } catch (error) {
      if (!mine.signal.aborted) setFailed(error instanceof ApiError ? error : new ApiError(0, "error", String(error), "", {}));
    } finally {
      if (stop.current === mine) setBusy("");
    }
  }
  function take(files: FileList | null): void {
    const first = files?.[0];
    if (!first) return;
    setFile(first);
    setChosen({});
    setReport(null);
    void send(first, {}, false, false);
  }
  function choose(change: Chosen): void {
    const next = { ...chosen, ...change };
    setChosen(next);
    if (file) void send(file, next, false, false);
  }
  const bad = report?.bad_rows ?? 0;
  const savable = report !== null && report.matched > 0;
  return (
    <>
      <div
        className={`panel models-drop${over ? " over" : ""}`}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }}
        onDragLeave={() => { setOver(false); }}
        onDrop={(event) => { event.preventDefault(); setOver(false); if (mayWrite) take(event.dataTransfer.files); }}
      >
        <Icon name="up" size={20} />
        <div className="words">
          <strong>{file ? <bdi>{file.name}</bdi> : "Drop a file of predictions here"}</strong>
          <div className="quiet">
            {file ? `${bytes(file.size)}. Nothing is saved yet.` : "CSV, TSV, JSON lines or Parquet: one row per item, with the item, what the model says, and how sure it is. You see how it fits before anything is saved."}
          </div>
        </div>
        <label className="button">
          {file ? "Choose another file" : "Choose a file"}
          <input type="file" className="offscreen" accept=".csv,.tsv,.jsonl,.ndjson,.parquet" disabled={!mayWrite} onChange={(event) => { take(event.target.files); event.target.value = ""; }} />
        </label>
      </div>
      {!mayWrite && <p className="quiet">Your role may look, and not upload.</p>}
      {busy && (
        <div className="models-bar">
          <Loading what={busy === "saving" ? "Saving the predictions…" : `Laying them beside the items of ${model.dataset}…`} />
          {busy === "reading" && <Button small icon="stop" onClick={() => { stop.current?.abort(); setBusy(""); }}>Stop</Button>}
        </div>
      )}
      {failed && <ErrorNote error={failed} retry={file ? () => void send(file, chosen, false, false) : undefined} />}
      {report && (
        <>
          <Columns report={report} onChoose={choose} />
          <Report report={report} dataset={model.dataset} />
          <div className="panel models-form wide">
            <label>
              What is it? <span className="faint">(kept with the version)</span>
              <input className="field" placeholder="Trained on my own machine, learning rate 0.01" value={message} onChange={(event) => { setMessage(event.target.value); }} dir="auto" />
            </label>
            <div className="models-acts">
              <Button look="main" disabled={!savable || Boolean(busy)} onClick={() => { if (file) void send(file, chosen, true, bad > 0); }}>
                {bad > 0 ? `Save ${counted(report.rows - bad - report.repeated, "row")}, leave out ${count(bad)}` : `Save ${counted(report.rows - report.repeated, "row")} as version ${model.versions + 1}`}
              </Button>
              <Button look="plain" onClick={() => { setFile(null); setReport(null); setFailed(null); }}>Take it back</Button>
              {!savable && <span className="state need"><Icon name="alert" size={14} /> <bdi>{report.problem}</bdi></span>}
            </div>
          </div>
        </>
      )}
    </>
  );
}

const MATCHES = [
  ["path", "the whole path"],
  ["name", "the file name"],
  ["stem", "the name without its ending"],
] as const;

/** Which column is what: guessed, and to be corrected. */
function Columns({ report, onChoose }: { report: JoinInfo; onChoose: (change: Chosen) => void }) {
  const { mapping, columns } = report;
  const names = columns.map((column) => column.name);
  const choice = (label: string, value: string, field: keyof Chosen, none: string | null) => (
    <label>
      {label}
      <select className="field" aria-label={label} value={value} onChange={(event) => { onChoose({ [field]: event.target.value }); }}>
        {(none !== null || !value) && <option value="">{none ?? "choose…"}</option>}
        {names.map((name) => <option key={name}>{name}</option>)}
      </select>
    </label>
  );
  const several = Object.keys(mapping.probabilities).length;
  return (
    <div className="panel models-form wide">
      <div className="models-columns">
        {choice("The item", mapping.key, "key", null)}
        <label>
          matches by
          <select className="field" value={mapping.match} onChange={(event) => { onChoose({ match: event.target.value }); }}>
            {MATCHES.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
          </select>
        </label>
        {choice("What it says", mapping.label, "label", several ? `the likeliest of ${several} columns` : null)}
        {choice("How sure it is", mapping.confidence, "confidence", several ? "the greatest probability" : "not said")}
        {mapping.scale !== 1 && <span className="quiet">taken as percent</span>}
      </div>
      <div className="table-wrap">
        <table className="table">
          <thead><tr>{columns.slice(0, 12).map((column) => <th key={column.name}><bdi>{column.name}</bdi>{roleOf(report, column.name)}</th>)}</tr></thead>
          <tbody>
            {[0, 1, 2].map((row) => (
              <tr key={row}>{columns.slice(0, 12).map((column) => <td key={column.name}><bdi>{column.values[row] ?? ""}</bdi></td>)}</tr>
            ))}
          </tbody>
        </table>
      </div>
      {columns.length > 12 && <p className="faint">and {counted(columns.length - 12, "column")} more</p>}
    </div>
  );
}

function roleOf({ mapping }: JoinInfo, column: string) {
  const role = column === mapping.key ? "item" : column === mapping.label ? "says" : column === mapping.confidence ? "sure" : Object.values(mapping.probabilities).includes(column) ? "probability" : null;
  return role && <> <span className="tag good">{role}</span></>;
}

/** How the file joins the dataset: everything that is odd, with examples. */
function Report({ report, dataset }: { report: JoinInfo; dataset: string }) {
  const odd: (readonly [tone: "bad" | "need" | "calm", words: string, examples: readonly string[]])[] = [];
  if (report.contradictory.count) odd.push(["bad", `${counted(report.contradictory.count, "row")} of an item that the file says two different things about`, report.contradictory.examples]);
  if (report.out_of_range.count) odd.push(["bad", `${counted(report.out_of_range.count, "row")} with a confidence that is not between 0 and 1`, report.out_of_range.examples]);
  if (report.missing) odd.push(["bad", `${counted(report.missing, "row")} without an item or a prediction`, []]);
  if (report.unmatched_rows.count) odd.push(["need", `${counted(report.unmatched_rows.count, "row")} of no item of ${dataset}; kept, and waiting for one`, report.unmatched_rows.examples]);
  const strange = Object.entries(report.unknown_classes);
  if (strange.length) odd.push(["need", `${counted(strange.length, "class", "classes")} that no label has; such predictions count as wrong`, strange.slice(0, 5).map(([label, n]) => `${label} (${count(n)})`)]);
  if (report.repeated) odd.push(["calm", `${counted(report.repeated, "row")} ${report.repeated === 1 ? "repeats" : "repeat"} what another says; one is kept`, []]);
  if (report.unmatched_items.count) odd.push(["calm", `${counted(report.unmatched_items.count, "item")} without a prediction`, report.unmatched_items.examples]);
  return (
    <div className="panel models-report">
      <div className="models-numbers">
        <div><strong>{count(report.matched)}</strong> of {counted(report.items, "item")} get a prediction</div>
        <div>{report.judged > 0 ? <><strong><Interval of={report.accuracy} /></strong> of {counted(report.judged, "labeled item")} right</> : "none of them has a label to judge it by"}</div>
        <div><strong>{count(report.rows)}</strong> rows in the file</div>
      </div>
      {odd.length === 0 ? (
        <p className="state good"><Icon name="check" size={14} /> Every row is of one item, and nothing is odd.</p>
      ) : (
        <ul className="models-odd">
          {odd.map(([tone, words, examples]) => (
            <li key={words} className={tone === "calm" ? "quiet" : `state ${tone}`}>
              <Icon name={tone === "calm" ? "right" : "alert"} size={14} />
              <span>{words}{examples.length > 0 && <span className="faint">: {examples.map((one, index) => <span key={one}>{index > 0 && ", "}<bdi>{one}</bdi></span>)}</span>}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
