import type { Schemas } from "@/api/client";
import { count, counted, percent } from "@/lib/format";
import { Button, IntervalBar, Section } from "@/ui";
import { useState } from "react";

type ErrorRates = Schemas["ErrorRates"];
type GroupRate = Schemas["GroupRate"];

/** "3.3 % (0.9–11.4)". */
export function rateOf(rate: Schemas["IntervalInfo"]): string {
  if (rate.value === null) return "not known";
  return `${percent(rate.value)} (${(rate.low * 100).toFixed(1)}–${(rate.high * 100).toFixed(1)})`;
}

/** How often labels are wrong, overall and in groups, with intervals and what they are of. */
export function Rates({ rates, worker }: { rates: ErrorRates; worker: (worker: string) => void }) {
  return (
    <Section title="How often labels are wrong" aside="95 % intervals, from random samples only">
      <div className="panel rates-head">
        <strong className="big">{rateOf(rates.overall)}</strong>
        <span>{count(rates.wrong)} of {counted(rates.overall.n, "reviewed item")} wrong, in {counted(rates.reviews, "review")}</span>
        {rates.weighted && <span className="quiet">Weighed, because some groups were drawn more often than others.</span>}
        {rates.left_out > 0 && <span className="quiet">{counted(rates.left_out, "decision")} on least confident items left out: they would overstate it.</span>}
      </div>
      <div className="rates">
        <Group title="By class" rows={rates.classes} />
        <Group title="By labeler: their own answers" rows={rates.workers} open={worker} mono />
        <Group title="By folder" rows={rates.folders} />
      </div>
    </Section>
  );
}

function Group({ title, rows, open, mono = false }: { title: string; rows: readonly GroupRate[]; open?: (name: string) => void; mono?: boolean }) {
  const [most, setMost] = useState(12);
  const worst = [...rows].sort((a, b) => (b.rate.value ?? 0) - (a.rate.value ?? 0) || b.rate.n - a.rate.n);
  return (
    <div className="panel rate-group">
      <h3>{title}</h3>
      <table className="table">
        <thead><tr><th>{title.split(/[ :]/)[1]}</th><th>Wrong</th><th aria-hidden /><th className="num">Of</th></tr></thead>
        <tbody>
          {worst.slice(0, most).map((row) => (
            <tr key={row.name}>
              <td className={mono ? "mono" : "ellipsis"}>{open ? <button type="button" className="link" onClick={() => { open(row.name); }}>{row.name}</button> : <bdi>{row.name}</bdi>}</td>
              <td className={`nowrap${row.rate.high - row.rate.low > 0.3 ? " faint" : ""}`}>{rateOf(row.rate)}</td>
              <td className="bar"><IntervalBar of={row.rate} colour="var(--amber)" /></td>
              <td className="num">{count(row.wrong)} of {count(row.rate.n)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {worst.length > most && <Button small look="plain" onClick={() => { setMost(most + 50); }}>Show {count(Math.min(50, worst.length - most))} more</Button>}
    </div>
  );
}
