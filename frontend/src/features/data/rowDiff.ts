/** What changed between two tables, by rows. */

export type Row = Readonly<Record<string, unknown>>;

export interface RowChange {
  kind: "added" | "deleted" | "changed";
  key: string;
  old: Row | null;
  new: Row | null;
  /** Names of the columns that differ, for changed rows. */
  fields: string[];
}

export interface RowDiff {
  /** The column by which rows were matched; null when no column names every row once, and whole rows were compared. */
  key: string | null;
  columns: { name: string; kind: "same" | "added" | "deleted" }[];
  changes: RowChange[];
  same: number;
}

/** Compare two lists of rows. The key is the first column that names each row once on both sides. */
export function diffRows(before: readonly Row[], after: readonly Row[]): RowDiff {
  const oldColumns = columnsOf(before);
  const newColumns = columnsOf(after);
  const columns: RowDiff["columns"] = [
    ...newColumns.map((name) => ({
      name,
      kind: oldColumns.includes(name) || before.length === 0 ? ("same" as const) : ("added" as const),
    })),
    ...oldColumns
      .filter((name) => !newColumns.includes(name))
      .map((name) => ({ name, kind: after.length === 0 ? ("same" as const) : ("deleted" as const) })),
  ];
  const key = columns.find(({ name }) => isKey(before, name) && isKey(after, name))?.name ?? null;
  return key === null
    ? { key, columns, ...byWholeRow(before, after) }
    : {
        key,
        columns,
        ...byKey(
          before,
          after,
          key,
          columns.map(({ name }) => name),
        ),
      };
}

/** Take away the column `row` that the server adds to number rows that have no key of their own. */
export function withoutRowNumbers(rows: readonly Row[]): readonly Row[] {
  const numbered = rows.length > 0 && rows.every((row) => Object.keys(row)[0] === "row" && /^\d{12}$/.test(cellText(row["row"])));
  if (!numbered) return rows;
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== "row")));
}

/** Return all columns of some rows, in the order in which they first stand. */
export function columnsOf(rows: readonly Row[]): string[] {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  return [...names];
}

/** Return a cell as text; missing is "". */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : String(value);
}

function isKey(rows: readonly Row[], name: string): boolean {
  const seen = new Set<string>();
  for (const row of rows) {
    const value = row[name];
    if (value === null || value === undefined || typeof value === "object") return false;
    seen.add(cellText(value));
  }
  return seen.size === rows.length;
}

function byKey(
  before: readonly Row[],
  after: readonly Row[],
  key: string,
  columns: string[],
): Pick<RowDiff, "changes" | "same"> {
  const old = new Map(before.map((row) => [cellText(row[key]), row]));
  const changes: RowChange[] = [];
  let same = 0;
  for (const row of after) {
    const name = cellText(row[key]);
    const was = old.get(name);
    old.delete(name);
    if (!was) changes.push({ kind: "added", key: name, old: null, new: row, fields: [] });
    else {
      const fields = columns.filter((column) => !equal(was[column], row[column]));
      if (fields.length) changes.push({ kind: "changed", key: name, old: was, new: row, fields });
      else same++;
    }
  }
  for (const [name, row] of old) changes.push({ kind: "deleted", key: name, old: row, new: null, fields: [] });
  return { changes, same };
}

function byWholeRow(before: readonly Row[], after: readonly Row[]): Pick<RowDiff, "changes" | "same"> {
  const left = new Map<string, Row[]>();
  for (const row of before) {
    const text = JSON.stringify(row);
    const group = left.get(text);
    if (group) group.push(row);
    else left.set(text, [row]);
  }
  const changes: RowChange[] = [];
  let same = 0;
  after.forEach((row, index) => {
    if (left.get(JSON.stringify(row))?.pop()) same++;
    else changes.push({ kind: "added", key: `row ${index + 1}`, old: null, new: row, fields: [] });
  });
  const gone = [...left.values()].flat();
  gone.forEach((row) => changes.push({ kind: "deleted", key: "", old: row, new: null, fields: [] }));
  return { changes, same };
}

function equal(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left ?? null) === JSON.stringify(right ?? null);
}
