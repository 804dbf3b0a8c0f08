/**
 * Filters over items as a tree, to and from the text that the server reads (src/tilth/datasets/filters.py):
 *
 *     label = 'cat' and (confidence < 0.5 or not split in ('train', 'test')) and prediction != label
 *
 * `parseFilter` reads every text that the server reads; what it makes of it means the same there. Pure.
 */

export type Value = string | number | boolean;
export type Comparison = "<" | "<=" | ">" | ">=";

/** One condition, as one chip shows it. */
export type Condition =
  /** A column equal to one of some values (or to none of them). */
  | { kind: "in"; column: string; values: readonly Value[]; not: boolean }
  /** A column within bounds; each may be open or absent, not both. */
  | { kind: "range"; column: string; low: Bound | null; high: Bound | null }
  | { kind: "text"; column: string; how: "contains" | "starts with"; value: string; not: boolean }
  | { kind: "missing"; column: string; not: boolean }
  /** Two columns compared. */
  | { kind: "columns"; column: string; operator: "=" | "!=" | Comparison | "contains" | "starts with"; other: string };

/** A bound of a range; `closed` when the value itself is in. */
export interface Bound {
  value: number | string;
  closed: boolean;
}

/** A condition, or some of them joined. */
export type Filter =
  | Condition
  | { kind: "all"; parts: readonly Filter[] }
  | { kind: "any"; parts: readonly Filter[] }
  | { kind: "not"; part: Filter };

export const EVERYTHING: Filter = { kind: "all", parts: [] };

/** A text that is no filter; `at` is the place, from 0. */
export class FilterError extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
    this.name = "FilterError";
  }
}

// To text

const PLAIN = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;
const WORDS = new Set(["and", "or", "not", "in", "is", "missing", "null", "contains", "starts", "with", "true", "false"]);

/** Return a filter as the text that the server reads; everything is the empty text. */
export function filterText(filter: Filter): string {
  if (filter.kind === "all" && filter.parts.length === 0) return "";
  return said(filter, false);
}

/** Return the text of all of some filters. */
export function allText(parts: readonly Filter[]): string {
  return filterText({ kind: "all", parts });
}

/** Return the text of a filter text and a further condition; a text that does not parse is kept whole, in parentheses. */
export function textAnd(where: string, more: Filter): string {
  if (where.trim() === "") return filterText(more);
  try {
    return allText([...partsOf(parseFilter(where)), more]);
  } catch {
    return `(${where}) and ${said(more, true)}`;
  }
}

function said(filter: Filter, inner: boolean): string {
  switch (filter.kind) {
    case "all":
    case "any": {
      const parts = filter.parts.map((part) => said(part, true));
      if (parts.length === 0) return filter.kind === "all" ? "(key is missing or key is not missing)" : "key = ''";
      if (parts.length === 1) return said(filter.parts[0] as Filter, inner);
      const joined = parts.join(filter.kind === "all" ? " and " : " or ");
      return inner ? `(${joined})` : joined;
    }
    case "not":
      return `not (${said(filter.part, false)})`;
    case "in":
      if (filter.values.length === 1) return `${column(filter.column)} ${filter.not ? "!=" : "="} ${value(filter.values[0] as Value)}`;
      if (filter.values.length === 0) return filter.not ? `${column(filter.column)} = ${column(filter.column)}` : `${column(filter.column)} != ${column(filter.column)}`;
      return `${column(filter.column)} ${filter.not ? "not in" : "in"} (${filter.values.map(value).join(", ")})`;
    case "range": {
      const bounds: string[] = [];
      if (filter.low) bounds.push(`${column(filter.column)} ${filter.low.closed ? ">=" : ">"} ${value(filter.low.value)}`);
      if (filter.high) bounds.push(`${column(filter.column)} ${filter.high.closed ? "<=" : "<"} ${value(filter.high.value)}`);
      return bounds.length > 1 && inner ? bounds.join(" and ") : bounds.join(" and ") || `${column(filter.column)} = ${column(filter.column)}`;
    }
    case "text": {
      const test = `${column(filter.column)} ${filter.how} ${value(filter.value)}`;
      return filter.not ? `not (${test})` : test;
    }
    case "missing":
      return `${column(filter.column)} is ${filter.not ? "not " : ""}missing`;
    case "columns":
      return `${column(filter.column)} ${filter.operator} ${column(filter.other)}`;
  }
}

function column(name: string): string {
  return PLAIN.test(name) && !WORDS.has(name.toLowerCase()) ? name : `\`${name.replaceAll("`", "``")}\``;
}

function value(given: Value): string {
  if (typeof given === "string") return `'${given.replaceAll("'", "''")}'`;
  return String(given);
}

// From text

type Token = { kind: "number" | "text" | "column" | "word" | "mark" | "end"; text: string; at: number };
const TOKEN =
  /\s*(?:(?<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\p{L}\p{N}_.]))|'(?<single>(?:[^']|'')*)'|"(?<double>(?:[^"]|"")*)"|`(?<column>(?:[^`]|``)+)`|(?<word>[\p{L}_][\p{L}\p{N}_.-]*)|(?<mark><=|>=|!=|<>|==|=|<|>|\(|\)|,))/uy;
const OPPOSITE: Readonly<Record<Comparison, boolean>> = { "<": false, "<=": false, ">": true, ">=": true };

/** Return the parts that must all hold: the chips of a filter. */
export function partsOf(filter: Filter): readonly Filter[] {
  return filter.kind === "all" ? filter.parts : [filter];
}

/** Read a filter; blank text is everything. Throws FilterError. */
export function parseFilter(text: string): Filter {
  if (text.trim() === "") return EVERYTHING;
  return new Parser(cut(text)).whole();
}

/** Read a filter; null when the text is none. */
export function tryFilter(text: string): Filter | null {
  try {
    return parseFilter(text);
  } catch {
    return null;
  }
}

function cut(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  let at = 0;
  while (at < end) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const groups = match?.groups;
    if (!match || !groups) {
      const where = at + (text.slice(at).length - text.slice(at).trimStart().length);
      throw new FilterError(`"${text[where] ?? ""}" fits nowhere here. Text stands in quotes.`, where);
    }
    const start = at + (match[0].length - match[0].trimStart().length);
    if (groups["single"] !== undefined) tokens.push({ kind: "text", text: groups["single"].replaceAll("''", "'"), at: start });
    else if (groups["double"] !== undefined) tokens.push({ kind: "text", text: groups["double"].replaceAll('""', '"'), at: start });
    else if (groups["column"] !== undefined) tokens.push({ kind: "column", text: groups["column"].replaceAll("``", "`"), at: start });
    else if (groups["number"] !== undefined) tokens.push({ kind: "number", text: groups["number"], at: start });
    else if (groups["word"] !== undefined) tokens.push({ kind: "word", text: groups["word"], at: start });
    else tokens.push({ kind: "mark", text: groups["mark"] ?? "", at: start });
    at = TOKEN.lastIndex;
  }
  tokens.push({ kind: "end", text: "", at: text.length });
  return tokens;
}

class Parser {
  private next = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Filter {
    const found = this.any();
    if (this.peek.kind !== "end") throw this.wrong("and, or, or the end");
    return found;
  }

  private any(): Filter {
    const parts = [this.all()];
    while (this.take("or")) parts.push(this.all());
    return parts.length === 1 ? (parts[0] as Filter) : { kind: "any", parts: parts.flatMap((part) => (part.kind === "any" ? part.parts : [part])) };
  }

  private all(): Filter {
    const parts = [this.not()];
    while (this.take("and")) parts.push(this.not());
    return joined(parts);
  }

  private not(): Filter {
    let opposite = false;
    while (this.take("not")) opposite = !opposite;
    let found: Filter;
    if (this.take("(")) {
      found = this.any();
      this.need(")");
    } else found = this.test();
    return opposite ? negated(found) : found;
  }

  private test(): Filter {
    const name = this.column();
    if (this.take("is")) {
      const not = this.take("not");
      if (!this.take("missing") && !this.take("null")) throw this.wrong("missing");
      return { kind: "missing", column: name, not };
    }
    if (this.take("contains")) return this.textual(name, "contains");
    if (this.take("starts")) {
      this.need("with");
      return this.textual(name, "starts with");
    }
    const not = this.take("not");
    if (not || this.is("in")) {
      this.need("in");
      this.need("(");
      const values = [this.value()];
      while (this.take(",")) values.push(this.value());
      this.need(")");
      return { kind: "in", column: name, values, not };
    }
    const mark = this.peek;
    const operator = ({ "==": "=", "<>": "!=" } as Record<string, string>)[mark.text] ?? mark.text;
    if (mark.kind !== "mark" || !["=", "!=", "<", "<=", ">", ">="].includes(operator))
      throw this.wrong("a test (= != < <= > >= in contains starts with, is missing)");
    this.next += 1;
    if (this.atColumn()) return { kind: "columns", column: name, operator: operator as "=", other: this.column() };
    const given = this.value();
    if (operator === "=" || operator === "!=") return { kind: "in", column: name, values: [given], not: operator === "!=" };
    if (typeof given === "boolean") throw new FilterError(`true and false have no order: use = with "${name}".`, mark.at);
    const bound = { value: given, closed: operator.endsWith("=") };
    return OPPOSITE[operator as Comparison]
      ? { kind: "range", column: name, low: bound, high: null }
      : { kind: "range", column: name, low: null, high: bound };
  }

  private textual(name: string, how: "contains" | "starts with"): Filter {
    if (this.atColumn()) return { kind: "columns", column: name, operator: how, other: this.column() };
    const at = this.peek.at;
    const given = this.value();
    if (typeof given !== "string") throw new FilterError(`${how} is for text: '${String(given)}' stands in quotes.`, at);
    return { kind: "text", column: name, how, value: given, not: false };
  }

  private get peek(): Token {
    return this.tokens[this.next] as Token;
  }
  private atColumn(): boolean {
    return this.peek.kind === "column" || (this.peek.kind === "word" && !WORDS.has(this.peek.text.toLowerCase()));
  }
  private column(): string {
    if (!this.atColumn()) throw this.wrong("a field");
    this.next += 1;
    return (this.tokens[this.next - 1] as Token).text;
  }
  private value(): Value {
    const token = this.peek;
    this.next += 1;
    if (token.kind === "text") return token.text;
    if (token.kind === "number") return Number(token.text);
    const word = token.text.toLowerCase();
    if (token.kind === "word" && (word === "true" || word === "false")) return word === "true";
    this.next -= 1;
    throw this.wrong("a value (a number, true, false, or text in quotes)");
  }
  private is(word: string): boolean {
    return (this.peek.kind === "word" || this.peek.kind === "mark") && this.peek.text.toLowerCase() === word;
  }
  private take(word: string): boolean {
    if (!this.is(word)) return false;
    this.next += 1;
    return true;
  }
  private need(word: string): void {
    if (!this.take(word)) throw this.wrong(`"${word}"`);
  }
  private wrong(expected: string): FilterError {
    const token = this.peek;
    return new FilterError(`${token.kind === "end" ? "It ends" : `"${token.text}" stands`} where ${expected} should be.`, token.at);
  }
}

/** The opposite; simple conditions say it themselves. */
export function negated(filter: Filter): Filter {
  if (filter.kind === "in" || filter.kind === "text" || filter.kind === "missing") return { ...filter, not: !filter.not };
  if (filter.kind === "not") return filter.part;
  return { kind: "not", part: filter };
}

/** All of some filters, flat, with the two bounds of one range as one condition. */
function joined(given: readonly Filter[]): Filter {
  const parts: Filter[] = [];
  for (const part of given.flatMap((one) => (one.kind === "all" ? one.parts : [one]))) {
    const before = parts.at(-1);
    if (part.kind === "range" && before?.kind === "range" && before.column === part.column) {
      if (before.high === null && part.low === null) {
        parts[parts.length - 1] = { ...before, high: part.high };
        continue;
      }
      if (before.low === null && part.high === null) {
        parts[parts.length - 1] = { ...before, low: part.low };
        continue;
      }
    }
    parts.push(part);
  }
  return parts.length === 1 ? (parts[0] as Filter) : { kind: "all", parts };
}

// In words

/** Say a filter as people do: "label is cat or dog", "confidence 0.2 to 0.4". */
export function filterWords(filter: Filter, nameOf: (column: string) => string = (name) => name): string {
  const words = (part: Filter): string => filterWords(part, nameOf);
  switch (filter.kind) {
    case "all":
      return filter.parts.map(words).join(", ");
    case "any":
      return filter.parts.map(words).join(" or ");
    case "not":
      return `not (${words(filter.part)})`;
    case "in": {
      if (filter.values.length === 1 && typeof filter.values[0] === "boolean")
        return `${filter.values[0] === filter.not ? "not " : ""}${nameOf(filter.column)}`;
      const shown = filter.values.slice(0, 3).map((one) => valueWords(one));
      const rest = filter.values.length - shown.length;
      return `${nameOf(filter.column)} is ${filter.not ? "not " : ""}${shown.join(filter.not ? " nor " : " or ")}${rest ? ` or ${rest} more` : ""}`;
    }
    case "range": {
      const { low, high } = filter;
      const name = nameOf(filter.column);
      if (low && high) return `${name} ${valueWords(low.value)} to ${valueWords(high.value)}`;
      if (low) return `${name} ${low.closed ? "≥" : ">"} ${valueWords(low.value)}`;
      return high ? `${name} ${high.closed ? "≤" : "<"} ${valueWords(high.value)}` : name;
    }
    case "text":
      return `${nameOf(filter.column)} ${filter.not ? "does not " : ""}${filter.how === "contains" ? (filter.not ? "contain" : "contains") : filter.not ? "start with" : "starts with"} “${filter.value}”`;
    case "missing":
      return `${nameOf(filter.column)} ${filter.not ? "is there" : "is missing"}`;
    case "columns": {
      const operator = ({ "=": "equals", "!=": "differs from" } as Record<string, string>)[filter.operator] ?? filter.operator;
      return `${nameOf(filter.column)} ${operator} ${nameOf(filter.other)}`;
    }
  }
}

function valueWords(given: Value): string {
  if (typeof given === "number") return Number.isInteger(given) ? String(given) : String(Number(given.toPrecision(4)));
  return given === "" ? "(empty)" : String(given);
}
