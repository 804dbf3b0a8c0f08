import type { Pick } from "@/lib/likely";
import { parseReference } from "@/lib/names";
import { Loading } from "@/ui";

import type { Draft, Match } from "./draft";
import { RepoChoice, useFiles } from "./RepoChoice";
import { type Row, columnsOf } from "./rows";

const MATCHES: readonly (readonly [Match, string])[] = [
  ["path", "the whole path"],
  ["name", "the file's name"],
  ["stem", "the name without its ending"],
];

/** Another table that holds the labels: where it is, and how its rows join the items. */
export function LabelTable({ draft, picks, rows, waiting, set }: { draft: Draft; picks: readonly Pick[]; rows: readonly Row[]; waiting: boolean; set: (change: Partial<Draft>) => void }) {
  const { repo, path } = parseReference(draft.labelFrom);
  const { tables, waiting: looking } = useFiles(repo);
  const folders = [...new Set(tables.filter((one) => one.includes("/")).map((one) => one.slice(0, one.lastIndexOf("/"))))];
  const columns = columnsOf(rows);
  return (
    <div className="make-fields">
      <label>
        In the repo
        <RepoChoice value={repo} of={picks} onChange={(next) => { set({ labelFrom: `${next}@main`, labelPipeline: "", classes: [] }); }} />
      </label>
      {repo !== "" && (
        <label>
          The table
          <select className="field" value={path?.replace(/^\//, "") ?? ""} onChange={(event) => { set({ labelFrom: `${repo}@main:${event.target.value}`, classes: [] }); }}>
            <option value="" disabled>
              {looking ? "reading…" : "choose one"}
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
