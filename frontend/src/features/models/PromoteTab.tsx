import { useState } from "react";

import type { ModelInfo } from "@/api/client";
import { useAct, usePages, useRead } from "@/api/queries";
import { count, percent } from "@/lib/format";
import { Button, Empty, ErrorNote, Id, Loading, When } from "@/ui";

import { Outcome } from "./TestsTab";

/** Put a version in production, and see what was there before. */
export function PromoteTab({ name, model, mayWrite }: { name: string; model: ModelInfo; mayWrite: boolean }) {
  const [wanted, setWanted] = useState<number | null>(null);
  const [reason, setReason] = useState("");
  const versions = usePages("models.versions", { name, limit: 50 });
  const number = wanted ?? model.versions;
  const board = useRead("models.board", { name, version: String(number), limit: 1 }, { enabled: model.versions > 0, keep: true });
  const history = usePages("models.promotions", { name, limit: 20 });
  const act = useAct("models.promote", () => { setReason(""); });
  if (model.versions === 0) return <div className="panel"><Empty title="Nothing to put in production yet"><p>A model needs a version first.</p></Empty></div>;
  const needed = board.data?.needed ?? 0;
  const passed = board.data?.passed[String(number)] ?? 0;
  const here = model.promoted?.number === number;
  const earlier = model.promoted && number < model.promoted.number;
  return (
    <>
      <div className="panel models-form wide">
        <div className="models-promote">
          <label>
            Version
            <select className="field" value={number} onChange={(event) => { setWanted(Number(event.target.value)); act.reset(); }}>
              {versions.items.map((one) => (
                <option key={one.number} value={one.number}>
                  {one.number}{one.promoted ? " (in production)" : ""}{one.accuracy.value == null ? "" : `: ${percent(one.accuracy.value)} of ${count(one.accuracy.n)}`}
                </option>
              ))}
            </select>
          </label>
          <label className="grow">
            Why <span className="faint">(kept with it)</span>
            <input className="field" value={reason} onChange={(event) => { setReason(event.target.value); }} dir="auto" />
          </label>
          <Button look="main" disabled={!mayWrite || here || !board.data || passed < needed || act.isPending} onClick={() => { act.mutate({ name, version: String(number), reason }); }}>
            {earlier ? `Go back to version ${number}` : `Promote version ${number}`}
          </Button>
        </div>
        <p className={board.data && passed < needed ? "state need" : "quiet"}>
          {here
            ? `Version ${number} is in production.`
            : !board.data
              ? "Running the tests…"
              : needed === 0
                ? "It has no required tests: any version may be promoted. Add some to be safe."
                : passed < needed
                  ? `It passes ${passed} of ${needed} required tests; all must pass. Improve the model, or change a test: both stay on record.`
                  : needed === 1 ? "It passes its one required test." : `It passes all ${needed} required tests.`}
        </p>
        {act.error && <ErrorNote error={act.error} />}
        {board.data && board.data.tests.length > 0 && (
          <ul className="models-needs">
            {board.data.tests.map((test) => (
              <li key={test.name}>
                <div><strong><bdi>{test.name}</bdi></strong>{!test.required && <> <span className="tag">optional</span></>}<div className="quiet models-line"><bdi>{test.words}</bdi></div></div>
                <Outcome result={board.data.results.find((one) => one.test === test.name && one.version === number)} />
              </li>
            ))}
          </ul>
        )}
      </div>
      {history.error && <ErrorNote error={history.error} retry={history.retry} />}
      {history.isPending && <Loading what="Reading what was in production…" />}
      {history.items.length > 0 && (
        <div className="panel table-wrap">
          <table className="table">
            <thead><tr><th className="num">Version</th><th>Why</th><th>By</th><th>What moved</th><th className="num">When</th></tr></thead>
            <tbody>
              {history.items.map((one, index) => (
                <tr key={one.commit}>
                  <td className="num nowrap">{one.number}{index === 0 && <> <span className="tag good">in production</span></>}</td>
                  <td><bdi>{one.reason || "—"}</bdi></td>
                  <td><bdi>{one.by}</bdi></td>
                  <td className="nowrap"><bdi>{one.deployed}</bdi> <Id id={one.deployed_commit} /></td>
                  <td className="num faint"><When ms={one.at_ms} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!history.isPending && history.items.length === 0 && <p className="quiet">Nothing was in production yet. Promoting moves the branch “production” of the repo that holds the model; whoever serves it reads there.</p>}
    </>
  );
}
