import type { LabelingInfo, Schemas } from "@/api/client";
import { usePages } from "@/api/queries";
import { count, duration, money } from "@/lib/format";
import { Button, Empty, ErrorNote, IntervalBar, Loading, State, When } from "@/ui";

import type { LabelingSearch, Sort } from "@/features/labeling/place";
import { rateOf } from "@/features/labeling/review/Rates";
import { PersonPanel } from "./PersonPanel";

type WorkerRow = Schemas["WorkerRow"];

const HEADS: readonly (readonly [Sort, string, "num" | "num wide-only" | "wide-only" | "", boolean])[] = [
  ["worker", "Labeler", "", false],
  ["state", "State", "", true],
  ["known", "Known answers right", "", false],
  ["agreement", "Agrees with the others", "", false],
  ["seconds", "Typical time", "num wide-only", false],
  ["answers", "Answers", "num", true],
  ["rejected", "Rejected", "num", true],
  ["skipped", "Skipped", "num wide-only", true],
  ["earned", "Earned", "num", true],
  ["last", "Last answer", "wide-only", true],
];

/** Everybody who labels here: whom to trust, at a glance; one of them from near at the side. */
export function PeopleView({ it, pipeline, search, goto }: { it: LabelingInfo; pipeline: string; search: LabelingSearch; goto: (next: LabelingSearch) => void }) {
  // Where nobody was shown a known answer, agreement says whom to look at first.
  const most = usePages("workers.list", { pipeline, sort: "known", descending: true, limit: 1 });
  const sort = search.sort ?? (most.items[0]?.known.n ? "known" : "agreement");
  const { worker } = search;
  const down = search.down === true;
  const found = usePages("workers.list", { pipeline, sort, descending: down, limit: 50 }, { enabled: !most.isPending });
  const here: LabelingSearch = { tab: "people", ...(search.sort ? { sort: search.sort } : {}), ...(search.down ? { down: true as const } : {}) };
  if (found.error) return <ErrorNote error={found.error} retry={found.retry} />;
  if (found.isPending) return <Loading what="Reading who labels…" />;
  if (found.items.length === 0)
    return (
      <div className="panel">
        <Empty title="Nobody has answered yet">
          <p>Invite people to label, or bring answers that were given elsewhere.</p>
          <Button onClick={() => { goto({ tab: "import" }); }}>Import answers</Button>
        </Empty>
      </div>
    );
  return (
    <div className={`split${search.worker ? " open" : ""}`}>
      <div className="section">
        <div className="quiet">
          {count(it.workers)} people, {count(it.banned)} banned.{" "}
          <details className="more">
            <summary>How to read this</summary>
            People are shown as codes, never by name. Known answers are items whose label was known before. Agreement compares with what most of the others say, on items where they do agree. Bars are 95 % intervals.
          </details>
        </div>
        <div className="panel table-wrap">
          <table className="table people">
            <thead>
              <tr>
                {HEADS.map(([key, word, kind, first]) => (
                  <th key={key} className={kind} aria-sort={sort === key ? (down ? "descending" : "ascending") : "none"}>
                    <button type="button" className="sort" onClick={() => { const next = sort === key ? !down : first; goto({ tab: "people", sort: key, ...(next ? { down: true as const } : {}), ...(search.worker ? { worker: search.worker } : {}) }); }}>
                      {word}{sort === key && (down ? " ↓" : " ↑")}
                    </button>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {found.items.map((worker) => <Row key={worker.worker} worker={worker} currency={it.currency ?? ""} chosen={search.worker === worker.worker} open={() => { goto({ ...here, worker: worker.worker }); }} />)}
            </tbody>
          </table>
        </div>
        {found.hasMore && <Button small disabled={found.isLoadingMore} onClick={found.more}>Show more people</Button>}
      </div>
      {worker && <PersonPanel key={worker} pipeline={pipeline} worker={worker} only={search.only ?? ""} choose={(only) => { goto({ ...here, worker, ...(only ? { only } : {}) }); }} close={() => { goto(here); }} />}
    </div>
  );
}

function Row({ worker, currency, chosen, open }: { worker: WorkerRow; currency: string; chosen: boolean; open: () => void }) {
  return (
    <tr className={`go${chosen ? " chosen" : ""}`} onClick={open}>
      <td className="nowrap">
        <button type="button" className="link mono" onClick={(event) => { event.stopPropagation(); open(); }}>{worker.worker}</button>
        {worker.imported && <div className="faint">imported</div>}
      </td>
      <td>
        <State state={worker.state} />
        {worker.reason && <div className="quiet small reason" title={worker.reason}>{worker.reason}</div>}
      </td>
      <td className="nowrap">
        {worker.known.n > 0 ? <><Rate of={worker.known} /><div className="faint">{count(worker.known_right)} of {count(worker.known.n)}</div></> : <span className="faint">none shown</span>}
      </td>
      <td className="nowrap">
        {worker.agreement.n > 0 ? <><Rate of={worker.agreement} /><div className="faint">of {count(worker.agreement.n)}</div></> : <span className="faint">no others to compare with</span>}
      </td>
      <td className="num nowrap wide-only">{duration(worker.median_seconds * 1000)}</td>
      <td className="num">{count(worker.answers)}</td>
      <td className="num">{count(worker.rejected)}</td>
      <td className="num wide-only">{count(worker.skipped)}</td>
      <td className="num">{money(worker.earned, currency)}</td>
      <td className="nowrap wide-only">{worker.last_ms ? <When ms={worker.last_ms} /> : <span className="faint">none</span>}</td>
    </tr>
  );
}

/** A share with its interval, as words and as a bar. */
export function Rate({ of }: { of: Schemas["IntervalInfo"] }) {
  return <span className={of.high - of.low > 0.4 ? "faint" : ""}>{rateOf(of)}<IntervalBar of={of} /></span>;
}
