/** What changed between two texts, by lines. */

export interface Line {
  kind: "same" | "added" | "deleted";
  text: string;
  /** Line numbers, from 1, in the old and the new text. */
  old: number | null;
  new: number | null;
}

export interface Hunk {
  /** Unchanged lines left out in front of it. */
  skipped: number;
  lines: Line[];
}

const FURTHEST = 2_000;

/** Compare by lines (Myers, "An O(ND) Difference Algorithm", 1986). Null when more than 2,000 edits lie between them. */
export function diffLines(before: string, after: string): Line[] | null {
  const a = linesOf(before);
  const b = linesOf(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const script = shortestScript(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  if (script === null) return null;
  const kinds: Line["kind"][] = [
    ...Array<Line["kind"]>(head).fill("same"),
    ...script,
    ...Array<Line["kind"]>(tail).fill("same"),
  ];
  let x = 0;
  let y = 0;
  return kinds.map((kind) => {
    const line: Line = {
      kind,
      text: (kind === "added" ? b[y] : a[x]) ?? "",
      old: kind === "added" ? null : x + 1,
      new: kind === "deleted" ? null : y + 1,
    };
    if (kind !== "added") x++;
    if (kind !== "deleted") y++;
    return line;
  });
}

/** Keep the changed lines and `around` unchanged ones on each side. */
export function hunksOf(lines: Line[], around = 3): Hunk[] {
  const kept = new Set<number>();
  lines.forEach((line, index) => {
    if (line.kind === "same") return;
    for (let near = Math.max(0, index - around); near <= Math.min(lines.length - 1, index + around); near++)
      kept.add(near);
  });
  const hunks: Hunk[] = [];
  let skipped = 0;
  let open: Hunk | null = null;
  lines.forEach((line, index) => {
    if (!kept.has(index)) {
      skipped++;
      open = null;
      return;
    }
    if (open === null) {
      open = { skipped, lines: [] };
      hunks.push(open);
      skipped = 0;
    }
    open.lines.push(line);
  });
  return hunks;
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function shortestScript(a: string[], b: string[]): Line["kind"][] | null {
  const most = Math.min(a.length + b.length, FURTHEST);
  const offset = most + 1;
  const furthest = new Int32Array(2 * most + 3);
  const rounds: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits++) {
    rounds.push(furthest.slice(offset - edits - 1, offset + edits + 2));
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && (furthest[offset + k - 1] ?? 0) < (furthest[offset + k + 1] ?? 0));
      let x = down ? (furthest[offset + k + 1] ?? 0) : (furthest[offset + k - 1] ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      furthest[offset + k] = x;
      if (x >= a.length && x - k >= b.length) return walkBack(rounds, a.length, b.length);
    }
  }
  return null;
}

function walkBack(rounds: Int32Array[], width: number, height: number): Line["kind"][] {
  const script: Line["kind"][] = [];
  let x = width;
  let y = height;
  for (let edits = rounds.length - 1; edits >= 0; edits--) {
    const before = rounds[edits] ?? new Int32Array();
    const at = (k: number): number => before[k + edits + 1] ?? 0;
    const k = x - y;
    const down = k === -edits || (k !== edits && at(k - 1) < at(k + 1));
    const from = edits === 0 ? 0 : down ? at(k + 1) : at(k - 1);
    const fromY = edits === 0 ? 0 : from - (down ? k + 1 : k - 1);
    while (x > from && y > fromY) {
      script.push("same");
      x--;
      y--;
    }
    if (edits > 0) {
      script.push(down ? "added" : "deleted");
      x = from;
      y = fromY;
    }
  }
  return script.reverse();
}
