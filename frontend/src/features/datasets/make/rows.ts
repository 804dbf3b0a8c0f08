/** The first rows of a table, as the form shows them. */
import { useRead } from "@/api/queries";

export type Row = Readonly<Record<string, unknown>>;
const NO_ROWS: readonly Row[] = [];

/** Read the first rows of a table; none where no table is named. */
export function useRows(reference: string | null) {
  const found = useRead("datasets.rows", { reference: reference ?? "", limit: 1000 }, { enabled: reference !== null && reference !== "" });
  const data = reference !== null && found.data ? (found.data.items as readonly Row[]) : NO_ROWS;
  return { data, waiting: found.isLoading, error: reference === null ? null : found.error };
}

export function columnsOf(rows: readonly Row[]): string[] {
  return Object.keys(rows[0] ?? {}).filter((column) => column !== "row");
}
