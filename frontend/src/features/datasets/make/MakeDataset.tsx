import { useNavigate } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";

import { call } from "@/api/client";
import { useHoldings } from "@/api/holdings";
import { useAct, usePages, useRead } from "@/api/queries";
import { choicesOf } from "@/lib/classesAsked";
import { count } from "@/lib/format";
import { firstOf, picksOf } from "@/lib/likely";
import { fullName, parseReference } from "@/lib/names";
import { Button, ErrorNote } from "@/ui";

import { ClassList } from "./ClassList";
import { type Draft, EMPTY, type Media, classesFrom, commonMedia, definitionOf, draftOf, folderLabel, isTable, labeledRepo, labelsOf, missing } from "./draft";
import { FilePreview, OnlyFiles, shownPaths } from "./FilesPart";
import { LabelTable } from "./LabelTable";
import { RepoChoice, useFiles } from "./RepoChoice";
import { RowRoles } from "./RowRoles";
import { useRows } from "./rows";

const MEDIA: readonly (readonly [Media, string])[] = [
  ["image", "pictures"],
  ["text", "texts"],
  ["audio", "sounds"],
  ["video", "videos"],
  ["none", "rows of numbers and words"],
];

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
  const { known: holdings } = useHoldings(repos.isPending ? undefined : repos.items);
  const picks = picksOf(repos.items, (name) => holdings?.get(name)?.media);
  const sources = picks.flatMap((group) => group.names);
  const pipelines = useRead("pipelines.list", { limit: 1000 });
  const asking = (of: string): string[] =>
    of === "" ? [] : (pipelines.data?.items ?? []).filter((one) => labeledRepo(one.spec) === of).map((one) => fullName(one.project, one.name));
  // All that people may answer, though no item may have some of it yet.
  const classesOf = (project: string): string[] => {
    const spec = pipelines.data?.items.find((one) => fullName(one.project, one.name) === project)?.spec;
    const config = (spec?.["labeling"] as { config?: unknown } | undefined)?.config;
    return typeof config === "string" ? choicesOf(config) : [];
  };
  const projects = asking(repo);
  const { paths, tables, more, ...files } = useFiles(repo);
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
      if (asked.current === next) setDraft(project !== undefined && guessed.items === "files" && guessed.labels === "none" ? { ...guessed, ...labelsOf(project, classesOf(project)) } : guessed);
    } catch {
      // No guess is no trouble: the form says what there is to choose.
      if (asked.current === next) setDraft({ ...EMPTY, from: `${next}@main`, media: commonMedia(paths) });
    } finally {
      if (asked.current === next) setGuessing(false);
    }
  }
  // A link may name the repo, else the likeliest is taken; it is chosen once all is known that the guess takes in.
  const begun = useRef(false);
  const begin = useEffectEvent(() => {
    const first = start !== undefined && sources.includes(start) ? start : firstOf(picks);
    if (begun.current || repo !== "" || first === undefined) return;
    begun.current = true;
    void choose(first);
  });
  const known = !repos.isPending && !pipelines.isPending && holdings !== null;
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
          <RepoChoice chooser={field} value={repo} of={picks} waiting={repos.isPending} onChange={(next) => void choose(next)} />
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
                <option value="files">every file ({more ? `${count(paths.length)} and more` : count(paths.length)})</option>
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
              <OnlyFiles paths={paths} more={more} glob={draft.glob} onChange={(glob) => { set({ glob }); }} />
            )}
          </>
        )}
      </fieldset>
      {repo !== "" && (
        <fieldset disabled={guessing}>
          <legend>2 · The first items{guessing ? ", being looked at…" : ""}</legend>
          {problem && <ErrorNote error={problem} />}
          {draft.items === "files" ? (
            <FilePreview repo={repo} paths={shownPaths(paths, draft)} media={draft.media} labels={draft.labels} waiting={files.waiting} />
          ) : (
            <RowRoles draft={draft} rows={rows.data} waiting={rows.waiting} set={set} />
          )}
          {draft.items === "rows" && draft.media !== "none" && draft.media !== "text" && (
            <label>
              The files lie in the repo
              <RepoChoice value={parseReference(draft.mediaFrom || `${repo}@main`).repo} of={picks} onChange={(next) => { set({ mediaFrom: next === repo ? "" : `${next}@main` }); }} />
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
              <button key={project} type="button" className="chip" aria-pressed={draft.labels === "table" && draft.labelPipeline === project} onClick={() => { set(labelsOf(project, classesOf(project))); }}>
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
          {draft.labels === "table" && draft.labelPipeline === "" && <LabelTable draft={draft} picks={picksOf(repos.items, (one) => holdings?.get(one)?.tables)} rows={labelRows.data} waiting={labelRows.waiting} set={set} />}
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
            <span>What is it for? <span className="faint">(may be empty)</span></span>
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
