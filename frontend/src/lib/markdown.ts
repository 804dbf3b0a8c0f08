/** The part of Markdown that guidelines need, as a tree: React shows it, so that no text is ever HTML. */

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "strong" | "em"; children: readonly Inline[] }
  | { kind: "code"; text: string }
  | { kind: "link"; address: string; children: readonly Inline[] };

export type Block =
  | { kind: "heading"; level: number; children: readonly Inline[] }
  | { kind: "paragraph"; children: readonly Inline[] }
  | { kind: "list"; ordered: boolean; items: readonly (readonly Inline[])[] }
  | { kind: "quote"; children: readonly Block[] }
  | { kind: "code"; text: string }
  | { kind: "rule" };

const ITEM = /^\s{0,3}(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
const FENCE = /^\s{0,3}(```|~~~)/;
const RULE = /^\s{0,3}([-*_])(?:\s*\1){2,}\s*$/;
const HEADING = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const DEEPEST = 8;

/** Read Markdown. Anything unknown stays as it was written. */
export function readMarkdown(text: string, depth = 0): Block[] {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (!line.trim()) at += 1;
    else if (FENCE.test(line)) {
      const end = lines.findIndex((other, index) => index > at && FENCE.test(other));
      const stop = end < 0 ? lines.length : end;
      blocks.push({ kind: "code", text: lines.slice(at + 1, stop).join("\n") });
      at = stop + 1;
    } else if (RULE.test(line)) {
      blocks.push({ kind: "rule" });
      at += 1;
    } else if (HEADING.test(line)) {
      const [, signs = "#", words = ""] = HEADING.exec(line) ?? [];
      blocks.push({ kind: "heading", level: signs.length, children: readInline(words) });
      at += 1;
    } else if (line.trimStart().startsWith(">") && depth < DEEPEST) {
      const quoted: string[] = [];
      while (lines[at]?.trimStart().startsWith(">")) quoted.push((lines[at++] ?? "").trimStart().slice(1).replace(/^ /, ""));
      blocks.push({ kind: "quote", children: readMarkdown(quoted.join("\n"), depth + 1) });
    } else if (ITEM.test(line)) {
      const ordered = ITEM.exec(line)?.[1] !== undefined;
      const items: string[] = [];
      while (at < lines.length) {
        const found = ITEM.exec(lines[at] ?? "");
        if (found && (found[1] !== undefined) === ordered) items.push(found[2] ?? "");
        else if (!found && items.length && /^\s+\S/.test(lines[at] ?? "")) items.push(`${items.pop() ?? ""} ${(lines[at] ?? "").trim()}`);
        else break;
        at += 1;
      }
      blocks.push({ kind: "list", ordered, items: items.map((item) => readInline(item)) });
    } else {
      const said: string[] = [];
      while (at < lines.length) {
        const next = lines[at] ?? "";
        if (!next.trim() || (said.length && (FENCE.test(next) || HEADING.test(next) || ITEM.test(next) || RULE.test(next) || (next.trimStart().startsWith(">") && depth < DEEPEST)))) break;
        said.push(next.trim());
        at += 1;
      }
      blocks.push({ kind: "paragraph", children: readInline(said.join(" ")) });
    }
  }
  return blocks;
}

const MARK = /(`+)(.+?)\1|\*\*(?=\S)(.+?)\*\*|__(?=\S)(.+?)__|\*(?=\S)([^*]+?)\*|(?<!\w)_(?=\S)([^_]+?)_(?!\w)|\[([^\]]+)\]\(([^()\s]+)\)/;

function readInline(text: string, depth = 0): Inline[] {
  const found = depth < DEEPEST ? MARK.exec(text) : null;
  if (!found) return text ? [{ kind: "text", text }] : [];
  const [whole, , code, strong, strong2, em, em2, words, address] = found;
  const before = text.slice(0, found.index);
  const inner = (said: string) => readInline(said, depth + 1);
  let node: Inline = { kind: "text", text: whole };
  if (code !== undefined) node = { kind: "code", text: code };
  else if (strong !== undefined || strong2 !== undefined) node = { kind: "strong", children: inner(strong ?? strong2 ?? "") };
  else if (em !== undefined || em2 !== undefined) node = { kind: "em", children: inner(em ?? em2 ?? "") };
  else if (words !== undefined && address !== undefined && /^https?:\/\//i.test(address)) node = { kind: "link", address, children: inner(words) };
  return [...(before ? [{ kind: "text" as const, text: before }] : []), node, ...readInline(text.slice(found.index + whole.length), depth)];
}
