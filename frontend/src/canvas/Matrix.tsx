import { type KeyboardEvent, useMemo, useRef, useState } from "react";

import { count, percent } from "@/lib/format";

import "./charts.css";

export interface MatrixCell {
  truth: string;
  predicted: string;
  count: number;
}

interface Props {
  labels: readonly string[];
  cells: readonly MatrixCell[];
  colourOf: (label: string) => string;
  /** Who says what the columns tell. */
  says?: string;
  /** A cell, or with null a whole row or column, was chosen. */
  onOpen: (truth: string | null, predicted: string | null) => void;
}

/** The most classes that a matrix shows well. */
export const MATRIX_MOST = 25;

/** Which class is taken for which: a matrix, and beyond 25 classes a table of the confusions. */
export function Matrix(props: Props) {
  return props.labels.length > MATRIX_MOST ? <Confusions {...props} /> : <Cells {...props} />;
}

function Cells({ labels, cells, colourOf, onOpen, says = "model" }: Props) {
  const [here, setHere] = useState<readonly [row: number, column: number]>([0, 0]);
  const box = useRef<HTMLTableElement>(null);
  const found = useMemo(() => new Map(cells.map((cell) => [`${cell.truth}\u0000${cell.predicted}`, cell.count])), [cells]);
  const rows = useMemo(() => totals(cells, "truth"), [cells]);
  const columns = useMemo(() => totals(cells, "predicted"), [cells]);
  const worst = Math.max(1e-9, ...cells.filter((cell) => cell.truth !== cell.predicted).map((cell) => cell.count / (rows.get(cell.truth) ?? 1)));
  const size = labels.length <= 12 ? 44 : labels.length <= 18 ? 34 : 28;

  function onKey(event: KeyboardEvent): void {
    const moves: Record<string, readonly [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const next = [clamp(here[0] + move[0], labels.length), clamp(here[1] + move[1], labels.length)] as const;
    setHere(next);
    box.current?.querySelector<HTMLElement>(`[data-cell="${next[0]}-${next[1]}"]`)?.focus();
  }
  return (
    <div className="matrix-wrap">
      <table className="matrix" ref={box} onKeyDown={onKey} style={{ "--cell": `${size}px` } as React.CSSProperties}>
        <caption className="offscreen">Rows: the label. Columns: what the {says} says. Arrow keys move; Enter opens the items.</caption>
        <thead>
          <tr>
            <th className="corner" scope="col">
              <span>label ↓</span> <span>{says} says →</span>
            </th>
            {labels.map((label) => (
              <th key={label} scope="col" className={long(labels) ? "slanted" : ""}>
                <button type="button" onClick={() => { onOpen(null, label); }} title={`The ${says} says ${label}: ${count(columns.get(label) ?? 0)} items`} dir="auto">
                  {label}
                </button>
              </th>
            ))}
            <th scope="col" className="sum">right</th>
          </tr>
        </thead>
        <tbody>
          {labels.map((truth, row) => {
            const total = rows.get(truth) ?? 0;
            return (
              <tr key={truth}>
                <th scope="row">
                  <button type="button" onClick={() => { onOpen(truth, null); }} title={`Label ${truth}: ${count(total)} items`}>
                    <span className="dot" style={{ background: colourOf(truth) }} />
                    <span dir="auto" className="ellipsis">
                      {truth}
                    </span>
                    <small>{count(total)}</small>
                  </button>
                </th>
                {labels.map((predicted, column) => {
                  const n = found.get(`${truth}\u0000${predicted}`) ?? 0;
                  const share = total ? n / total : 0;
                  const right = truth === predicted;
                  const strength = right ? 8 + 80 * share ** 2 : n ? 12 + 78 * (share / worst) : 0;
                  return (
                    <td key={predicted}>
                      <button
                        type="button"
                        data-cell={`${row}-${column}`}
                        tabIndex={here[0] === row && here[1] === column ? 0 : -1}
                        className={right ? "right" : n ? "miss" : "none"}
                        style={n ? { background: `color-mix(in srgb, var(${right ? "--accent" : "--amber"}) ${strength.toFixed(0)}%, var(--raised))`, ...(strength > 58 ? { color: "var(--on-accent)" } : {}) } : {}}
                        disabled={n === 0 && !(here[0] === row && here[1] === column)}
                        aria-label={`Label ${truth}, ${says} says ${predicted}: ${count(n)} of ${count(total)}`}
                        title={`${count(n)} of ${count(total)} ${truth} ${right ? "are found" : `are taken for ${predicted}`} (${percent(share)})`}
                        onFocus={() => { setHere([row, column]); }}
                        onClick={() => { if (n) onOpen(truth, predicted); }}
                      >
                        {n ? (n >= 10_000 ? n.toLocaleString("en", { notation: "compact" }) : count(n)) : "·"}
                      </button>
                    </td>
                  );
                })}
                <td className="sum">{total ? percent((found.get(`${truth}\u0000${truth}`) ?? 0) / total, 0) : "—"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

type Order = "count" | "share" | "truth" | "predicted";

function Confusions({ labels, cells, colourOf, onOpen, says = "model" }: Props) {
  const [order, setOrder] = useState<Order>("count");
  const [most, setMost] = useState(50);
  const rows = useMemo(() => totals(cells, "truth"), [cells]);
  const wrong = useMemo(() => {
    const share = (cell: MatrixCell) => cell.count / (rows.get(cell.truth) ?? 1);
    const by: Record<Order, (a: MatrixCell, b: MatrixCell) => number> = {
      count: (a, b) => b.count - a.count,
      share: (a, b) => share(b) - share(a),
      truth: (a, b) => a.truth.localeCompare(b.truth) || b.count - a.count,
      predicted: (a, b) => a.predicted.localeCompare(b.predicted) || b.count - a.count,
    };
    return cells.filter((cell) => cell.truth !== cell.predicted && cell.count > 0).sort(by[order]);
  }, [cells, rows, order]);
  const heads: readonly (readonly [Order, string])[] = [
    ["truth", "Label"],
    ["predicted", `The ${says} says`],
    ["count", "Items"],
    ["share", "Of the label"],
  ];
  return (
    <div className="table-wrap">
      <p className="quiet chart-note">
        {count(labels.length)} classes are too many for a matrix; these are the {count(wrong.length)} confusions.
      </p>
      <table className="table">
        <thead>
          <tr>
            {heads.map(([key, word]) => (
              <th key={key} className={key === "count" || key === "share" ? "num" : ""} aria-sort={order === key ? (key === "count" || key === "share" ? "descending" : "ascending") : "none"}>
                <button type="button" className="sort" onClick={() => { setOrder(key); }}>
                  {word}
                  {order === key && (key === "count" || key === "share" ? " ↓" : " ↑")}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {wrong.slice(0, most).map((cell) => (
            <tr key={`${cell.truth}\u0000${cell.predicted}`} className="go" onClick={() => { onOpen(cell.truth, cell.predicted); }}>
              <td>
                <span className="dot" style={{ background: colourOf(cell.truth) }} /> <bdi>{cell.truth}</bdi>
              </td>
              <td>
                <span className="dot dashed" style={{ borderColor: colourOf(cell.predicted) }} /> <bdi>{cell.predicted}</bdi>
              </td>
              <td className="num">
                <button type="button" className="link" onClick={(event) => { event.stopPropagation(); onOpen(cell.truth, cell.predicted); }}>
                  {count(cell.count)}
                </button>
              </td>
              <td className="num">{percent(cell.count / (rows.get(cell.truth) ?? 1))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {wrong.length > most && (
        <button type="button" className="button small" onClick={() => { setMost(most + 200); }}>
          Show {count(Math.min(200, wrong.length - most))} more
        </button>
      )}
    </div>
  );
}

function totals(cells: readonly MatrixCell[], by: "truth" | "predicted"): Map<string, number> {
  const sums = new Map<string, number>();
  for (const cell of cells) sums.set(cell[by], (sums.get(cell[by]) ?? 0) + cell.count);
  return sums;
}

function clamp(value: number, length: number): number {
  return Math.max(0, Math.min(length - 1, value));
}

function long(labels: readonly string[]): boolean {
  return labels.some((label) => label.length > 5);
}
