import { useState } from "react";

import { type Schemas, addressOf } from "@/api/client";
import { usePages, useRead } from "@/api/queries";
import { type Classes, useClasses } from "@/features/datasets/classes";
import { useDatasetPlace } from "@/features/datasets/place";
import type { VersionInfo } from "@/features/datasets/types";
import type { ViewProps } from "@/features/datasets/props";
import { count, counted, plain } from "@/lib/format";
import { Button, Empty, ErrorNote, Loading, When } from "@/ui";

import { type Compared, OPENED_AT_ONCE, WHATS, type What, comparedFrom, comparedText, filterOfKeys, lastTwo } from "./compared";
import "./versions.css";

const MOST = 1000;

/** The saved versions, and what differs between two of them, item by item. */
export function VersionsView({ name, dataset, go }: ViewProps) {
  const { search } = useDatasetPlace();
  const versions = usePages("datasets.versions", { name, limit: 50 });
  if (versions.error) return <ErrorNote error={versions.error} retry={versions.retry} />;
  if (versions.isPending) return <Loading what="Reading the versions…" />;
  const newest = versions.items[0]?.number ?? 0;
  if (newest === 0)
    return (
      <Empty title="No version is saved yet">
        <p>A version keeps all items with their labels as they are at one moment: to train on, to come back to, and to compare with.</p>
        <p>Save one with “Save a version…” above.</p>
      </Empty>
    );
  const asked = comparedFrom(search.of, newest);
  const compared = asked ?? lastTwo(newest);
  const compare = (change: Partial<Compared & { what: What }>) => {
    const now = { old: newest, new: newest, ...compared, what: asked?.what ?? ("" as What), ...change };
    go({ of: comparedText(now) });
  };
  return (
    <div className="versions">
      {compared ? (
        <Differences key={`${compared.old} ${compared.new}`} {...{ name, dataset, go, compared }} what={asked?.what ?? ""} onWhat={(what) => { compare({ what }); }} />
      ) : (
        <p className="quiet">With a second version, what differs between the two is shown here.</p>
      )}
      <div className="table-wrap">
        <table className="table versions-table">
          <thead>
            <tr>
              {compared && <><th className="num">From</th><th className="num">To</th></>}
              <th className="num">Version</th>
              <th>What is new</th>
              <th className="num">Items</th>
              <th className="num">Labeled</th>
              <th className="num">Changed</th>
              <th>By</th>
              <th className="num">When</th>
              <th><span className="offscreen">Open</span></th>
            </tr>
          </thead>
          <tbody>
            {versions.items.map((one: VersionInfo) => (
              <tr key={one.commit}>
                {compared && (
                  <>
                    <td className="num"><input type="radio" name="old" checked={compared.old === one.number} onChange={() => { compare({ old: one.number }); }} aria-label={`From version ${one.number}`} /></td>
                    <td className="num"><input type="radio" name="new" checked={compared.new === one.number} onChange={() => { compare({ new: one.number }); }} aria-label={`To version ${one.number}`} /></td>
                  </>
                )}
                <td className="num">{one.number}</td>
                <td><bdi>{one.message}</bdi></td>
                <td className="num">{count(one.items)}</td>
                <td className="num">{count(one.labeled)}</td>
                <td className="num" title="Items added, gone or different since the version before">{count(one.changed)}</td>
                <td className="quiet"><bdi>{plain(one.by)}</bdi></td>
                <td className="num faint nowrap"><When ms={one.at_ms} /></td>
                <td><Button small look="plain" onClick={() => { go({ view: undefined, of: undefined, at: one.commit, where: undefined }); }}>Show it</Button></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {versions.hasMore && <Button small onClick={versions.more} disabled={versions.isLoadingMore}>{versions.isLoadingMore ? "Loading…" : "Older versions"}</Button>}
    </div>
  );
}

function Differences({ name, dataset, go, compared, what, onWhat }: Pick<ViewProps, "name" | "dataset" | "go"> & { compared: Compared; what: What; onWhat: (what: What) => void }) {
  const [limit, setLimit] = useState(100);
  const classes = useClasses(dataset);
  const found = useRead("datasets.version_changes", { name, old: String(compared.old), new: String(compared.new), what, limit }, { keep: true });
  if (found.error) return <ErrorNote error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Loading what={`Comparing versions ${compared.old} and ${compared.new}…`} />;
  const told = found.data;
  const counts: Record<What, number> = { added: told.added, removed: told.removed, relabeled: told.relabeled, otherwise: told.otherwise, "": told.added + told.removed + told.relabeled + told.otherwise };
  const items = told.items.items;
  const there = items.filter((item) => item.what !== "removed");
  const gone = items.filter((item) => item.what === "removed");
  const open = (some: readonly Schemas["VersionChange"][], version: VersionInfo) => {
    go({ view: undefined, of: undefined, at: version.commit, where: filterOfKeys(some.map((item) => item.key)).where });
  };
  return (
    <section aria-label="What differs" className="versions-differences">
      <header className="versions-head">
        <h2>Version {told.old.number} → version {told.new.number}</h2>
        <span className="quiet">{counts[""] === 0 ? "No item differs." : `${counted(counts[""], "item")} of ${count(told.new.items)} ${counts[""] === 1 ? "differs" : "differ"}`}</span>
      </header>
      {counts[""] > 0 && (
        <>
          <div className="chips" role="group" aria-label="Which differences">
            {WHATS.filter(([id]) => id === "" || counts[id] > 0 || id === what).map(([id, word, title]) => (
              <button key={id} type="button" className="chip" aria-pressed={id === what} title={`Items that are ${title}`} onClick={() => { onWhat(id); }}>
                {word} {count(counts[id])}
              </button>
            ))}
            <span className="grow" />
            {there.length > 0 && <Button small disabled={found.isPlaceholderData} onClick={() => { open(there, told.new); }}>{openWords(there.length, counts[what] > items.length, `as of version ${told.new.number}`)}</Button>}
            {gone.length > 0 && <Button small disabled={found.isPlaceholderData} onClick={() => { open(gone, told.old); }}>{openWords(gone.length, counts[what] > items.length, `removed, as of version ${told.old.number}`)}</Button>}
          </div>
          <ul className="versions-items">
            {items.map((item) => {
              const version = item.what === "removed" ? told.old : told.new;
              return (
                <li key={item.key}>
                  <button type="button" onClick={() => { go({ view: undefined, of: undefined, at: version.commit, where: filterOfKeys([item.key]).where, item: item.key }); }}>
                    {dataset.media === "image" && <img src={addressOf("datasets.thumbnail", { name, key: item.key, size: 64, at: version.commit })} alt="" loading="lazy" width={40} height={40} />}
                    <span className="versions-key ellipsis" title={item.key}><bdi>{item.key}</bdi></span>
                    <span className="versions-what">
                      {item.what === "added" ? <>added <Told classes={classes} label={item.new_label} /></> : item.what === "removed" ? <>removed <Told classes={classes} label={item.old_label} /></> : item.what === "relabeled" ? <><Told classes={classes} label={item.old_label} /> → <Told classes={classes} label={item.new_label} /></> : "changed otherwise"}
                    </span>
                  </button>
                </li>
              );
            })}
          </ul>
          {told.items.next && (limit < MOST
            ? <Button small onClick={() => { setLimit(Math.min(MOST, limit * 4)); }} disabled={found.isFetching}>{found.isFetching ? "Loading…" : "Show more items"}</Button>
            : <p className="quiet">The first {count(MOST)} are listed; “tilth dataset changes” lists all.</p>)}
        </>
      )}
    </section>
  );
}

function Told({ label, classes }: { label: string | null; classes: Classes }) {
  if (label === null) return <span className="faint">no label</span>;
  return <span className="tile-label" dir="auto"><span className="dot" style={{ background: classes.colour(label) }} /><span className="ellipsis">{label}</span></span>;
}

function openWords(listed: number, more: boolean, when: string): string {
  const cut = more || listed > OPENED_AT_ONCE;
  const shown = Math.min(listed, OPENED_AT_ONCE);
  return `Open ${cut ? "the first " : ""}${counted(shown, "item")} in the grid, ${when}`;
}
