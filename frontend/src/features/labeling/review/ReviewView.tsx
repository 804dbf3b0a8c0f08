import { useState } from "react";

import type { LabelingInfo, Schemas } from "@/api/client";
import { useMay } from "@/api/may";
import { useAct, usePages, useRead } from "@/api/queries";
import { count, counted } from "@/lib/format";
import { Button, Empty, ErrorNote, Loading, Section, State, When } from "@/ui";

import type { LabelingSearch } from "@/features/labeling/place";
import { Rates } from "./Rates";
import { Reviewing } from "./Reviewing";
import { WAYS, drawn } from "./ways";

type ReviewInfo = Schemas["ReviewInfo"];

/** Reviews of this project: start one, go on with one, and what they tell. */
export function ReviewView({ it, pipeline, search, goto }: { it: LabelingInfo; pipeline: string; search: LabelingSearch; goto: (next: LabelingSearch) => void }) {
  const mayStart = useMay("reviews.start");
  if (search.review) return <Reviewing key={search.review} id={search.review} it={it} pipeline={pipeline} leave={() => { goto({ tab: "review" }); }} />;
  return (
    <>
      {mayStart && <Start it={it} pipeline={pipeline} open={(review) => { goto({ tab: "review", review }); }} />}
      <Reviews pipeline={pipeline} open={(review) => { goto({ tab: "review", review }); }} />
      <AllRates pipeline={pipeline} goto={goto} />
    </>
  );
}

function Start({ it, pipeline, open }: { it: LabelingInfo; pipeline: string; open: (review: string) => void }) {
  const [size, setSize] = useState("60");
  const [by, setBy] = useState<string>("random");
  const start = useAct("reviews.start", (made) => { open(made.id); });
  const wanted = Number(size);
  const possible = Number.isInteger(wanted) && wanted > 0 && it.done > 0;
  return (
    <Section title="Review a sample">
      <form className="panel start-review" onSubmit={(event) => { event.preventDefault(); if (possible) start.mutate({ pipeline, size: wanted, by }); }}>
        <p>You look at some of the {counted(it.done, "labeled item")} and accept, correct or reject each. A few dozen tell how often labels are wrong.</p>
        <fieldset>
          <legend>Which items</legend>
          {WAYS.map(([way, word, why]) => (
            <label key={way} className="way">
              <input type="radio" name="by" value={way} checked={by === way} onChange={() => { setBy(way); }} />
              <span><strong>{word}</strong><br /><span className="quiet">{why}</span></span>
            </label>
          ))}
        </fieldset>
        <div className="labeling-line">
          <label>How many <input className="field" inputMode="numeric" size={5} value={size} onChange={(event) => { setSize(event.target.value); }} aria-label="How many items" /></label>
          <span className="quiet">60 without an error: at most 6 % are wrong. 300: at most 1.3 %.</span>
          <Button look="main" type="submit" disabled={!possible || start.isPending}>{possible ? `Draw ${counted(Math.min(wanted, it.done), "item")}` : "Draw items"}</Button>
        </div>
        {it.done === 0 && <p className="quiet">There is nothing to review until enough people have answered.</p>}
        {start.error && <ErrorNote error={start.error} />}
      </form>
    </Section>
  );
}

function Reviews({ pipeline, open }: { pipeline: string; open: (review: string) => void }) {
  const found = usePages("reviews.list", { pipeline, limit: 20 });
  if (found.error) return <ErrorNote error={found.error} retry={found.retry} />;
  if (found.isPending) return <Loading what="Reading reviews…" />;
  if (found.items.length === 0) return null;
  return (
    <Section title="Reviews">
      <div className="panel table-wrap">
        <table className="table">
          <thead><tr><th>Drawn</th><th>Items</th><th>State</th><th className="num">Decided</th><th className="num">Corrected</th><th className="num">Rejected</th><th className="num">Skipped</th><th>By</th><th /></tr></thead>
          <tbody>
            {found.items.map((review: ReviewInfo) => (
              <tr key={review.id}>
                <td><When ms={review.created_ms} /></td>
                <td>{count(review.size)} of {count(review.population)}, {drawn(review.by)}{!review.counts && <span className="faint"> · not in the error rate</span>}</td>
                <td><State state={review.state} word={review.state} /></td>
                <td className="num">{count(review.decided)}</td>
                <td className="num">{count(review.corrected)}</td>
                <td className="num">{count(review.rejected)}</td>
                <td className="num">{count(review.skipped)}</td>
                <td>{review.author}</td>
                <td><Button small onClick={() => { open(review.id); }}>{review.state === "open" ? (review.decided ? "Go on" : "Begin") : "Look"}</Button></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {found.hasMore && <Button small onClick={found.more}>Show older reviews</Button>}
    </Section>
  );
}

function AllRates({ pipeline, goto }: { pipeline: string; goto: (next: LabelingSearch) => void }) {
  const rates = useRead("reviews.rates", { pipeline });
  if (rates.error) return <ErrorNote error={rates.error} retry={() => void rates.refetch()} />;
  if (!rates.data) return <Loading what="Counting errors…" />;
  if (rates.data.overall.n === 0)
    return (
      <Section title="How often labels are wrong">
        <div className="panel"><Empty title="Not known yet"><p>Decide some items of a random sample; the rate and its interval appear here.{rates.data.left_out > 0 && ` ${counted(rates.data.left_out, "decision")} on least confident items do not count.`}</p></Empty></div>
      </Section>
    );
  return <Rates rates={rates.data} worker={(worker) => { goto({ tab: "people", worker }); }} />;
}
