/** The first rows of delimited text, for a preview before it is imported. */

export interface Preview {
  columns: string[];
  rows: string[][];
  /** What is odd, in plain words: rows of another width, columns without or with the same name. */
  problems: string[];
  delimiter: string;
}

/** Parse the beginning of a CSV or TSV. `whole` tells whether the text is all there is: else its last row is left out. */
export function previewCsv(text: string, { limit = 20, whole = true, delimiter = "" } = {}): Preview {
  const clean = text.startsWith("\ufeff") ? text.slice(1) : text;
  const mark = delimiter || guessDelimiter(clean);
  const { records, open } = recordsOf(clean, mark, limit + 2, whole);
  const [columns = [], ...rows] = records;
  const shown = rows.slice(0, limit);
  return { columns, rows: shown, problems: problemsOf(columns, shown, open), delimiter: mark };
}

/** Return the mark that stands most often, outside quotes, in the first line. */
export function guessDelimiter(text: string): string {
  const counts = new Map([",", "\t", ";", "|"].map((mark) => [mark, 0]));
  let quoted = false;
  for (const char of text.slice(0, 20_000)) {
    if (char === '"') quoted = !quoted;
    else if (!quoted && (char === "\n" || char === "\r")) break;
    else if (!quoted && counts.has(char)) counts.set(char, (counts.get(char) ?? 0) + 1);
  }
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

function recordsOf(text: string, mark: string, limit: number, whole: boolean): { records: string[][]; open: boolean } {
  const records: string[][] = [];
  let record: string[] = [];
  let field = "";
  let quoted = false;
  let at = 0;
  let begun = false;
  const end = (): void => {
    record.push(field);
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
    field = "";
    begun = false;
  };
  for (; at < text.length && records.length < limit; at++) {
    const char = text.charAt(at);
    if (quoted) {
      if (char !== '"') field += char;
      else if (text.charAt(at + 1) === '"') {
        field += '"';
        at++;
      } else quoted = false;
    } else if (char === '"' && field === "") {
      quoted = true;
      begun = true;
    } else if (char === mark) {
      record.push(field);
      field = "";
      begun = true;
    } else if (char === "\n" || char === "\r") {
      if (char === "\r" && text.charAt(at + 1) === "\n") at++;
      end();
    } else {
      field += char;
      begun = true;
    }
  }
  const open = quoted && whole && at >= text.length;
  if (begun && whole && records.length < limit) end();
  return { records, open };
}

function problemsOf(columns: string[], rows: string[][], open: boolean): string[] {
  const problems: string[] = [];
  if (open) problems.push("A quote is opened and never closed.");
  const nameless = columns.filter((name) => name.trim() === "").length;
  if (nameless) problems.push(`${nameless} of ${columns.length} columns have no name.`);
  const twice = columns.find((name, index) => name !== "" && columns.indexOf(name) !== index);
  if (twice !== undefined) problems.push(`Two columns are called “${twice}”.`);
  const odd = rows.findIndex((row) => row.length !== columns.length);
  if (odd >= 0) {
    problems.push(
      `Row ${odd + 1} has ${rows[odd]?.length ?? 0} ${rows[odd]?.length === 1 ? "value" : "values"} for ${columns.length} ${columns.length === 1 ? "column" : "columns"}.`,
    );
  }
  return problems;
}
