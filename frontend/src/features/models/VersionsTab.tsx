import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import type { ModelInfo, ModelVersionInfo } from "@/api/client";
import { usePages } from "@/api/queries";
import { Trend } from "@/canvas/Trend";
import { authorName, count } from "@/lib/format";
import { Button, Empty, ErrorNote, Interval, Loading, When } from "@/ui";

/** The versions of a model: how good, from which data; two chosen ones are compared. */
export function VersionsTab({ name, model }: { name: string; model: ModelInfo }) {
  const versions = usePages("models.versions", { name, limit: 50 });
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const navigate = useNavigate();
  if (versions.error) return <ErrorNote error={versions.error} retry={versions.retry} />;
  if (versions.isPending) return <Loading what="Judging the versions…" />;
  if (versions.items.length === 0)
    return (
      <div className="panel">
        <Empty title="No version yet">
          {model.follows ? (
            <p>The first one comes when <code>{model.follows}</code> is made: <Link to="/pipelines">run its pipeline</Link>.</p>
          ) : (
            <p><Link to="/models/$model" params={{ model: name }} search={{ tab: "upload" }}>Upload predictions</Link>; each file is a version.</p>
          )}
        </Empty>
      </div>
    );
  const points = [...versions.items].reverse().map((one) => ({ ...one.accuracy, number: one.number, at_ms: one.at_ms, promoted: one.promoted }));
  const toggle = (number: number) => {
    setChosen((now) => (now.includes(number) ? now.filter((one) => one !== number) : [...now.slice(-1), number].sort((a, b) => a - b)));
  };
  return (
    <>
      <div className="panel models-trend">
        <Trend points={points} what="accuracy" chosen={chosen} onChoose={toggle} />
      </div>
      <div className="models-bar">
        <span className="quiet">{chosen.length === 2 ? `Versions ${chosen[0]} and ${chosen[1]} are chosen.` : "Choose two versions to compare them."}</span>
        <Button
          look="main"
          disabled={chosen.length !== 2}
          onClick={() => { void navigate({ to: "/models/compare", search: { first: `${name}@${chosen[0] ?? ""}`, second: `${name}@${chosen[1] ?? ""}` } }); }}
        >
          {chosen.length === 2 ? `Compare ${chosen[0]} and ${chosen[1]}` : "Compare two versions"}
        </Button>
      </div>
      <div className="panel table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th><span className="offscreen">Chosen</span></th>
              <th className="num">Version</th>
              <th>Accuracy</th>
              <th className="models-wide" title="For each class how well it is found and how rarely wrongly said (F1); the mean over classes, each counting alike, however rare">Macro F1</th>
              <th className="num">Items judged</th>
              <th>Made from</th>
              <th>By</th>
              <th className="num">When</th>
            </tr>
          </thead>
          <tbody>
            {versions.items.map((version, index) => (
              <VersionRow key={version.commit} version={version} before={versions.items[index + 1]} chosen={chosen.includes(version.number)} onToggle={() => { toggle(version.number); }} />
            ))}
          </tbody>
        </table>
      </div>
      {versions.hasMore && <Button onClick={versions.more} disabled={versions.isLoadingMore}>{versions.isLoadingMore ? "Loading…" : "Show older versions"}</Button>}
    </>
  );
}

function VersionRow({ version, before, chosen, onToggle }: { version: ModelVersionInfo; before: ModelVersionInfo | undefined; chosen: boolean; onToggle: () => void }) {
  return (
    <tr className={chosen ? "models-chosen" : ""}>
      <td><input type="checkbox" checked={chosen} onChange={onToggle} aria-label={`Choose version ${version.number}`} /></td>
      <td className="num nowrap">{version.number}{version.promoted && <> <span className="tag good">in production</span></>}</td>
      <td className="nowrap">{version.problem ? <span className="state bad">{version.problem}</span> : <Interval of={version.accuracy} />}</td>
      <td className="nowrap models-wide">{!version.problem && <Interval of={version.macro_f1} />}</td>
      <td className="num">{count(version.accuracy.n)}</td>
      <td>
        <Sources version={version} />
        {before?.recipe && version.recipe && before.recipe !== version.recipe && <div className="models-line need" title={`Code and parameters ${version.recipe}`}>other code or parameters than version {before.number}</div>}
      </td>
      <td className="quiet"><bdi>{authorName(version.by)}</bdi>{version.message && <div className="models-line"><bdi>{version.message}</bdi></div>}</td>
      <td className="num faint"><When ms={version.at_ms} /></td>
    </tr>
  );
}

/** The data that a version came from; each leads to where it came from itself. */
export function Sources({ version }: { version: ModelVersionInfo }) {
  if (version.data.length === 0) return <span className="faint">{version.recipe ? "made by a pipeline" : "uploaded"}</span>;
  return (
    <div className="models-sources">
      {version.data.map((source) => (
        <Link key={`${source.repo}@${source.branch}`} className="tag" to="/lineage" search={{ of: `${source.repo}@${source.commit}` }}>
          <bdi>{source.repo}</bdi> {source.number == null ? <When ms={source.at_ms} /> : `version ${source.number}`}
          {source.guideline_version && ` · guidelines ${source.guideline_version}`}
        </Link>
      ))}
    </div>
  );
}
