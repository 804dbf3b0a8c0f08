import { useState } from "react";

import { usePages } from "@/api/queries";
import { count, counted, plain } from "@/lib/format";
import { Button, Empty, ErrorNote, Loading, Meter, When } from "@/ui";

import { useDatasetPlace } from "@/features/datasets/place";
import type { ViewProps } from "@/features/datasets/props";
import { SlicePanel } from "./SlicePanel";
import "./slices.css";
import type { SliceInfo } from "./types";
import { STATES, doneOf } from "./words";

/** All slices of a dataset by their state; one of them, opened, at the right. */
export function SlicesView({ name, dataset, go }: ViewProps) {
  const { search } = useDatasetPlace();
  const slices = usePages("slices.list", { dataset: name, limit: 200 });
  const [ended, setEnded] = useState(false);
  const open = search.of;
  if (slices.error) return <ErrorNote error={slices.error} retry={slices.retry} />;
  if (slices.isPending) return <Loading what="Reading the slices…" />;
  const groups = STATES.filter((state) => ended || (state !== "resolved" && state !== "cancelled"))
    .map((state) => ({ state, slices: slices.items.filter((one) => one.state === state) }))
    .filter((group) => group.slices.length > 0);
  const hidden = slices.items.filter((one) => one.state === "resolved" || one.state === "cancelled").length;
  return (
    <div className={`slices${open ? " with-panel" : ""}`}>
      <div className="slices-list">
        {slices.items.length === 0 ? (
          <Empty title="There are no slices yet">
            <p>A slice is a named set of items with a purpose, a state and somebody who takes care of it: “blurry photos of the night shift”, “what the model must never miss”.</p>
            <p>Select items in the grid and choose “Make a slice…” below, or filter first and select all.</p>
            <Button look="main" onClick={() => { go({ view: undefined }); }}>
              Choose items in the grid
            </Button>
          </Empty>
        ) : (
          <>
            {groups.map((group) => (
              <section key={group.state} aria-label={group.state}>
                <h2 className="slices-state">
                  {group.state} <small className="faint">{count(group.slices.length)}</small>
                </h2>
                <table className="table slices-table">
                  <thead>
                    <tr>
                      <th>Slice</th>
                      <th>Type</th>
                      <th>Owner</th>
                      <th className="num">Items</th>
                      <th>Done</th>
                      <th>Sent to people</th>
                      <th>Changed</th>
                    </tr>
                  </thead>
                  <tbody>
                    {group.slices.map((slice) => (
                      <Row key={slice.name} slice={slice} here={slice.name === open} onOpen={() => { go({ of: slice.name }); }} />
                    ))}
                  </tbody>
                </table>
              </section>
            ))}
            {groups.length === 0 && <p className="quiet">All slices are resolved or cancelled.</p>}
            <div className="slices-foot">
              {hidden > 0 && (
                <Button small look="plain" aria-pressed={ended} onClick={() => { setEnded(!ended); }}>
                  {ended ? "Hide" : "Show"} {counted(hidden, "resolved or cancelled slice", "resolved or cancelled slices")}
                </Button>
              )}
              {slices.hasMore && (
                <Button small onClick={slices.more} disabled={slices.isLoadingMore}>
                  {slices.isLoadingMore ? "Loading…" : "More slices"}
                </Button>
              )}
            </div>
          </>
        )}
      </div>
      {open && <SlicePanel key={open} dataset={dataset} name={name} slice={open} go={go} />}
    </div>
  );
}

function Row({ slice, here, onOpen }: { slice: SliceInfo; here: boolean; onOpen: () => void }) {
  const done = doneOf(slice);
  const sent = slice.rounds.reduce((all, round) => all + round.new, 0);
  return (
    <tr className="go" aria-selected={here} onClick={onOpen}>
      <td>
        <button type="button" className="link" onClick={(event) => { event.stopPropagation(); onOpen(); }}>
          <bdi>{slice.name}</bdi>
        </button>
        {slice.note && <div className="faint ellipsis slices-note" dir="auto">{slice.note}</div>}
      </td>
      <td>{slice.type}</td>
      <td>{slice.owner ? <bdi>{plain(slice.owner)}</bdi> : <span className="faint">nobody</span>}</td>
      <td className="num">{slice.items == null ? <span title="It follows a filter: what matches is in it.">follows a filter</span> : count(slice.items)}</td>
      <td>
        {done && done.total > 0 ? (
          <span className="slices-done">
            <Meter
              label={`${count(done.done)} of ${count(done.total)} done`}
              total={done.total}
              parts={[{ value: done.done, colour: "var(--accent)" }, { value: done.aside, colour: "var(--edge)" }]}
            />
            <small className="faint nowrap">{count(done.done)} of {count(done.total)}</small>
          </span>
        ) : (
          <span className="faint">{(slice.statuses["done"] ?? 0) > 0 ? counted(slice.statuses["done"] ?? 0, "item") : "–"}</span>
        )}
      </td>
      <td>{sent > 0 ? counted(sent, "item") : <span className="faint">–</span>}</td>
      <td className="faint"><When ms={slice.changed_ms} /></td>
    </tr>
  );
}
