import { useState } from "react";

import type { GroupChange } from "@/api/client";
import { count, percent } from "@/lib/format";
import { Button, Interval, Section } from "@/ui";

import { points } from "@/features/models/words";

const SHOWN = 8;

/** Slices or classes: how many items of each are right, before and after; the largest changes first. */
export function Groups({ title, groups, where, onOpen }: { title: string; groups: readonly GroupChange[]; where: string; onOpen: (where: string) => void }) {
  const [all, setAll] = useState(false);
  const judged = groups.filter((group) => group.n > 0);
  const ordered = [...judged].sort((a, b) => weight(b) - weight(a));
  const shown = all ? ordered : ordered.slice(0, SHOWN);
  if (judged.length === 0) return null;
  return (
    <Section title={title} aside={`${count(judged.length)} with items; largest changes first`}>
      <ul className="compare-groups panel">
        {shown.map((group) => {
          const { first, second, difference, verdict } = group.accuracy;
          const tone = verdict === "better" ? "good" : verdict === "worse" ? "bad" : "unsure";
          return (
            <li key={group.name} className={tone}>
              <button type="button" title={`Show only ${group.name}`} onClick={() => { onOpen(where ? `(${where}) and ${group.where}` : group.where); }}>
                <bdi className="ellipsis">{group.name}</bdi>
              </button>
              <Bar first={first.value ?? 0} second={second.value ?? 0} low={difference.low} high={difference.high} />
              <span className="nowrap"><Interval of={first} /> → <Interval of={second} /></span>
              <span className="compare-change nowrap">
                {verdict === "not distinguishable" ? "not distinguishable" : `${points(difference.value ?? 0)} points`}
                <small className="faint"> {points(difference.low)} to {points(difference.high)}</small>
              </span>
              <span className="faint nowrap num">{count(group.n)} items · fixed {count(group.fixed)} · broken {count(group.broken)}</span>
            </li>
          );
        })}
      </ul>
      {judged.length > SHOWN && <div><Button small onClick={() => { setAll(!all); }}>{all ? "Show fewer" : `Show all ${count(judged.length)}`}</Button></div>}
    </Section>
  );
}

/** Clear changes before chance, then by size. */
function weight(group: GroupChange): number {
  return (group.accuracy.verdict === "not distinguishable" ? 0 : 10) + Math.abs(group.accuracy.difference.value ?? 0);
}

/** From the first's share to the second's, on a scale from 0 to 1. */
function Bar({ first, second }: { first: number; second: number; low: number; high: number }) {
  const left = Math.min(first, second);
  return (
    <svg className="compare-bar" viewBox="0 0 100 14" preserveAspectRatio="none" role="img" aria-label={`from ${percent(first)} to ${percent(second)}`}>
      <rect className="rule" x={0} y={6.5} width={100} height={1} />
      <rect className="from" x={0} y={4} width={100 * left} height={6} />
      <rect className="change" x={100 * left} y={4} width={Math.max(0.4, 100 * Math.abs(second - first))} height={6} />
      <rect className="end" x={Math.min(99, 100 * second)} y={1} width={1} height={12} />
    </svg>
  );
}
