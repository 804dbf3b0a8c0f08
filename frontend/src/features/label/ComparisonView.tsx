import { useEffect, useState } from "react";

import { ApiError, type Result, call } from "@/api/client";
import { count, counted, duration, percent } from "@/lib/format";
import { ErrorNote, IntervalBar, Loading } from "@/ui";

import type { Practice } from "./usePractice";

type Comparison = Result<"tasks.compare">;
const ROWS = 30;

/** Me beside the people who did the work. */
export function ComparisonView({ pipeline, given, sources }: { pipeline: string; given: Practice["given"]; sources: ReadonlyMap<string, string> }) {
  const [found, setFound] = useState<Comparison | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const answers = given.filter((act) => act.kind === "answer");
  useEffect(() => {
    if (!answers.length) return undefined;
    const ended = new AbortController();
    call("tasks.compare", { pipeline, answers: answers.map(({ task, result, seconds }) => ({ id: task, result: [...result], seconds })) }, ended.signal).then(
      setFound,
      (refused: unknown) => { if (refused instanceof ApiError) setError(refused); },
    );
    return () => { ended.abort(); };
    // Once: the answers are given, and stay as they are.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [pipeline]);
  if (!answers.length) return <p className="quiet">You passed on every item, so there is nothing to compare.</p>;
  if (error) return <ErrorNote error={error} />;
  if (!found) return <Loading what="Comparing you with the others…" />;
  const { me, others } = found;
  const typical = others[Math.floor(others.length / 2)];
  const like = others.filter((one) => one.low <= me.high && me.low <= one.high).length;
  const apart = found.outcomes.filter((one) => one.mine !== one.theirs);
  const shown = others.slice(0, ROWS);
  const place = shown.findIndex((one) => one.agreed / one.n < me.agreed / me.n);
  const rows = [...shown.slice(0, place < 0 ? shown.length : place), me, ...(place < 0 ? [] : shown.slice(place))];
  return (
    <div className="comparison">
      <p className="large">
        You agreed with the others on <strong>{me.agreed} of {counted(me.n, "item")}</strong> ({percent(me.agreed / me.n, 0)}; 95 % interval {percent(me.low, 0)} to {percent(me.high, 0)}),
        in {duration(me.median_seconds * 1000)} an item.
      </p>
      {others.length > 0 && typical && (
        <p className="quiet">
          {others.length === 1 ? "The one other person" : `Half of the ${others.length} others`} {others.length === 1 ? "agreed" : "agree"} on {percent(typical.agreed / typical.n, 0)} or more, in about {duration(typical.median_seconds * 1000)} an item.
          {" "}On {counted(me.n, "item")}, {like === others.length ? "you are not distinguishable from any of them" : `you are not distinguishable from ${like} of them`}; label more to know better.
        </p>
      )}
      <table className="table">
        <thead><tr><th>Who</th><th>Agreed with the rest</th><th className="bar">95 % interval, 0 to 100 %</th><th>Items</th><th>Time an item</th></tr></thead>
        <tbody>
          {rows.map((one, at) => {
            const mine = one === me;
            const apartFrom = !mine && (one.low > me.high || me.low > one.high);
            return (
              <tr key={at} className={mine ? "me-row" : apartFrom ? "" : "alike"} aria-current={mine ? "true" : undefined}>
                <td>{mine ? <strong>You</strong> : one.worker || "somebody"}</td>
                <td>{percent(one.agreed / one.n, 0)}</td>
                <td className="bar"><IntervalBar of={{ value: one.agreed / one.n, low: one.low, high: one.high, n: one.n }} colour={mine ? "var(--accent)" : "var(--data-8)"} /></td>
                <td>{one.n}</td>
                <td>{duration(one.median_seconds * 1000)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {others.length > ROWS && <p className="faint">The {ROWS} who agree most, of {count(others.length)}.</p>}
      {apart.length > 0 && (
        <>
          <h2>Where you differ</h2>
          <ul className="differing">
            {apart.map((one) => {
              const source = sources.get(one.id);
              return (
                <li key={one.id}>
                  {source && (source.startsWith("/api/") ? <img src={source} alt="" /> : <span className="said" dir="auto">{source}</span>)}
                  <span>you: <strong>{told(one.mine)}</strong> · others: <strong>{told(one.theirs)}</strong> <span className="faint">({percent(one.share, 0)} of them)</span></span>
                </li>
              );
            })}
          </ul>
        </>
      )}
      <p className="faint">
        The others are compared on everything that they did here, each with the majority of all the rest; where an expert decided, with that.
        Practice is not kept: it changes no label, and nobody is paid for it.
      </p>
    </div>
  );
}

/** What an answer means, as people say it. */
function told(meaning: string): string {
  try {
    const read: unknown = JSON.parse(meaning);
    if (Array.isArray(read) && read.every((one) => typeof one === "string")) return read.join(", ");
  } catch {
    // As it stands.
  }
  return meaning.length > 120 ? `${meaning.slice(0, 120)}…` : meaning;
}
