import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import type { ModelInfo } from "@/api/client";
import { useMay } from "@/api/may";
import { useAct, usePages, useRead } from "@/api/queries";
import { Sparkline } from "@/canvas/Trend";
import { count, percent } from "@/lib/format";
import { fullName } from "@/lib/names";
import { Button, Empty, ErrorNote, Interval, Loading, Page, When } from "@/ui";

import "./models.css";

/** All models: how good the newest version of each is, how it came there, and what is in production. */
export function ModelsPage() {
  const models = usePages("models.list", { limit: 50, recent: 12 });
  const [making, setMaking] = useState(false);
  const mayWrite = useMay("models.register");
  return (
    <Page
      title="Models"
      about="Every version of a model with the data it came from, judged by the labels of its dataset as they are now."
      acts={
        <>
          {models.items.length > 0 && <Link className="button" to="/models/compare" search={firstTwo(models.items)}>Compare two versions</Link>}
          {mayWrite && <Button look="main" icon="plus" aria-expanded={making} onClick={() => { setMaking(!making); }}>Add a model</Button>}
        </>
      }
    >
      {making && <Make onClose={() => { setMaking(false); }} />}
      {models.error && <ErrorNote error={models.error} retry={models.retry} />}
      {models.isPending && <Loading what="Reading the models, and judging versions that are new…" />}
      {!models.isPending && !models.error && models.items.length === 0 && !making && (
        <div className="panel"><Empty title="No models yet">
          <p>Train one from a dataset's page, or add one and drop a file of its predictions on it: Tilth says how good it is, and where not.</p>
          {mayWrite && <Button look="main" icon="plus" onClick={() => { setMaking(true); }}>Add the first model</Button>}
        </Empty></div>
      )}
      {models.items.length > 0 && (
        <div className="panel table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th>Model</th>
                <th>Accuracy of the newest</th>
                <th>Trend</th>
                <th>In production</th>
                <th>Dataset</th>
                <th className="num">Tests</th>
                <th className="num">Newest version</th>
              </tr>
            </thead>
            <tbody>{models.items.map((model) => <ModelRow key={fullName(model.project, model.name)} model={model} />)}</tbody>
          </table>
        </div>
      )}
      {models.hasMore && <Button onClick={models.more} disabled={models.isLoadingMore}>{models.isLoadingMore ? "Loading…" : "Show more models"}</Button>}
    </Page>
  );
}

function firstTwo(models: readonly ModelInfo[]) {
  const one = models.find((model) => model.versions > 1);
  if (one) return { first: `${one.name}@${one.versions - 1}`, second: `${one.name}@${one.versions}` };
  return {};
}

function ModelRow({ model }: { model: ModelInfo }) {
  const navigate = useNavigate();
  const name = fullName(model.project, model.name);
  const newest = model.recent[0];
  const trend = [...model.recent].reverse().map((one) => ({ ...one.accuracy, number: one.number, at_ms: one.at_ms }));
  const said = newest?.accuracy.value == null ? "nothing measured yet" : `accuracy of the last ${count(trend.length)} versions, now ${percent(newest.accuracy.value)}`;
  return (
    <tr className="go" onClick={() => { void navigate({ to: "/models/$model", params: { model: name } }); }}>
      <td>
        <Link to="/models/$model" params={{ model: name }} onClick={(event) => { event.stopPropagation(); }}><bdi>{name}</bdi></Link>
        {model.description && <div className="quiet models-line"><bdi>{model.description}</bdi></div>}
        {model.problem && <div className="state bad">{model.problem}</div>}
      </td>
      <td className="nowrap">{newest ? <Interval of={newest.accuracy} /> : <span className="faint">no version yet</span>}{newest && newest.accuracy.n > 0 && <small className="faint"> of {count(newest.accuracy.n)}</small>}</td>
      <td><Sparkline points={trend} label={said} /></td>
      <td>{model.promoted ? <span className="tag good">version {model.promoted.number}</span> : <span className="faint">none</span>}</td>
      <td><bdi>{model.dataset}</bdi></td>
      <td className="num">{count(model.tests)}</td>
      <td className="num faint nowrap">{newest ? <>{newest.number} · <When ms={newest.at_ms} /></> : ""}</td>
    </tr>
  );
}

/** A model for predictions of one's own; a training of Tilth makes its own model. */
function Make({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const datasets = useRead("repos.list", { kind: "dataset", limit: 1000 });
  const [name, setName] = useState("");
  const [dataset, setDataset] = useState("");
  const [follow, setFollow] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => { field.current?.focus(); }, []);
  const act = useAct("models.register", (model) => {
    void navigate({ to: "/models/$model", params: { model: fullName(model.project, model.name) }, search: follow ? {} : { tab: "upload" } });
  });
  const names = (datasets.data?.items ?? []).map((one) => fullName(one.project, one.name));
  const chosen = dataset || names[0] || "";
  return (
    <form
      className="panel models-form"
      onKeyDown={(event) => { if (event.key === "Escape") onClose(); }}
      onSubmit={(event) => {
        event.preventDefault();
        act.mutate({ name, definition: { dataset: chosen, ...(follow.trim() ? { follows: { predictions: follow.trim() } } : {}) } });
      }}
    >
      <label>
        Name
        <input ref={field} className="field" required pattern="([A-Za-z0-9_\-]{1,63}/)?[A-Za-z0-9_\-]{1,63}" title="Letters, digits, - and _" value={name} onChange={(event) => { setName(event.target.value); }} spellCheck={false} />
      </label>
      <label>
        The dataset whose labels judge it
        <select className="field" value={chosen} onChange={(event) => { setDataset(event.target.value); }}>
          {names.map((one) => <option key={one}>{one}</option>)}
        </select>
      </label>
      <label>
        Predictions that it follows <span className="faint">(may be empty: you upload files)</span>
        <input className="field" placeholder="evaluate@main:predictions" value={follow} onChange={(event) => { setFollow(event.target.value); }} spellCheck={false} />
      </label>
      {datasets.data && names.length === 0 && <p className="quiet">There is no dataset yet. Make one on the page Datasets first.</p>}
      {act.error && <ErrorNote error={act.error} />}
      <div className="models-acts">
        <Button type="submit" look="main" disabled={!name || !chosen || act.isPending}>{act.isPending ? "Adding…" : `Add ${name || "the model"}`}</Button>
        <Button look="plain" onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}
