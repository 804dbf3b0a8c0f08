import { Link, useSearch } from "@tanstack/react-router";
import { useRef } from "react";

import type { CommitInfo, Lineage } from "@/api/client";
import { useRead } from "@/api/queries";
import { bytes, count, counted, moment, money, plain } from "@/lib/format";
import { parseReference } from "@/lib/names";
import { Button, ErrorNote, Loading, Markdown, useCopied } from "@/ui";

import { origin } from "./origin";
import { type Step, fileNameOf, shortOf, stepsOf } from "./report";
import "./report.css";
import styles from "./report.css?inline";

const LABELS = 200;
const FILES = 100;

/** Where a version, a file or an item came from, told on one page to send, to print or to keep. */
export function ReportPage() {
  const { of, dataset, item } = useSearch({ from: "/report" });
  const lineage = useRead("lineage.of", { reference: of ?? "", depth: 50 }, { enabled: of !== undefined });
  if (of === undefined)
    return (
      <div className="report-wait">
        <h1>Report</h1>
        <p>A report is about one version. <Link to="/lineage">Choose it on the page Lineage</Link>, then “Report”.</p>
      </div>
    );
  if (lineage.error)
    return (
      <div className="report-wait">
        <h1>Report</h1>
        <ErrorNote error={lineage.error} retry={() => void lineage.refetch()} />
      </div>
    );
  const here = lineage.data?.nodes[0]?.commit;
  if (!lineage.data || !here) return <div className="report-wait"><h1>Report</h1><Loading what={`Tracing ${of}…`} /></div>;
  return <Report of={of} here={here} lineage={lineage.data} dataset={dataset} item={item} />;
}

function Report({ of, here, lineage, dataset, item }: { of: string; here: CommitInfo; lineage: Lineage; dataset: string | undefined; item: string | undefined }) {
  const paper = useRef<HTMLElement>(null);
  const [copied, copy] = useCopied();
  const { path } = parseReference(of);
  const repo = plain(here.repo);
  const pinned = `${repo}@${here.id}${path ? `:${path}` : ""}`;
  const steps = stepsOf(lineage.nodes);
  const people = steps.filter((step) => step.kind === "people");
  const link = new URL("/report", window.location.origin);
  link.searchParams.set("of", pinned);
  if (dataset && item) {
    link.searchParams.set("dataset", dataset);
    link.searchParams.set("item", item);
  }
  return (
    <div className="report-frame">
      <nav className="report-acts" aria-label="What one can do with this report">
        <Link to="/lineage" search={{ of: pinned }} className="button plain">Back to its lineage</Link>
        <span className="grow" />
        <Button icon={copied === null ? "copy" : "check"} onClick={() => { copy(link.href); }} title="It shows the same for ever, to whoever may read this workspace">
          {copied === null ? "Copy the link" : "Copied"}
        </Button>
        <Button icon="file" onClick={() => { if (paper.current) save(paper.current, fileNameOf(pinned)); }} title="One file that shows all of it without this server">
          Download as a file
        </Button>
        <Button look="main" onClick={() => { window.print(); }}>Print</Button>
      </nav>
      <article className="report" ref={paper}>
        <header>
          <p className="report-kind">Where it came from</p>
          <h1><bdi>{item ?? path ?? repo}</bdi></h1>
          {(path || item) && <p className="report-sub">in <bdi>{dataset && item ? dataset : repo}</bdi></p>}
          <p className="report-short">{shortOf(steps)}</p>
          <dl>
            <Fact name="Version" value={<code>{here.id}</code>} />
            <Fact name="Made" value={<>{moment(here.at_ms)}, {origin(here)}</>} />
            {here.message && <Fact name="Said" value={<bdi>{here.message}</bdi>} />}
            <Fact name="Holds" value={<>{counted(here.files, "file")}, {bytes(here.size)}</>} />
            <Fact name="Seal" value={<code>{here.seal}</code>} />
          </dl>
          <p className="report-note">The seal is over the data and over this record: whoever noted it can tell with “tilth verify --against” that nothing before it was rewritten.</p>
        </header>
        {dataset && item && <ItemPart dataset={dataset} item={item} />}
        <section>
          <h2>How it was made, step by step</h2>
          <ol className="report-steps">
            {steps.map((step) => <StepPart key={step.repo} step={step} last={step.commit.id === here.id} />)}
          </ol>
        </section>
        {lineage.datums.length > 0 && <FilesPart lineage={lineage} />}
        {lineage.labels.length > 0 && <LabelsPart lineage={lineage} />}
        {people.map((step) => <PeoplePart key={step.repo} step={step} />)}
        <footer>
          <p>From the record that Tilth keeps of every version. It shows the same for ever at <span>{link.href}</span></p>
        </footer>
      </article>
    </div>
  );
}

function Fact({ name, value }: { name: string; value: React.ReactNode }) {
  return <><dt>{name}</dt><dd>{value}</dd></>;
}

function StepPart({ step, last }: { step: Step; last: boolean }) {
  const { commit, repo } = step;
  const derivation = commit.derivation;
  const read = (derivation?.inputs ?? []).map((one) => plain(one.repo));
  return (
    <li className={last ? "is-last" : ""}>
      <h3><bdi>{repo}</bdi> <span className={`report-tag of-${step.kind}`}>{{ data: "data", people: "labels by people", code: "made by code" }[step.kind]}</span></h3>
      <p>
        {origin(commit)}, {moment(commit.at_ms)}{commit.message && <>: “<bdi>{commit.message}</bdi>”</>}
      </p>
      <p className="report-small">
        {read.length > 0 && <>from {[...new Set(read)].join(", ")} · </>}
        {counted(commit.files, "file")} · version <code>{commit.id}</code>
        {step.versions > 1 && <> · {counted(step.versions - 1, "older version")} of it went into it, too</>}
      </p>
    </li>
  );
}

function FilesPart({ lineage }: { lineage: Lineage }) {
  const shown = lineage.datums.slice(0, FILES);
  return (
    <section>
      <h2>How this file was made</h2>
      <table>
        <thead><tr><th>File</th><th>Written by</th><th>Read</th></tr></thead>
        <tbody>
          {shown.map((datum) => (
            <tr key={`${datum.commit}:${datum.path}`}>
              <td><bdi>{datum.path}</bdi></td>
              <td>{plain(datum.pipeline)}, code <code>{datum.recipe.slice(0, 12)}</code></td>
              <td>{datum.inputs.slice(0, 6).map((input) => <div key={input}><bdi>{plain(input.replace(/@[^:]*/, ""))}</bdi></div>)}{datum.inputs.length > 6 && `and ${count(datum.inputs.length - 6)} more`}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {lineage.datums.length > FILES && <p className="report-small">The first {FILES} of {count(lineage.datums.length)} steps.</p>}
    </section>
  );
}

function LabelsPart({ lineage }: { lineage: Lineage }) {
  return (
    <section>
      <h2>Labels in it, and who said so</h2>
      <table>
        <thead><tr><th>Item</th><th>Label</th><th>Guidelines</th><th>Answers, each person as a code</th></tr></thead>
        <tbody>
          {lineage.labels.slice(0, LABELS).map((label) => (
            <tr key={`${label.commit} ${label.key}`}>
              <td><bdi>{label.key}</bdi></td>
              <td><strong><bdi>{told(label.label)}</bdi></strong></td>
              <td>version {label.guideline_version}</td>
              <td>{label.answers.map((answer, index) => <div key={index}><code>{String(answer["worker"] ?? "")}</code> said <bdi>{told(answer["label"])}</bdi>{answer["state"] !== "accepted" && ` (${String(answer["state"])})`}</div>)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {lineage.labels.length > LABELS && <p className="report-small">The first {LABELS} of {count(lineage.labels.length)} labels.</p>}
    </section>
  );
}

/** The people whose answers are in labels upstream, and what they were told. */
function PeoplePart({ step }: { step: Step }) {
  const { commit, repo } = step;
  const facts = commit.derivation?.facts ?? {};
  const version = String(facts["guideline_version"]);
  const workers = useRead("datasets.rows", { reference: `${repo}@${commit.id}:workers`, limit: 1000 });
  const project = useRead("labeling.get", { pipeline: repo });
  const same = project.data && String(project.data.guideline_version) === version;
  return (
    <section>
      <h2>People and guidelines of <bdi>{repo}</bdi></h2>
      <p>
        {counted(Number(facts["answers"] ?? 0), "answer")}, {count(Number(facts["rejected"] ?? 0))} of them rejected, under guidelines version {version}; {money(Number(facts["spent"] ?? 0), facts["currency"] as string | undefined)} paid.
      </p>
      {workers.data && workers.data.items.length > 0 && (
        <table>
          <thead><tr><th>Person, as a code</th><th>State</th><th className="num">Answers</th><th className="num">Rejected</th><th className="num">Known answers right</th></tr></thead>
          <tbody>
            {workers.data.items.map((row) => (
              <tr key={String(row["worker"])}>
                <td><code>{String(row["worker"])}</code></td>
                <td>{String(row["state"])}{row["reason"] ? <>: <bdi>{String(row["reason"])}</bdi></> : null}</td>
                <td className="num">{count(Number(row["answers"]))}</td>
                <td className="num">{count(Number(row["rejected"]))}</td>
                <td className="num">{count(Number(row["golden_right"]))} of {count(Number(row["golden_total"]))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {workers.error && <p className="report-small">Who answered cannot be read any more: {workers.error.message}</p>}
      <h3>Guidelines, version {version}</h3>
      {same && project.data?.guidelines ? (
        <div className="report-guidelines"><Markdown text={project.data.guidelines} from={4} /></div>
      ) : (
        <p className="report-small">
          {project.isPending ? "Reading them…" : same ? "None were written: people saw the question alone." : project.data ? `They were replaced since; version ${project.data.guideline_version} holds now.` : "The labeling project is not there any more."}
        </p>
      )}
    </section>
  );
}

/** For an item of a dataset: its label, who gave it, and what was done to it. */
function ItemPart({ dataset, item }: { dataset: string; item: string }) {
  const found = useRead("datasets.item", { name: dataset, key: item });
  if (found.error) return <section><h2>Its label</h2><p className="report-small">{found.error.message}</p></section>;
  if (!found.data) return <section><h2>Its label</h2><p className="report-small">Reading the item…</p></section>;
  const { item: now, history, answers } = found.data;
  return (
    <section>
      <h2>Its label in <bdi>{dataset}</bdi></h2>
      <p>{now.label == null ? "It has no label." : <><strong><bdi>{now.label}</bdi></strong>, {now.labeled_by === "fixed" ? "fixed by an expert" : now.labeled_by === "people" ? "by people" : now.labeled_by === "ruled" ? "ruled by an expert" : "as it was given"}</>}</p>
      {answers.length > 0 && <ul>{answers.map((answer, index) => <li key={index}><code>{String(answer["worker"] ?? "")}</code> said <bdi>{told(answer["label"])}</bdi></li>)}</ul>}
      {history.length > 0 && (
        <table>
          <thead><tr><th>When</th><th>Who</th><th>What</th></tr></thead>
          <tbody>
            {history.map((event, index) => (
              <tr key={index}><td>{moment(event.at_ms)}</td><td><bdi>{plain(event.by)}</bdi></td><td>{event.kind}{event.label != null && <> <bdi>{event.label}</bdi></>}{event.reason && <>: <bdi>{event.reason}</bdi></>}</td></tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function told(label: unknown): string {
  return typeof label === "string" ? label : JSON.stringify(label);
}

/** Keep the paper as one file: its words and its look, no script, nothing to fetch. */
function save(paper: HTMLElement, name: string): void {
  const title = (paper.querySelector("h1")?.textContent ?? "Report").replace(/[&<>]/g, "");
  const page = `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${title}</title><style>${styles}</style></head><body>${paper.outerHTML}</body></html>\n`;
  const address = URL.createObjectURL(new Blob([page], { type: "text/html" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => { URL.revokeObjectURL(address); }, 10_000);
}
