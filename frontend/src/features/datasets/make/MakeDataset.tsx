import { useNavigate } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";

import { addressOf, call } from "@/api/client";
import { useAct, usePages, useRead } from "@/api/queries";
import { MediaView } from "@/canvas/MediaView";
import { COLOURS, colourOf } from "@/lib/colours";
import { count, counted } from "@/lib/format";
import { fullName, parseReference } from "@/lib/names";
import { Button, ErrorNote, Icon, Loading } from "@/ui";

import { type Draft, EMPTY, type Match, type Media, classesFrom, commonMedia, definitionOf, draftOf, folderLabel, isTable, labeledRepo, labelsOf, missing } from "./draft";

const MEDIA: readonly (readonly [Media, string])[] = [
  ["image", "pictures"],
  ["text", "texts"],
  ["audio", "sounds"],
  ["video", "videos"],
  ["none", "rows of numbers and words"],
];
const MATCHES: readonly (readonly [Match, string])[] = [
  ["path", "the whole path"],
  ["name", "the file's name"],
  ["stem", "the name without its ending"],
];
const FIRST = 8;

/** Make a dataset of data that is here already: choose the repo, look at its first items, say what is what. */
export function MakeDataset({ start, onClose }: { start?: string | undefined; onClose: () => void }) {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [repo, setRepo] = useState("");
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [guessing, setGuessing] = useState(false);
  const asked = useRef("");
  const repos = usePages("repos.list", { limit: 1000 });
  const field = useRef<HTMLSelectElement>(null);
  useEffect(() => { field.current?.focus(); }, []);
  const sources = repos.items.filter((one) => one.kind === "data").map((one) => fullName(one.project, one.name));
  const pipelines = useRead("pipelines.list", { limit: 1000 });
  const asking = (of: string): string[] =>
    of === "" ? [] : (pipelines.data?.items ?? []).filter((one) => labeledRepo(one.spec) === of).map((one) => fullName(one.project, one.name));
  const projects = asking(repo);
  const files = useRead("files.walk", { reference: `${repo}@main`, limit: 1000 }, { enabled: repo !== "" });
  const paths = useMemo(() => (files.data?.items ?? []).filter((one) => one.kind === "file").map((one) => one.path.replace(/^\//, "")), [files.data]);
  const tables = paths.filter(isTable);
  const act = useAct("datasets.define", (made) => { void navigate({ to: "/datasets/$name", params: { name: fullName(made.project, made.name) } }); });
  const set = (change: Partial<Draft>): void => { setDraft((before) => ({ ...before, ...change })); };

  async function choose(next: string): Promise<void> {
    setRepo(next);
    asked.current = next;
    if (name === "" || name === suggested(repo)) setName(suggested(next));
    setDraft({ ...EMPTY, from: `${next}@main` });
    setGuessing(true);
    // Where people are asked about these very items, their answers are most likely what is meant.
    const [project] = asking(next);
    try {
      const definition = await call("datasets.guess", { reference: `${next}@main` });
      const guessed = draftOf(definition as Readonly<Record<string, unknown>>);
      if (asked.current === next) setDraft(project !== undefined && guessed.items === "files" && guessed.labels === "none" ? { ...guessed, ...labelsOf(project) } : guessed);
    } catch {
      // No guess is no trouble: the form says what there is to choose.
      if (asked.current === next) setDraft({ ...EMPTY, from: `${next}@main`, media: commonMedia(paths) });
    } finally {
      if (asked.current === next) setGuessing(false);
    }
  }
  // A link may name the repo; it is chosen once all is known that the guess takes in.
  const begun = useRef(false);
  const begin = useEffectEvent(() => {
    if (begun.current || start === undefined || !sources.includes(start)) return;
    begun.current = true;
    void choose(start);
  });
  const known = !repos.isPending && !pipelines.isPending;
  useEffect(() => { if (known) begin(); }, [known]);
  const table = draft.items === "rows" && draft.from.includes(":") ? draft.from : null;
  const rows = useRows(table);
  // The tables of a whole repo are of different kinds: columns are shown of a chosen one only.
  const labelRows = useRows(draft.labels === "table" && draft.labelFrom.includes(":") ? draft.labelFrom : null);
  const found = useMemo(() => {
    if (draft.labels === "folder") return classesFrom(paths.filter((path) => !isTable(path)).map(folderLabel));
    if (draft.labels === "column") return classesFrom(rows.data.map((row) => row[draft.labelColumn]));
    if (draft.labels === "table") return classesFrom(labelRows.data.map((row) => row[draft.labelColumn]));
    return [];
  }, [draft.labels, draft.labelColumn, paths, rows.data, labelRows.data]);
  const classes = draft.classes.length > 0 ? draft.classes : found;
  const problem = files.error ?? rows.error;
  const lacking = missing(draft);
  const nameWrong = name !== "" && !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name);
  const taken = repos.items.some((one) => one.name === name && one.kind !== "dataset");
  return (
    <form
      className="panel make-dataset"
      aria-label="Make a dataset"
      onKeyDown={(event) => { if (event.key === "Escape" && !event.defaultPrevented) onClose(); }}
      onSubmit={(event) => {
        event.preventDefault();
        if (lacking === null && name !== "" && !nameWrong && !taken) act.mutate({ name, description, definition: definitionOf({ ...draft, classes }) });
      }}
    >
      <fieldset>
        <legend>1 · The data</legend>
        <label>
          From the repo that holds the items themselves
          <select ref={field} className="field" value={repo} onChange={(event) => void choose(event.target.value)}>
            <option value="" disabled>
              {repos.isPending ? "reading…" : "choose one"}
            </option>
            {sources.map((source) => (
              <option key={source}>{source}</option>
            ))}
          </select>
        </label>
        {repo !== "" && (
          <>
            <label>
              An item is
              <select
                className="field"
                value={draft.items === "files" ? "files" : (parseReference(draft.from).path ?? "")}
                onChange={(event) => {
                  const chosen = event.target.value;
                  if (chosen === "files") set({ items: "files", from: `${repo}@main`, key: "", media: commonMedia(paths), mediaColumn: "", labels: draft.labels === "column" ? "none" : draft.labels, classes: [] });
                  else set({ items: "rows", from: `${repo}@main:${chosen}`, glob: "", key: "", media: "none", mediaColumn: "", labels: "none", classes: [] });
                }}
              >
                <option value="files">every file ({files.data?.next ? `${count(paths.length)} and more` : count(paths.length)})</option>
                {[...new Set([...tables, ...(draft.items === "rows" ? [parseReference(draft.from).path ?? ""] : [])])].filter(Boolean).map((path) => (
                  <option key={path} value={path}>
                    every row of {path}
                  </option>
                ))}
              </select>
            </label>
            <label>
              It shows
              <select className="field" value={draft.media} onChange={(event) => { set({ media: event.target.value as Media }); }}>
                {MEDIA.map(([value, word]) => (
                  <option key={value} value={value}>
                    {word}
                  </option>
                ))}
              </select>
            </label>
            {draft.items === "files" && (
              <label>
                Only files named like
                <input className="field mono" placeholder="all files" title="* stands for any letters, ** also for folders: night/**.jpg" value={draft.glob} spellCheck={false} onChange={(event) => { set({ glob: event.target.value }); }} />
              </label>
            )}
          </>
        )}
      </fieldset>
      {repo !== "" && (
        <fieldset disabled={guessing}>
          <legend>2 · The first items{guessing ? ", being looked at…" : ""}</legend>
          {problem && <ErrorNote error={problem} />}
          {draft.items === "files" ? (
            <FilePreview repo={repo} paths={shownPaths(paths, draft)} media={draft.media} labels={draft.labels} waiting={files.isPending} />
          ) : (
            <RowRoles draft={draft} rows={rows.data} waiting={rows.waiting} set={set} />
          )}
          {draft.items === "rows" && draft.media !== "none" && draft.media !== "text" && (
            <label>
              The files lie in the repo
              <select className="field" value={parseReference(draft.mediaFrom || `${repo}@main`).repo} onChange={(event) => { set({ mediaFrom: event.target.value === repo ? "" : `${event.target.value}@main` }); }}>
                {sources.map((source) => (
                  <option key={source}>{source}</option>
                ))}
              </select>
            </label>
          )}
        </fieldset>
      )}
      {repo !== "" && (
        <fieldset disabled={guessing}>
          <legend>3 · The labels</legend>
          <div className="chips" role="group" aria-label="Where are the labels?">
            {(
              [
                ["none", "none yet"],
                ...(draft.items === "files" ? [["folder", "the folder is the label"]] : [["column", "a column above"]]),
                ["table", "in another table"],
              ] as [Draft["labels"], string][]
            ).map(([value, word]) => (
              <button key={value} type="button" className="chip" aria-pressed={draft.labels === value && (value !== "table" || draft.labelPipeline === "")} onClick={() => { set({ ...(draft.labelPipeline ? { labelFrom: "", labelPipeline: "" } : {}), labels: value, classes: [] }); }}>
                {word}
              </button>
            ))}
            {projects.map((project) => (
              <button key={project} type="button" className="chip" aria-pressed={draft.labels === "table" && draft.labelPipeline === project} onClick={() => { set(labelsOf(project)); }}>
                what people say in <bdi>{project}</bdi>
              </button>
            ))}
          </div>
          {draft.labels === "table" && draft.labelPipeline !== "" && (
            <p className="quiet">
              {labelRows.waiting ? "Reading its labels…"
              : labelRows.error ? `${draft.labelPipeline} has no labels yet; they appear in the dataset as soon as it publishes some.`
              : `The labels that hold in ${draft.labelPipeline}, always as published last. A label that you fix is final there, too.`}
            </p>
          )}
          {draft.labels === "table" && draft.labelPipeline === "" && <LabelTable draft={draft} sources={sources} rows={labelRows.data} waiting={labelRows.waiting} set={set} />}
          {labelRows.error && draft.labelPipeline === "" && <ErrorNote error={labelRows.error} />}
          {draft.labels !== "none" && <ClassList classes={classes} onChange={(next) => { set({ classes: next }); }} />}
        </fieldset>
      )}
      {repo !== "" && (
        <fieldset>
          <legend>4 · Its name</legend>
          <label>
            Name
            <input className="field" value={name} spellCheck={false} aria-invalid={nameWrong || taken} onChange={(event) => { setName(event.target.value); }} />
            {nameWrong && <span className="need" role="alert">Letters, digits, - . _ only, beginning with a letter or digit.</span>}
            {taken && <span className="need" role="alert">A repo has this name. Choose another.</span>}
          </label>
          <label className="wide">
            What is it for? <span className="faint">(may be empty)</span>
            <input className="field" value={description} dir="auto" onChange={(event) => { setDescription(event.target.value); }} />
          </label>
        </fieldset>
      )}
      <div className="make-acts">
        <Button type="submit" look="main" disabled={act.isPending || lacking !== null || name === "" || nameWrong || taken || guessing}>
          {act.isPending ? "Reading all items…" : `Make the dataset${name ? ` ${name}` : ""}`}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
        {repo !== "" && lacking && <span className="quiet">{lacking}</span>}
      </div>
      {act.error && <ErrorNote error={act.error} />}
    </form>
  );
}

function suggested(repo: string): string {
  return repo === "" ? "" : `${repo.slice(repo.lastIndexOf("/") + 1)}-set`;
}

type Row = Readonly<Record<string, unknown>>;
const NO_ROWS: readonly Row[] = [];

function useRows(reference: string | null) {
  const found = useRead("datasets.rows", { reference: reference ?? "", limit: 1000 }, { enabled: reference !== null && reference !== "" });
  const data = reference !== null && found.data ? (found.data.items as readonly Row[]) : NO_ROWS;
  return { data, waiting: found.isLoading, error: reference === null ? null : found.error };
}

function columnsOf(rows: readonly Row[]): string[] {
  return Object.keys(rows[0] ?? {}).filter((column) => column !== "row");
}

function shownPaths(paths: readonly string[], draft: Draft): string[] {
  const folder = parseReference(draft.from).path?.replace(/^\/|\/$/g, "") ?? "";
  const ending = /\.([a-z0-9]+)$/i.exec(draft.glob)?.[1]?.toLowerCase();
  return paths.filter((path) => (folder === "" || path.startsWith(`${folder}/`)) && (ending ? path.toLowerCase().endsWith(`.${ending}`) : !isTable(path)));
}

function FilePreview({ repo, paths, media, labels, waiting }: { repo: string; paths: readonly string[]; media: Media; labels: Draft["labels"]; waiting: boolean }) {
  if (waiting) return <Loading what="Looking at the files…" />;
  if (paths.length === 0) return <p className="quiet">There are no such files in {repo}.</p>;
  return (
    <ul className="make-preview">
      {paths.slice(0, FIRST).map((path) => {
        const reference = `${repo}@main:${path}`;
        return (
          <li key={path}>
            <div className="make-picture">
              <MediaView media={{ kind: media === "text" ? "file" : media, reference }} name={path} address={addressOf("files.read", { reference })} fit="tile" />
            </div>
            <bdi className="ellipsis" title={path}>{path}</bdi>
            {labels === "folder" && <strong className="ellipsis">{folderLabel(path) || "no folder"}</strong>}
          </li>
        );
      })}
    </ul>
  );
}

/** The first rows, and above each column what it is. */
function RowRoles({ draft, rows, waiting, set }: { draft: Draft; rows: readonly Row[]; waiting: boolean; set: (change: Partial<Draft>) => void }) {
  if (waiting) return <Loading what="Reading the first rows…" />;
  const columns = columnsOf(rows);
  if (columns.length === 0) return <p className="quiet">Choose a table above.</p>;
  const roleOf = (column: string): string =>
    column === draft.key ? "key" : column === draft.mediaColumn && draft.media !== "none" ? "media" : draft.labels === "column" && column === draft.labelColumn ? "label" : "field";
  function give(column: string, role: string): void {
    const change: Partial<Draft> = {};
    if (draft.key === column) change.key = "";
    if (draft.mediaColumn === column) change.mediaColumn = "";
    if (draft.labels === "column" && draft.labelColumn === column) Object.assign(change, { labels: "none", labelColumn: "" });
    if (role === "key") change.key = column;
    if (role === "media") Object.assign(change, { mediaColumn: column, ...(draft.media === "none" ? { media: guessMedia(rows, column) } : {}) });
    if (role === "label") Object.assign(change, { labels: "column", labelColumn: column });
    set({ ...change, classes: [] });
  }
  return (
    <div className="table-wrap">
      <table className="table make-rows">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} className={`role-${roleOf(column)}`}>
                <bdi>{column}</bdi>
                <select className="field" aria-label={`What is ${column}?`} value={roleOf(column)} onChange={(event) => { give(column, event.target.value); }}>
                  <option value="key">names the item</option>
                  <option value="media">is shown (text or file)</option>
                  <option value="label">is the label</option>
                  <option value="field">is a field</option>
                </select>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, 5).map((row, index) => (
            <tr key={index}>
              {columns.map((column) => (
                <td key={column} className={`role-${roleOf(column)}`}>
                  <div className="make-cell" dir="auto">{said(row[column])}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function said(value: unknown): string {
  return value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
}

function guessMedia(rows: readonly Row[], column: string): Media {
  const kind = commonMedia(rows.slice(0, 20).map((row) => said(row[column])));
  return kind === "none" ? "text" : kind;
}

function LabelTable({ draft, sources, rows, waiting, set }: { draft: Draft; sources: readonly string[]; rows: readonly Row[]; waiting: boolean; set: (change: Partial<Draft>) => void }) {
  const { repo, path } = parseReference(draft.labelFrom);
  const files = useRead("files.walk", { reference: `${repo}@main`, limit: 1000 }, { enabled: repo !== "" });
  const tables = (files.data?.items ?? []).map((one) => one.path.replace(/^\//, "")).filter(isTable);
  const folders = [...new Set(tables.filter((one) => one.includes("/")).map((one) => one.slice(0, one.lastIndexOf("/"))))];
  const columns = columnsOf(rows);
  return (
    <div className="make-fields">
      <label>
        In the repo
        <select className="field" value={repo} onChange={(event) => { set({ labelFrom: `${event.target.value}@main`, labelPipeline: "", classes: [] }); }}>
          <option value="" disabled>
            choose one
          </option>
          {sources.map((source) => (
            <option key={source}>{source}</option>
          ))}
        </select>
      </label>
      {repo !== "" && (
        <label>
          The table
          <select className="field" value={path?.replace(/^\//, "") ?? ""} onChange={(event) => { set({ labelFrom: `${repo}@main:${event.target.value}`, classes: [] }); }}>
            <option value="" disabled>
              {files.isPending ? "reading…" : "choose one"}
            </option>
            {[...new Set([...folders, ...tables, ...(path ? [path.replace(/^\//, "")] : [])])].map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      )}
      {waiting && <Loading what="Reading its first rows…" />}
      {columns.length > 0 && (
        <>
          <label>
            Its item is in
            <Choose value={draft.labelKey} of={columns} onChange={(labelKey) => { set({ labelKey }); }} />
          </label>
          <label>
            and is
            <select className="field" value={draft.labelMatch} onChange={(event) => { set({ labelMatch: event.target.value as Match }); }}>
              {MATCHES.map(([value, word]) => (
                <option key={value} value={value}>
                  {word}
                </option>
              ))}
            </select>
          </label>
          <label>
            Its label is in
            <Choose value={draft.labelColumn} of={columns} onChange={(labelColumn) => { set({ labelColumn, classes: [] }); }} />
          </label>
        </>
      )}
    </div>
  );
}

function Choose({ value, of, onChange }: { value: string; of: readonly string[]; onChange: (value: string) => void }) {
  return (
    <select className="field" value={of.includes(value) ? value : ""} onChange={(event) => { onChange(event.target.value); }}>
      <option value="" disabled>
        choose a column
      </option>
      {of.map((one) => (
        <option key={one}>{one}</option>
      ))}
    </select>
  );
}

function ClassList({ classes, onChange }: { classes: Draft["classes"]; onChange: (classes: Draft["classes"]) => void }) {
  const [typed, setTyped] = useState("");
  return (
    <div className="make-classes">
      <span className="quiet">
        {classes.length === 0 ? "The classes are taken from the labels." : `${counted(classes.length, "class", "classes")} found; the first ten get the keys 1 to 0. A click on the dot gives another colour.`}
      </span>
      <ul>
        {classes.map((one, index) => (
          <li key={one.name} className="class-row">
            <button
              type="button"
              className="colour"
              aria-label={`Another colour for ${one.name}`}
              onClick={() => { onChange(classes.map((other, at) => (at === index ? { ...other, colour: (other.colour % COLOURS) + 1 } : other))); }}
            >
              <span className="dot" style={{ background: colourOf(one.colour - 1) }} />
            </button>
            <bdi>{one.name}</bdi>
            <button type="button" className="take-out" aria-label={`Leave out the class ${one.name}`} onClick={() => { onChange(classes.filter((_, at) => at !== index)); }}>
              <Icon name="cross" size={12} />
            </button>
          </li>
        ))}
        <li>
          <input
            className="field"
            aria-label="Another class"
            placeholder="another class"
            value={typed}
            dir="auto"
            onChange={(event) => { setTyped(event.target.value); }}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              const name = typed.trim();
              if (name && !classes.some((one) => one.name === name)) onChange([...classes, { name, colour: (classes.length % COLOURS) + 1 }]);
              setTyped("");
            }}
          />
        </li>
      </ul>
    </div>
  );
}
