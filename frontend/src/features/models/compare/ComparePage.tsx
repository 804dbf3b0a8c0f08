import { Link, useNavigate, useSearch } from "@tanstack/react-router";

import type { ModelComparison, ModelVersionInfo } from "@/api/client";
import { usePages, useRead } from "@/api/queries";
import { count, counted, percent } from "@/lib/format";
import { fullName } from "@/lib/names";
import { Empty, ErrorNote, Icon, Interval, Loading, Page } from "@/ui";

import "@/features/models/models.css";
import "./compare.css";
import { type CompareSearch, compareSearch, partsOf } from "@/features/models/place";
import { Sources } from "@/features/models/VersionsTab";
import { differenceWords } from "@/features/models/words";
import { ComparedItems } from "./ComparedItems";
import { Groups } from "./Groups";

/** Two versions on the same items: what became better, what broke, where, and why. */
export function ComparePage() {
  const search = compareSearch(useSearch({ strict: false }) as Record<string, unknown>);
  const navigate = useNavigate();
  const go = (change: { [K in keyof CompareSearch]?: CompareSearch[K] | undefined }, replace = false) => {
    void navigate({ to: "/models/compare", search: (before: Record<string, unknown>) => compareSearch({ ...before, ...change }), replace });
  };
  const ready = Boolean(search.first && search.second);
  const asked = {
    first: search.first ?? "",
    second: search.second ?? "",
    ...(search.dataset ? { dataset: search.dataset } : {}),
    ...(search.where ? { where: search.where } : {}),
    ...(search.at ? { at: search.at } : {}),
  };
  const found = useRead("models.compare", { ...asked, ...(search.second_at ? { second_at: search.second_at } : {}) }, { enabled: ready, keep: true });
  const compared = ready ? found.data : undefined;
  return (
    <Page title="Compare models" about="Both on the same items, judged by the same labels. Differences that may be chance are grey.">
      <Pickers search={search} dataset={compared?.dataset ?? search.dataset ?? ""} go={go} />
      {!ready && <Choose />}
      {ready && found.error && <ErrorNote error={found.error} retry={() => void found.refetch()} />}
      {ready && found.isPending && <Loading what="Laying both models beside the items…" />}
      {compared && !found.error && (
        <div className={found.isPlaceholderData ? "compare-waiting" : "compare-body"}>
          <Sentence compared={compared} />
          <Why compared={compared} />
          {compared.slices.length > 0 && <Groups title="Per slice" groups={compared.slices} where={search.where ?? ""} onOpen={(where) => { go({ where }); }} />}
          <Groups title="Per class" groups={compared.classes} where={search.where ?? ""} onOpen={(where) => { go({ where }); }} />
          <ComparedItems asked={asked} compared={compared} which={search.which ?? "broken"} onWhich={(which) => { go({ which }, true); }} />
          <Promote version={compared.second} />
        </div>
      )}
    </Page>
  );
}

function Choose() {
  const models = useRead("models.list", { limit: 200, recent: 1 });
  const none = models.data?.items.length === 0;
  return (
    <div className="panel">
      <Empty title={none ? "There is no model to compare yet" : "Choose two versions"}>
        <p>{none ? "Train one from a dataset's page, or add one with predictions of your own." : "Of one model, or of two that are judged by the same dataset."}</p>
        {none && <Link to="/models" className="button main">Go to Models</Link>}
      </Empty>
    </div>
  );
}

type Go = (change: { [K in keyof CompareSearch]?: CompareSearch[K] | undefined }) => void;

function Pickers({ search, dataset, go }: { search: CompareSearch; dataset: string; go: Go }) {
  return (
    <div className="compare-pickers panel">
      <VersionPicker label="From" value={search.first ?? ""} onPick={(first) => { go({ first }); }} />
      <button type="button" className="button plain" title="Swap the two" aria-label="Swap the two versions" disabled={!search.first || !search.second} onClick={() => { go({ first: search.second, second: search.first }); }}>⇄</button>
      <VersionPicker label="To" value={search.second ?? ""} onPick={(second) => { go({ second }); }} />
      <Where key={search.where ?? ""} where={search.where ?? ""} dataset={dataset} onWhere={(where) => { go({ where: where || undefined }); }} />
      <Moment dataset={dataset} at={search.at} secondAt={search.second_at} go={go} />
    </div>
  );
}

function VersionPicker({ label, value, onPick }: { label: string; value: string; onPick: (reference: string) => void }) {
  const models = useRead("models.list", { limit: 200, recent: 1 });
  const { model, version } = partsOf(value);
  const versions = usePages("models.versions", { name: model, limit: 100 }, { enabled: model !== "" });
  return (
    <fieldset>
      <legend className="faint">{label}</legend>
      <select className="field" aria-label={`${label}: model`} value={model} onChange={(event) => { onPick(event.target.value); }}>
        {!model && <option value="">choose a model…</option>}
        {(models.data?.items ?? []).map((one) => {
          const name = fullName(one.project, one.name);
          return <option key={name} value={name}>{name}</option>;
        })}
      </select>
      <select className="field" aria-label={`${label}: version`} value={version ?? ""} disabled={!model} onChange={(event) => { onPick(event.target.value ? `${model}@${event.target.value}` : model); }}>
        <option value="">the newest</option>
        {version === "production" && <option value="production">in production</option>}
        {version && !versions.items.some((one) => String(one.number) === version) && version !== "production" && <option value={version}>version {version.slice(0, 12)}</option>}
        {versions.items.map((one) => (
          <option key={one.number} value={one.number}>version {one.number}{one.promoted ? ", in production" : ""}{one.accuracy.value == null ? "" : `, ${percent(one.accuracy.value)}`}</option>
        ))}
      </select>
    </fieldset>
  );
}

function Where({ where, dataset, onWhere }: { where: string; dataset: string; onWhere: (where: string) => void }) {
  return (
    <form
      className="compare-where"
      onSubmit={(event) => {
        event.preventDefault();
        onWhere(String(new FormData(event.currentTarget).get("where") ?? "").trim());
      }}
    >
      <label>
        <span className="faint">On which items of {dataset || "the dataset"}</span>
        <span className="compare-inline">
          <input className="field" name="where" defaultValue={where} placeholder="all of them; or split = 'test'" spellCheck={false} />
          {where && <button type="button" className="button plain small" onClick={() => { onWhere(""); }}>All items</button>}
        </span>
      </label>
    </form>
  );
}

/** By which labels: the working state, or a saved version; another one for the second, if wanted. */
function Moment({ dataset, at, secondAt, go }: { dataset: string; at: string | undefined; secondAt: string | undefined; go: Go }) {
  const versions = usePages("datasets.versions", { name: dataset, limit: 100 }, { enabled: dataset !== "" });
  if (versions.items.length === 0) return null;
  const options = versions.items.map((one) => <option key={one.number} value={one.number}>version {one.number}, {counted(one.labeled, "label")}</option>);
  return (
    <fieldset>
      <legend className="faint">Judged by the labels of</legend>
      <select className="field" aria-label="Labels that judge the first" value={at ?? ""} onChange={(event) => { go({ at: event.target.value || undefined }); }}>
        <option value="">now</option>
        {options}
      </select>
      <select className="field" aria-label="Labels that judge the second" value={secondAt ?? ""} onChange={(event) => { go({ second_at: event.target.value || undefined }); }}>
        <option value="">the same for both</option>
        {options}
      </select>
    </fieldset>
  );
}

function Sentence({ compared }: { compared: ModelComparison }) {
  const { accuracy, macro_f1: f1 } = compared;
  const tone = accuracy.verdict === "better" ? "good" : accuracy.verdict === "worse" ? "bad" : "unsure";
  return (
    <section className="compare-sentence panel" aria-label="In short">
      <div className="compare-sides">
        <Side word="From" version={compared.first} of={accuracy.first} />
        <span className="compare-arrow" aria-hidden>→</span>
        <Side word="To" version={compared.second} of={accuracy.second} />
        <div className={`compare-verdict ${tone}`}>
          <strong>
            <Icon name={tone === "good" ? "check" : tone === "bad" ? "cross" : "right"} /> {accuracy.verdict}
          </strong>
          <div>{differenceWords(accuracy.difference)}</div>
          {f1 && <div className="faint" title="Every class counts alike, however many items it has (macro F1)">all classes alike: {differenceWords(f1.difference)}: {f1.verdict}</div>}
        </div>
      </div>
      <p className="quiet">
        Judged on {counted(compared.n, "item")} that have a label and a prediction of both
        {compared.where && <> and match <code>{compared.where}</code></>}.
        {compared.unlabeled > 0 && ` ${counted(compared.unlabeled, "item")} without a label`}
        {compared.unlabeled > 0 && compared.unpredicted > 0 && ","}
        {compared.unpredicted > 0 && ` ${counted(compared.unpredicted, "labeled item")} that one of them says nothing about`}
        {(compared.unlabeled > 0 || compared.unpredicted > 0) && (compared.unlabeled + compared.unpredicted === 1 ? " is left out." : " are left out.")}
      </p>
      {Object.keys(compared.grid).length > 0 && <Grid compared={compared} />}
    </section>
  );
}

function Side({ word, version, of }: { word: string; version: ModelVersionInfo; of: ModelComparison["accuracy"]["first"] }) {
  return (
    <div className="compare-side">
      <div className="faint">{word}</div>
      <Link to="/models/$model" params={{ model: version.model }}><bdi>{version.model}</bdi> version {version.number}</Link>
      {version.promoted && <> <span className="tag good">in production</span></>}
      <div className="compare-number"><Interval of={of} large /></div>
      <Sources version={version} />
    </div>
  );
}

/** Two models × two versions of the labels. */
function Grid({ compared }: { compared: ModelComparison }) {
  const cell = (key: string) => {
    const one = compared.grid[key];
    return one ? <Interval of={one} /> : "—";
  };
  return (
    <table className="table compare-grid">
      <thead><tr><th /><th>by the first labels</th><th>by the second labels</th></tr></thead>
      <tbody>
        <tr><th scope="row">version {compared.first.number}</th><td>{cell("first@first")}</td><td>{cell("first@second")}</td></tr>
        <tr><th scope="row">version {compared.second.number}</th><td>{cell("second@first")}</td><td>{cell("second@second")}</td></tr>
      </tbody>
    </table>
  );
}

/** What differs between what the two were made from. */
function Why({ compared }: { compared: ModelComparison }) {
  const changed = compared.why.filter((reason) => reason.changed);
  const same = compared.why.filter((reason) => !reason.changed);
  if (compared.why.length === 0) return null;
  return (
    <section className="compare-why" aria-label="What they were made from">
      <strong>{changed.length > 0 ? "What the second was made from that the first was not:" : "Both were made from the same."}</strong>
      {changed.length > 0 && (
        <ul>
          {changed.map((reason, index) => (
            <li key={`${reason.repo}${reason.what}${index}`}>
              {reason.second ? <Link to="/lineage" search={{ of: `${reason.repo}@${reason.second}` }}><bdi>{labelOf(reason)}</bdi></Link> : <bdi>{labelOf(reason)}</bdi>}
            </li>
          ))}
        </ul>
      )}
      {changed.length > 0 && same.length > 0 && (
        <details className="faint">
          <summary>What was the same</summary>
          {same.map((reason, index) => <span key={`${reason.repo}${reason.what}${index}`}>{index > 0 && " · "}<bdi>{labelOf(reason)}</bdi></span>)}
        </details>
      )}
    </section>
  );
}

function labelOf(reason: ModelComparison["why"][number]): string {
  return (reason.what === "labels" || reason.what === "dataset") && reason.changed ? `${reason.repo}: ${reason.words}` : reason.words;
}

/** What the second needs to go into production. */
function Promote({ version }: { version: ModelVersionInfo }) {
  const board = useRead("models.board", { name: version.model, version: String(version.number), limit: 1 });
  const passed = board.data?.passed[String(version.number)] ?? 0;
  return (
    <div className="models-bar">
      <span className={board.data && passed < board.data.needed ? "state need" : "quiet"}>
        {version.promoted
          ? `Version ${version.number} is in production.`
          : board.data
            ? board.data.needed === 0
              ? `${version.model} has no required tests.`
              : `Version ${version.number} passes ${count(passed)} of ${count(board.data.needed)} required tests.`
            : "Running the tests…"}
      </span>
      <Link className="button" to="/models/$model" params={{ model: version.model }} search={{ tab: "promote" }}>Promote {version.model} version {version.number}…</Link>
    </div>
  );
}
