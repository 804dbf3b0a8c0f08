import { useQuery } from "@tanstack/react-query";

import { previewCsv } from "@/features/data/csv";
import { extensionOf } from "@/features/data/kinds";
import { shownName } from "@/features/data/reference";
import { counted } from "@/lib/format";

import { previewParquet } from "./parquet";
import type { Write } from "./plan";

const SHOWN = 20;
const MOST = 256_000;

/** The first rows of a lone table, as they will be read. */
export function Sheet({ writes }: { writes: readonly Write[] }) {
  const only = writes.length === 1 ? writes[0] : undefined;
  const extension = only ? extensionOf(only.path) : "";
  const sheet = ["csv", "tsv", "parquet"].includes(extension) ? only : undefined;
  const preview = useQuery({
    queryKey: ["data.sheet", sheet?.path, sheet?.file.size, sheet?.file.lastModified],
    queryFn: async () => {
      if (!sheet) return null;
      if (extension === "parquet") return previewParquet(sheet.file, SHOWN);
      const text = await sheet.file.slice(0, MOST).text();
      return { ...previewCsv(text, { limit: SHOWN, whole: sheet.file.size <= MOST, delimiter: "" }), total: null };
    },
    enabled: sheet !== undefined,
    retry: false,
    gcTime: 0,
  });
  if (!sheet) return null;
  if (preview.error)
    return <p className="data-note need">Its rows cannot be shown: {preview.error.message}. It can be imported all the same.</p>;
  if (!preview.data) return null;
  const { columns, rows, problems, delimiter, total } = preview.data;
  const wrongMark = delimiter !== "" && delimiter !== (extension === "tsv" ? "\t" : ",") && columns.length > 1;
  return (
    <section aria-label="First rows">
      <h3>
        {counted(columns.length, "column")}, the first {counted(rows.length, "row")}
        {total !== null && ` of ${total.toLocaleString("en")}`}
      </h3>
      {wrongMark && (
        <p className="data-note need">
          Its values are set apart by “{delimiter === "\t" ? "tab" : delimiter}”. Tables are read with commas (.csv) or tabs (.tsv): save it that way first, or it becomes one column.
        </p>
      )}
      {problems.map((problem) => (
        <p key={problem} className="data-note need">
          {problem}
        </p>
      ))}
      <div className="table-wrap data-rows" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              {columns.map((name, index) => (
                <th key={index}>
                  <bdi>{shownName(name)}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>
                {row.map((value, column) => (
                  <td key={column} dir="auto">
                    {shownName(value.slice(0, 300))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
