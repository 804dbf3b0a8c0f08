import { useQuery } from "@tanstack/react-query";

import { type ApiError, type Schemas, call } from "@/api/client";
import { count, counted, percent } from "@/lib/format";
import { parseFilter, textAnd, tryFilter } from "@/lib/filter";
import { Button, ErrorNote, Interval, Loading } from "@/ui";

import { type Go, type Question, asked } from "@/features/datasets/place";
import { fieldName } from "@/features/datasets/question/fields";
import type { BulkProps } from "@/features/datasets/props";
import "./analysis.css";

type ExplainInfo = Schemas["ExplainInfo"];
type Target = { keys: string[] } | { where: string };

/** What is special about some items: values that are commoner among them than among the rest. */
export function Explain({ name, question, target, go, most = 8 }: { name: string; question: Question; target: Target; go: Go; most?: number }) {
  const chosen = "keys" in target ? { keys: target.keys } : { selection: target.where };
  const args = { dataset: name, ...asked(question), ...chosen, where: "keys" in target ? question.where : "", limit: most };
  const found = useQuery<ExplainInfo, ApiError>({
    queryKey: ["analysis.explain", args],
    queryFn: ({ signal }) => call("analysis.explain", args, signal),
    staleTime: 30_000,
    retry: false,
  });
  if (found.error) return <ErrorNote error={found.error} />;
  if (!found.data) return <Loading what="Comparing them with the rest…" />;
  const { over, selected, rest, looked_at, errors_inside, errors_outside } = found.data;
  if (rest === 0) return <p className="quiet">Everything that matches is selected: there is no rest to compare with.</p>;
  return (
    <div className="explain">
      {errors_inside?.value != null && errors_outside?.value != null && (
        <p>
          The model is wrong on <Interval of={errors_inside} /> of them, and on <Interval of={errors_outside} /> of the rest
          {overlap(errors_inside, errors_outside) ? <span className="quiet">; not distinguishable</span> : ""}.
        </p>
      )}
      {over.length === 0 ? (
        <p className="quiet">
          Nothing is commoner among these {count(selected)} than among the other {count(rest)} by more than chance explains ({counted(looked_at, "value")} looked at).
        </p>
      ) : (
        <>
          <ul className="over" aria-label="Values that are commoner in the selection than in the rest">
            {over.map((one) => (
              <li key={`${one.column}\u0000${one.value}`}>
                <button type="button" className="over-value" title="Show only items with this value" onClick={() => { go({ where: added(question.where, one.where), view: undefined }); }}>
                  <span className="quiet">{fieldName(one.column)}</span> <bdi>{one.value === "" ? "(empty)" : one.value}</bdi>
                </button>
                <span className="over-bars" aria-hidden>
                  <span style={{ width: `${100 * (one.inside.value ?? 0)}%` }} />
                  <span className="rest" style={{ width: `${100 * (one.outside.value ?? 0)}%` }} />
                </span>
                <span className="over-words" title={`95 % intervals: ${percent(one.inside.low)} to ${percent(one.inside.high)} here, ${percent(one.outside.low)} to ${percent(one.outside.high)} in the rest; by chance p = ${one.p.toPrecision(2)}`}>
                  {percent(one.inside.value ?? 0, 0)} here, {percent(one.outside.value ?? 0, 0)} elsewhere
                  <strong> {one.lift >= 9999 ? "only here" : `× ${one.lift < 10 ? one.lift.toFixed(1) : Math.round(one.lift)}`}</strong>
                </span>
              </li>
            ))}
          </ul>
          <p className="faint">
            {count(selected)} against {count(rest)} others; {counted(looked_at, "value")} looked at, and chance allowed for.
          </p>
        </>
      )}
    </div>
  );
}

/** The same for a selection, above the bar of what one may do with it. */
export function ExplainAct({ name, question, target, go, close }: BulkProps) {
  return (
    <div className="explain-act">
      <Explain {...{ name, question, target, go }} />
      <Button small look="plain" onClick={close}>
        Close
      </Button>
    </div>
  );
}

function added(where: string, more: string): string {
  const filter = tryFilter(more);
  return filter ? textAnd(where, parseFilter(more)) : more;
}

function overlap(one: { low: number; high: number }, other: { low: number; high: number }): boolean {
  return one.low <= other.high && other.low <= one.high;
}
