import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { useMay } from "@/api/may";
import { usePages, useRead } from "@/api/queries";
import { MediaView } from "@/canvas/MediaView";
import { count, counted, percent } from "@/lib/format";
import { fullName } from "@/lib/names";
import { Button, Empty, ErrorNote, Icon, Loading, Meter, Page } from "@/ui";

import { classesOf } from "./classes";
import "./datasets.css";
import "./make.css";
import "./parts.css";
import { MakeDataset } from "./make/MakeDataset";
import { thumbnailOf } from "./media";
import type { DatasetInfo, ItemInfo } from "./types";

const STRIP = 10;

/** All datasets: what is in them, how much of it is labeled, what models know. */
export function DatasetsPage() {
  const found = usePages("datasets.list", { limit: 100 });
  const { make } = useSearch({ from: "/datasets" });
  const leave = useNavigate();
  const [making, setMaking] = useState(make !== undefined);
  const mayWrite = useMay("datasets.define");
  const none = !found.isPending && !found.error && found.items.length === 0;
  return (
    <Page
      title="Datasets"
      about="Items with their labels, to look at, correct, measure models on, and save as versions to train on."
      acts={
        <Button look="main" icon="plus" disabled={!mayWrite} aria-expanded={making} onClick={() => { setMaking(!making); }}>
          Make a dataset
        </Button>
      }
    >
      {making && <MakeDataset start={make} onClose={() => { setMaking(false); void leave({ to: "/datasets", search: {}, replace: true }); }} />}
      {found.error && <ErrorNote error={found.error} retry={found.retry} />}
      {found.isPending && <Loading what="Reading the datasets…" />}
      {none && !making && (
        <div className="panel">
          <Empty title="There is no dataset yet.">
            <p>
              A dataset shows the files or rows of a repo as items, with their labels. Make one of data that is here already, or{" "}
              <Link to="/data">import some first</Link>.
            </p>
            <Button look="main" icon="plus" disabled={!mayWrite} onClick={() => { setMaking(true); }}>
              Make a dataset
            </Button>
          </Empty>
        </div>
      )}
      {found.items.length > 0 && (
        <ul className="dataset-cards">
          {found.items.map((dataset) => (
            <Card key={`${dataset.project}/${dataset.name}`} listed={dataset} />
          ))}
        </ul>
      )}
      {found.hasMore && (
        <Button onClick={found.more} disabled={found.isLoadingMore}>
          {found.isLoadingMore ? "Loading…" : "Show more"}
        </Button>
      )}
    </Page>
  );
}

function Card({ listed }: { listed: DatasetInfo }) {
  const name = fullName(listed.project, listed.name);
  const opened = useRead("datasets.get", { name });
  const items = useRead("datasets.items", { name, limit: STRIP });
  const dataset = opened.data ?? listed;
  const problem = opened.error ?? items.error;
  const classes = classesOf(dataset);
  const share = dataset.items ? (dataset.labeled ?? 0) / dataset.items : 0;
  return (
    <li className="panel dataset-card">
      <div className="card-words">
        <h2>
          <Link to="/datasets/$name" params={{ name }}>
            <bdi>{name}</bdi>
          </Link>
        </h2>
        {dataset.description && <p className="quiet" dir="auto">{dataset.description}</p>}
        <p className="card-facts">
          <strong>{dataset.items == null ? "…" : counted(dataset.items, "item")}</strong>
          <span>
            {dataset.labeled == null ? "" : `${percent(share, share > 0 && share < 0.1 ? 1 : 0)} labeled`}
          </span>
          <span>{dataset.versions === 0 ? "no version saved" : counted(dataset.versions, "version")}</span>
          {dataset.models.length > 0 && (
            <span>
              <Icon name="pipelines" size={12} /> {dataset.models.join(", ")}
            </span>
          )}
        </p>
        {dataset.items != null && dataset.items > 0 && (
          <Meter label={`${count(dataset.labeled ?? 0)} of ${count(dataset.items)} labeled`} total={dataset.items} parts={[{ value: dataset.labeled ?? 0, colour: "var(--accent)" }]} />
        )}
        {problem && <ErrorNote error={problem} />}
        {dataset.problem && <p className="need">{dataset.problem}</p>}
        {classes.names.length > 0 && (
          <p className="card-classes">
            {classes.names.slice(0, 12).map((label) => (
              <span key={label}>
                <span className="dot" style={{ background: classes.colour(label) }} /> <bdi>{label}</bdi>
              </span>
            ))}
            {classes.names.length > 12 && <span className="faint">{count(classes.names.length - 12)} more</span>}
          </p>
        )}
      </div>
      <Link to="/datasets/$name" params={{ name }} className={`card-strip ${dataset.media}`} aria-hidden tabIndex={-1}>
        {(items.data?.items ?? []).slice(0, dataset.media === "text" ? 3 : STRIP).map((item: ItemInfo) => (
          <span key={item.key} className="card-picture">
            {item.media.kind === "none" ? <bdi className="ellipsis">{item.key}</bdi> : <MediaView media={item.media} name={item.key} address={thumbnailOf(name, item, 96, null)} fit="tile" />}
          </span>
        ))}
      </Link>
    </li>
  );
}
