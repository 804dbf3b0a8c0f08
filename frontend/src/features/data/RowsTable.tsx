import { cellText, columnsOf, type Row } from "./rowDiff";
import { shownName } from "./reference";

const LONGEST = 300;

/** Rows as a table; cells are shown as text, whatever they say. */
export function RowsTable({ rows, from = 0 }: { rows: readonly Row[]; from?: number }) {
  const columns = columnsOf(rows);
  if (rows.length === 0) return <p className="data-none">No rows.</p>;
  return (
    <div className="table-wrap data-rows" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th className="num" aria-label="Row number" />
            {columns.map((name) => (
              <th key={name} className={rows.every((row) => row[name] == null || typeof row[name] === "number") ? "num" : ""}>
                <bdi>{shownName(name)}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              <td className="num faint">{from + index + 1}</td>
              {columns.map((name) => (
                <Cell key={name} value={row[name]} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Cell({ value, mark }: { value: unknown; mark?: "added" | "deleted" | undefined }) {
  if (value === null || value === undefined)
    return <td className={`faint ${mark ?? ""}`}>—</td>;
  const text = cellText(value);
  const cut = text.length > LONGEST;
  return (
    <td className={`${typeof value === "number" ? "num" : ""} ${mark ?? ""}`} dir="auto" {...(text.length > 30 ? { title: shownName(text.slice(0, 4000)) } : {})}>
      {shownName(cut ? text.slice(0, LONGEST) : text)}
      {cut && "…"}
    </td>
  );
}
