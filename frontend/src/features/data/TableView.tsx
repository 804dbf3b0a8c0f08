import { useState } from "react";

import { usePages, useRead } from "@/api/queries";
import { count, counted } from "@/lib/format";
import { Button, Empty, ErrorNote, Loading } from "@/ui";

import { NoVersion } from "./ChangesView";
import type { Moment } from "./moment";
import type { Go } from "./place";
import { referenceOf, shownName } from "./reference";
import { RowsTable } from "./RowsTable";
import { type Row, columnsOf, withoutRowNumbers } from "./rowDiff";

/** A file or folder of rows as one table: its columns, a filter in words, its pages and how many rows there are. */
export function TableView({ name, moment, path, where, go }: { name: string; moment: Moment; path: string; where: string; go: Go }) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const reference = referenceOf(name, moment.commit?.id, path);
  const enabled = moment.commit !== null;
  const first = useRead("datasets.rows", { reference, limit: 1 }, { enabled });
  const total = useRead("datasets.count", { reference }, { enabled: first.data !== undefined });
  const matching = useRead("datasets.count", { reference, where }, { enabled: first.data !== undefined && where !== "", keep: false });
  const rows = usePages("datasets.rows", { reference, where, limit: 200 }, { enabled: first.data !== undefined });
  if (!enabled) return <NoVersion />;
  const columns = columnsOf(withoutRowNumbers((first.data?.items ?? []) as readonly Row[]));
  const shown = withoutRowNumbers(rows.items as readonly Row[]).map((row) =>
    hidden.size === 0 ? row : Object.fromEntries(Object.entries(row).filter(([column]) => !hidden.has(column))),
  );
  const found = where === "" ? total.data : matching.data;
  return (
    <div className="data-table-view">
      <div className="data-inline">
        <Button small icon="left" onClick={() => { go({ view: undefined, where: undefined, file: path || undefined }); }}>
          Back to the files
        </Button>
        <strong><bdi>{shownName(path) || "all tables of this version"}</bdi></strong>
      </div>
      {first.error && (
        <>
          <ErrorNote error={first.error} retry={() => void first.refetch()} />
          <Empty title="This cannot be read as a table">
            <p>Tables are files that end in .csv, .tsv, .jsonl, .ndjson or .parquet, or folders that hold only such files.</p>
          </Empty>
        </>
      )}
      {!first.error && (
        <>
          <Filter key={where} where={where} wrong={rows.error !== null} example={columns[0] ?? "label"} go={go} />
          <p id="data-filter-help" className="faint">
            Text stands in quotes. Tests: = != &lt; &lt;= &gt; &gt;=, contains, starts with, in (…), is missing; join them with and, or, not.
          </p>
          <div className="chips" role="group" aria-label="Columns">
            {columns.map((column) => (
              <button
                key={column}
                type="button"
                className="chip"
                aria-pressed={!hidden.has(column)}
                title={hidden.has(column) ? "Show this column" : "Hide this column"}
                onClick={() => {
                  const next = new Set(hidden);
                  if (!next.delete(column)) next.add(column);
                  setHidden(next);
                }}
              >
                <bdi>{shownName(column)}</bdi>
              </button>
            ))}
          </div>
          {rows.error ? (
            <ErrorNote error={rows.error} />
          ) : rows.isPending ? (
            <Loading what="Reading the rows…" />
          ) : (
            <>
              <p role="status">
                <strong>{found === undefined ? "…" : counted(found, "row")}</strong>
                {where !== "" && total.data !== undefined && ` of ${count(total.data)} match`}
                {shown.length > 0 && <span className="faint">, {count(shown.length)} shown</span>}
              </p>
              {shown.length > 0 ? (
                <RowsTable rows={shown} />
              ) : (
                <Empty title={where ? "No row matches" : "This table has no rows"}>
                  {where && <Button onClick={() => { go({ where: undefined }); }}>Show all rows</Button>}
                </Empty>
              )}
              {rows.hasMore && (
                <Button onClick={rows.more} disabled={rows.isLoadingMore}>
                  {rows.isLoadingMore ? "Loading…" : `Show ${count(Math.min(200, Math.max(1, (found ?? Infinity) - shown.length)))} more`}
                </Button>
              )}
            </>
          )}
        </>
      )}
    </div>
  );
}

function Filter({ where, wrong, example, go }: { where: string; wrong: boolean; example: string; go: Go }) {
  const [typed, setTyped] = useState(where);
  return (
    <form
      className="data-inline"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        go({ where: typed.trim() || undefined });
      }}
    >
      <label className="grow">
        <span className="offscreen">Filter of rows</span>
        <input
          className="field mono"
          value={typed}
          dir="auto"
          spellCheck={false}
          aria-invalid={wrong}
          aria-describedby="data-filter-help"
          placeholder={`${example} = 'cat' and confidence < 0.5`}
          onChange={(event) => { setTyped(event.target.value); }}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            setTyped("");
            go({ where: undefined });
          }}
        />
      </label>
      <Button type="submit" look="main">
        Filter
      </Button>
      {where && <Button onClick={() => { go({ where: undefined }); }}>Show all rows</Button>}
    </form>
  );
}
