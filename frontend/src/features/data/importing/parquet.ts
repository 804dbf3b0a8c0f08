/** The first rows of a Parquet file that a person picked; only the parts of it that hold them are read. */

export interface ParquetPreview {
  columns: string[];
  rows: string[][];
  problems: string[];
  /** None: values have their own types. */
  delimiter: "";
  total: number;
}

/** Read the first `limit` rows as text. Throws what the reader says of a file that is none. */
export async function previewParquet(file: File, limit: number): Promise<ParquetPreview> {
  const [{ parquetMetadataAsync, parquetReadObjects, parquetSchema }, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
  ]);
  const source = { byteLength: file.size, slice: (start: number, end?: number) => file.slice(start, end).arrayBuffer() };
  const metadata = await parquetMetadataAsync(source);
  const total = Number(metadata.num_rows);
  const columns = parquetSchema(metadata).children.map((column) => column.element.name);
  const rows = await parquetReadObjects({ file: source, metadata, compressors, rowStart: 0, rowEnd: Math.min(limit, total) });
  return { columns, rows: rows.map((row) => columns.map((name) => told(row[name]))), problems: [], delimiter: "", total };
}

function told(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === "object") return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner)).slice(0, 300);
  return String(value as string | number | bigint | boolean);
}
