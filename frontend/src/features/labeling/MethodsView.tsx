import type { LabelingInfo, Schemas } from "@/api/client";
import { usePages, useRead } from "@/api/queries";
import { count, counted, percent } from "@/lib/format";
import { Button, ErrorNote, IntervalBar, Loading, Section } from "@/ui";

import { Shown } from "./Shown";
import type { LabelingSearch } from "./place";
import { rateOf } from "./review/Rates";

type MethodScore = Schemas["MethodScore"];

const METHODS: Readonly<Record<string, readonly [name: string, about: string]>> = {
  dawid_skene: ["Dawid–Skene", "learns for each person which classes they confuse"],
  majority: ["Majority", "one person, one vote"],
  wawa: ["Wawa", "votes weigh by how often the person agrees with the others"],
  one_coin: ["One coin", "learns one accuracy for each person"],
};
const nameOf = (method: string): string => METHODS[method]?.[0] ?? method;

/** The same answers, decided by each method: which is right on known answers, and which items would change. */
export function MethodsView({ pipeline, it, search, goto }: { pipeline: string; it: LabelingInfo; search: LabelingSearch; goto: (next: LabelingSearch) => void }) {
  const found = useRead("workers.compare", { pipeline }, { enabled: it.answers > 0 });
  if (it.answers === 0) return <p className="panel nothing">There are no answers yet, so there is nothing to decide.</p>;
  if (found.error) return <ErrorNote error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Loading what="Deciding every item by every method…" />;
  const all = found.data;
  const current = all.methods.find((method) => method.current);
  const best = [...all.methods].sort((a, b) => (b.known.value ?? 0) - (a.known.value ?? 0))[0];
  const clear = best && current && best.known.low > current.known.high;
  return (
    <>
      <p className="quiet">{counted(all.answers, "answer")} of {counted(all.workers, "person", "people")} to {counted(all.items, "item")} that no expert has decided. No method is shown the known answers it is scored on.</p>
      <div className="panel table-wrap">
        <table className="table">
          <thead><tr><th>Method</th><th>Right on known answers</th><th aria-hidden /><th className="num">Of</th><th className="num">Items decided otherwise</th><th /></tr></thead>
          <tbody>{all.methods.map((method) => <Method key={method.method} method={method} chosen={search.method === method.method} show={() => { goto({ tab: "methods", method: method.method }); }} />)}</tbody>
        </table>
      </div>
      {current && best && current.known.n > 0 && (
        <p className="quiet">{clear ? `${nameOf(best.method)} is better than ${nameOf(current.method)}, which is used here.` : `The differences are within the noise of ${counted(current.known.n, "known answer")}: not distinguishable.`}</p>
      )}
      <Section title="How far people and methods agree" aside="1 is always, 0 is by chance">
        <div className="rates">
          <div className="panel rate-group">
            <table className="table"><tbody>
              <tr><td>Krippendorff's α</td><td className="num">{all.alpha?.toFixed(3) ?? "not defined"}</td><td className="faint">{counted(all.alpha_items, "item")} with two or more answers</td></tr>
              <tr><td>Fleiss' κ</td><td className="num">{all.kappa?.toFixed(3) ?? "not defined"}</td><td className="faint">{counted(all.kappa_items, "item")} with exactly {count(all.kappa_answers)} answers</td></tr>
            </tbody></table>
          </div>
          <div className="panel rate-group">
            <table className="table">
              <thead><tr><th>Methods</th><th className="num">Same label</th><th className="num">Cohen's κ</th><th className="num">Items</th></tr></thead>
              <tbody>{all.pairs.map((pair) => <tr key={`${pair.first} ${pair.second}`}><td>{nameOf(pair.first)} and {nameOf(pair.second)}</td><td className="num">{percent(pair.share)}</td><td className="num">{pair.kappa?.toFixed(3) ?? "—"}</td><td className="num">{count(pair.n)}</td></tr>)}</tbody>
            </table>
          </div>
        </div>
      </Section>
      <Flips pipeline={pipeline} method={search.method ?? ""} />
    </>
  );
}

function Method({ method, chosen, show }: { method: MethodScore; chosen: boolean; show: () => void }) {
  const [name, about] = METHODS[method.method] ?? [method.method, ""];
  return (
    <tr className={chosen ? "chosen" : ""}>
      <td><strong>{name}</strong>{method.current && <> <span className="tag good">used here</span></>}<div className="quiet">{about}</div></td>
      <td className="nowrap">{rateOf(method.known)}</td>
      <td className="bar"><IntervalBar of={method.known} /></td>
      <td className="num">{count(method.known.n)}</td>
      <td className="num">{method.current ? "—" : count(method.differs)}</td>
      <td>{!method.current && method.differs > 0 && <Button small aria-pressed={chosen} onClick={show}>Show {method.differs === 1 ? "it" : "them"}</Button>}</td>
    </tr>
  );
}

function Flips({ pipeline, method }: { pipeline: string; method: string }) {
  const found = usePages("workers.flips", { pipeline, method, limit: 24 });
  if (found.error) return <ErrorNote error={found.error} retry={found.retry} />;
  if (found.isPending) return <Loading what="Reading the items…" />;
  return (
    <Section title={method ? `Items that ${nameOf(method)} decides otherwise` : "Items that some method decides otherwise"}>
      {found.items.length === 0 ? <p className="panel nothing">All methods decide every item alike.</p> : (
        <ul className="flips">
          {found.items.map((flip) => (
            <li key={flip.shown.task} className="panel">
              <Shown task={flip.shown} fit="tile" />
              <div className="faint ellipsis" title={flip.shown.key}>{flip.shown.key}</div>
              <div className="votes">{flip.votes.map((vote, at) => <span key={at} className="tag"><bdi>{vote}</bdi></span>)}</div>
              <dl>{groups(flip.labels).map(([label, names]) => <div key={label}><dt><bdi>{label}</bdi></dt><dd className="faint">{names.map(nameOf).join(", ")}</dd></div>)}</dl>
            </li>
          ))}
        </ul>
      )}
      {found.hasMore && <Button small onClick={found.more}>Show more items</Button>}
    </Section>
  );
}

function groups(labels: Readonly<Record<string, string>>): [string, string[]][] {
  const by = new Map<string, string[]>();
  for (const [method, label] of Object.entries(labels)) by.set(label, [...(by.get(label) ?? []), method]);
  return [...by];
}
