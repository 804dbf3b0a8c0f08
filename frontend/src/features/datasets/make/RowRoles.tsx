import { Loading } from "@/ui";

import { type Draft, type Media, commonMedia } from "./draft";
import { type Row, columnsOf } from "./rows";

/** The first rows, and above each column what it is. */
export function RowRoles({ draft, rows, waiting, set }: { draft: Draft; rows: readonly Row[]; waiting: boolean; set: (change: Partial<Draft>) => void }) {
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
