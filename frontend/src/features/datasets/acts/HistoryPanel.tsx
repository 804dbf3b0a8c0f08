import { usePages } from "@/api/queries";
import { counted, plain } from "@/lib/format";
import { Button, ErrorNote, Icon, Loading, SidePanel, When } from "@/ui";

import type { ActInfo } from "@/features/datasets/types";
import type { Acts } from "./useActs";

const WORDS: Readonly<Record<string, string>> = { define: "set up", fix: "relabeled", mark: "marked", slice: "slice", undo: "undone", other: "changed" };

/** Who did what to these items; each act can be taken back, for good reasons even much later. */
export function HistoryPanel({ name, acts, mayWrite, onClose }: { name: string; acts: Acts; mayWrite: boolean; onClose: () => void }) {
  const found = usePages("datasets.acts", { name, limit: 50 });
  return (
    <SidePanel title="History" label="the history" onClose={onClose}>
      <p className="quiet">Every act is kept. Taking one back is an act, too.</p>
      {found.error && <ErrorNote error={found.error} retry={found.retry} />}
      {found.isPending && <Loading what="Reading the history…" />}
      <ol className="history">
        {found.items.map((act: ActInfo) => (
          <li key={act.commit} className={act.undone ? "undone" : ""}>
            <span className="tag">{WORDS[act.kind] ?? act.kind}</span>
            <div className="grow">
              <bdi>{act.message || counted(act.count, "item")}</bdi>
              <div className="faint">
                {plain(act.by)}, <When ms={act.at_ms} />
                {act.count > 0 && ` · ${counted(act.count, "item")}`}
              </div>
            </div>
            {act.undone ? (
              <span className="faint">taken back</span>
            ) : (
              act.undoable && mayWrite && (
                <Button small disabled={acts.busy !== null} onClick={() => void acts.undo(act.commit)}>
                  undo
                </Button>
              )
            )}
          </li>
        ))}
      </ol>
      {!found.isPending && found.items.length === 0 && (
        <p className="quiet">
          <Icon name="check" size={14} /> Nothing was changed yet.
        </p>
      )}
      {found.hasMore && (
        <Button small onClick={found.more} disabled={found.isLoadingMore}>
          {found.isLoadingMore ? "Loading…" : "Older acts"}
        </Button>
      )}
    </SidePanel>
  );
}
