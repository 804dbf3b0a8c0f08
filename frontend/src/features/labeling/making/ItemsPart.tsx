import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";

import type { ApiError } from "@/api/client";
import type { Pick } from "@/lib/likely";
import { ErrorNote, Loading, RepoOptions } from "@/ui";

import type { Project } from "./project";
import { type Source, globOf, useTable } from "./source";

const WORDS = { image: "pictures", audio: "recordings", text: "texts", table: "tables" } as const;

interface Props {
  picks: readonly Pick[];
  project: Project;
  source: UseQueryResult<Source, ApiError>;
  set: (change: Partial<Project>) => void;
}

/** What people are shown: the files of a repo, or the rows of a table in it. */
export function ItemsPart({ picks, project, source, set }: Props) {
  const { items } = project;
  const found = source.data;
  return (
    <fieldset className="making-part">
      <legend>1. What shall be labeled?</legend>
      <label>
        The items of
        <select className="field" value={items.repo} onChange={(event) => { set({ items: { kind: "files", repo: event.target.value, glob: "/**" }, known: null }); }}>
          <RepoOptions picks={picks} />
        </select>
      </label>
      {source.error ? (
        <ErrorNote error={source.error} retry={() => void source.refetch()} />
      ) : !found ? (
        <Loading what="Looking at what is in it…" />
      ) : found.empty ? (
        <p className="quiet">It is empty now. People are asked as soon as something is imported.</p>
      ) : (
        <>
          {found.tables.length > 0 && found.shows !== "table" && (
            <div role="radiogroup" aria-label="Files or rows" className="making-choice">
              <label className="check">
                <input type="radio" name="kind" checked={items.kind === "files"} onChange={() => { set({ items: { kind: "files", repo: items.repo, glob: globOf("", found.endings.slice(0, 6)) } }); }} />
                its {found.shows ? WORDS[found.shows] : "files"}
              </label>
              <label className="check">
                <input type="radio" name="kind" checked={items.kind === "rows"} onChange={() => { set({ items: { kind: "rows", repo: items.repo, path: found.tables[0] ?? "", key: null, item: "", other: null } }); }} />
                the rows of a table in it
              </label>
            </div>
          )}
          {items.kind === "files" ? <Files project={project} endings={found.endings} set={set} /> : <Rows project={project} items={items} tables={found.tables} set={set} />}
        </>
      )}
    </fieldset>
  );
}

function Files({ project, endings, set }: { project: Project; endings: readonly string[]; set: Props["set"] }) {
  const [folder, setFolder] = useState("");
  if (project.items.kind !== "files") return null;
  const { repo } = project.items;
  return (
    <label>
      Only those in the folder <span className="faint">(empty: all {endings.slice(0, 6).map((ending) => `.${ending}`).join(", ")} files)</span>
      <input
        className="field"
        value={folder}
        dir="auto"
        spellCheck={false}
        placeholder="the whole repo"
        onChange={(event) => {
          setFolder(event.target.value);
          set({ items: { kind: "files", repo, glob: globOf(event.target.value, endings.slice(0, 6)) } });
        }}
      />
    </label>
  );
}

interface RowsProps {
  project: Project;
  items: Extract<Project["items"], { kind: "rows" }>;
  tables: readonly string[];
  set: Props["set"];
}

function Rows({ project, items, tables, set }: RowsProps) {
  const table = useTable(items.path ? `${items.repo}@main:${items.path}` : null);
  const change = (part: Partial<RowsProps["items"]>) => { set({ items: { ...items, ...part } }); };
  const columns = table.data?.columns ?? [];
  return (
    <>
      <label>
        Each row of
        <select className="field" value={items.path} onChange={(event) => { change({ path: event.target.value, key: null, item: "", other: null }); }}>
          {tables.map((path) => <option key={path}>{path}</option>)}
        </select>
      </label>
      {table.error && <ErrorNote error={table.error} />}
      {table.isPending && <Loading what="Reading its first rows…" />}
      {table.data && (
        <div className="making-columns">
          <Column label="People are shown the column" columns={columns} value={items.item} example={table.data.rows[0]?.[items.item]} onPick={(item) => { change({ item: item ?? "" }); }} />
          {project.template.shows === "pair" && (
            <Column label="beside the column" columns={columns} value={items.other ?? ""} example={items.other ? table.data.rows[0]?.[items.other] : undefined} onPick={(other) => { change({ other }); }} />
          )}
          <Column label="A row's name is in" columns={columns} value={items.key ?? ""} none="no column: rows are told apart by what they say" onPick={(key) => { change({ key }); }} />
        </div>
      )}
    </>
  );
}

/** Pick a column, with what is in it. */
export function Column({ label, columns, value, none = "choose one…", example, onPick }: {
  label: string;
  columns: readonly string[];
  value: string;
  none?: string;
  example?: unknown;
  onPick: (column: string | null) => void;
}) {
  return (
    <label>
      {label}
      <select className="field" value={value} onChange={(event) => { onPick(event.target.value || null); }}>
        <option value="">{none}</option>
        {columns.map((column) => <option key={column} value={column}>{column}</option>)}
      </select>
      {value !== "" && example !== undefined && example !== null && <span className="faint making-example" dir="auto">such as “{String(example as string).slice(0, 120)}”</span>}
    </label>
  );
}
