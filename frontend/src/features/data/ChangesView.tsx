import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef } from "react";

import type { Schemas } from "@/api/client";
import { usePages } from "@/api/queries";
import { bytes, count, counted } from "@/lib/format";
import { Button, Empty, ErrorNote, Loading, When } from "@/ui";

import { FileDiff } from "./FileDiff";
import type { Moment } from "./moment";
import { Name } from "./Name";
import type { Go } from "./place";
import { baseName, folderOf, referenceOf, shownName } from "./reference";
import { storedWords } from "./wording";

type FileChange = Schemas["FileChange"];
export type ChangeKind = "added" | "changed" | "deleted";

const LOADED_UNASKED = 20_000;

/** Tell what became of a path. */
export function changeKind(change: FileChange): ChangeKind {
  return change.old == null ? "added" : change.new == null ? "deleted" : "changed";
}

/** What differs between two versions: the files on the left, the selected one's difference on the right. */
export function ChangesView({
  name,
  moment,
  old,
  file,
  go,
}: {
  name: string;
  moment: Moment;
  old: string | null;
  file: string | null;
  go: Go;
}) {
  const commit = moment.commit;
  const before = old ?? commit?.parents[0] ?? null;
  const diff = usePages(
    "commits.diff",
    { new: referenceOf(name, commit?.id), ...(before ? { old: referenceOf(name, before) } : {}), limit: 1000 },
    { enabled: commit !== null },
  );
  const changes = diff.items;
  const loaded = changes.length;
  useEffect(() => {
    if (diff.hasMore && !diff.isLoadingMore && loaded < LOADED_UNASKED) diff.more();
  });
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: loaded, getScrollElement: () => box.current, estimateSize: () => 28, overscan: 12 });
  if (commit === null) return <NoVersion />;
  if (diff.error) return <ErrorNote error={diff.error} retry={diff.retry} />;
  if (diff.isPending) return <Loading what="Comparing the two versions…" />;
  // Without a choice the first one is shown: whoever compares wants to see a difference.
  const index = Math.max(0, changes.findIndex((change) => change.path === file));
  const select = (to: number) => {
    const change = changes[Math.max(0, Math.min(loaded - 1, to))];
    if (!change) return;
    go({ file: change.path }, { replace: file !== null });
    virtual.scrollToIndex(Math.max(0, Math.min(loaded - 1, to)));
  };
  function onKey(event: KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: loaded - 1};
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    select(to);
  }
  const totals: Record<ChangeKind, number> = { added: 0, changed: 0, deleted: 0 };
  for (const change of changes) totals[changeKind(change)] += 1;
  const selected = changes[index];
  const more = diff.hasMore ? "+" : "";
  return (
    <div className="data-changes">
      <div className="data-compare">
        <span>
          {before === null ? "The first version" : "From"} {before !== null && <VersionName name={name} commit={before} />}{" "}
          <span className="faint">to</span> <VersionName name={name} commit={commit.id} />
        </span>
        <span className="totals">
          {(["added", "changed", "deleted"] as const).map((kind) => (
            <span key={kind} className={`total ${kind}`}>
              <strong>{count(totals[kind])}{more}</strong> {kind}
            </span>
          ))}
        </span>
        {before === (commit.parents[0] ?? null) && <span className="faint">{storedWords(commit.counts)}</span>}
        <span className="acts">
          {old === null ? (
            <Button small onClick={() => { go({ old: before ?? undefined }); }} disabled={before === null} title="Keep the earlier version while you move the time line">
              Keep comparing with this earlier one
            </Button>
          ) : (
            <Button small icon="cross" onClick={() => { go({ old: undefined }); }}>
              Compare with the one before
            </Button>
          )}
        </span>
      </div>
      {loaded === 0 ? (
        <Empty title="These two versions are the same">
          <p>Pin one version, then move the time line to compare it with another.</p>
        </Empty>
      ) : (
        <div className="data-split">
          <div ref={box} className="data-tree" role="listbox" aria-label={counted(loaded, "changed file")} tabIndex={0} onKeyDown={onKey}>
            <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
              {virtual.getVirtualItems().map((item) => {
                const change = changes[item.index];
                if (!change) return null;
                const kind = changeKind(change);
                return (
                  <div
                    key={change.path}
                    role="option"
                    aria-selected={change === selected}
                    className={`row change ${kind}${change === selected ? " selected active" : ""}`}
                    style={{ height: item.size, transform: `translateY(${item.start}px)` }}
                    onClick={() => { select(item.index); }}
                  >
                    <span className="sign" title={kind}>{kind === "added" ? "+" : kind === "deleted" ? "−" : "~"}</span>
                    {folderOf(change.path) && <bdi className="folder faint ellipsis">{shownName(folderOf(change.path))}/</bdi>}
                    <Name name={baseName(change.path)} />
                    <span className="size faint">{sizeChange(change)}</span>
                  </div>
                );
              })}
            </div>
          </div>
          {selected && (
            <aside
              className="data-panel wide"
              aria-label={`Difference of ${shownName(selected.path)}`}
              onKeyDown={(event) => { if (event.key === "Escape") box.current?.focus(); }}
            >
              <header className="data-panel-head">
                <h2 title={shownName(selected.path)}>
                  <Name name={baseName(selected.path)} />
                </h2>
                <span className={`total ${changeKind(selected)}`}>{changeKind(selected)}</span>
              </header>
              <div className="data-panel-body">
                <FileDiff key={selected.path} name={name} before={before} after={commit.id} change={selected} />
              </div>
            </aside>
          )}
        </div>
      )}
      {diff.hasMore && loaded >= LOADED_UNASKED && (
        <Button onClick={diff.more} disabled={diff.isLoadingMore}>
          Load more than {count(loaded)} changes
        </Button>
      )}
    </div>
  );
}

export function NoVersion({ onImport }: { onImport?: (() => void) | undefined }) {
  return (
    <Empty title="Nothing is in it yet">
      <p>Drop pictures, a folder, a zip or a table anywhere on this page.</p>
      {onImport && <Button look="main" icon="plus" onClick={onImport}>Import the first files</Button>}
    </Empty>
  );
}

function sizeChange({ old, new: after }: FileChange): string {
  if (!old) return bytes(after?.size ?? 0);
  if (!after) return bytes(old.size);
  const grown = after.size - old.size;
  return grown === 0 ? "same size" : `${grown > 0 ? "+" : "−"}${bytes(Math.abs(grown))}`;
}

function VersionName({ name, commit }: { name: string; commit: string }) {
  const log = usePages("commits.log", { reference: referenceOf(name, commit), limit: 1 });
  const found = log.items[0];
  return (
    <bdi className="quiet" title={commit}>
      {found ? (
        <>
          {found.message ? `“${shownName(found.message).slice(0, 60)}”` : "a version without a message"} (<When ms={found.at_ms} />)
        </>
      ) : (
        commit.slice(0, 12)
      )}
    </bdi>
  );
}
