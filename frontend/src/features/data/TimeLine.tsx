import { useMemo } from "react";

import { usePages } from "@/api/queries";
import { Icon, TimeLine as Line, TopSlot } from "@/ui";

import type { Moment } from "./moment";
import type { Go } from "./place";
import { referenceOf } from "./reference";

/** The branch and the line of its versions, in the top bar. */
export function TimeLine({ name, moment, old, go }: { name: string; moment: Moment; old: string | null; go: Go }) {
  const head = moment.branch?.head ?? null;
  const log = usePages("commits.log", { reference: referenceOf(name, head), limit: 60 }, { enabled: head !== null });
  const instants = useMemo(
    () => log.items.map((commit) => ({ id: commit.id, at_ms: commit.at_ms, words: commit.message })).reverse(),
    [log.items],
  );
  return (
    <TopSlot>
      <label className="data-branch">
        <Icon name="branch" />
        <span className="offscreen">Branch</span>
        <select
          className="field"
          value={moment.branch?.name ?? ""}
          onChange={(event) => {
            go({ branch: event.target.value === "main" ? undefined : event.target.value, at: undefined, old: undefined });
          }}
        >
          {moment.branch === null && <option value="">a single version</option>}
          {moment.branches.map((branch) => (
            <option key={branch.name}>{branch.name}</option>
          ))}
        </select>
      </label>
      <Line
        instants={instants}
        shown={moment.commit?.id ?? null}
        pinned={old}
        newest={head}
        onMove={(id) => { go({ at: id === head ? undefined : id }, { replace: true }); }}
        older={log.hasMore ? log.more : undefined}
        loading={log.isLoadingMore}
      />
    </TopSlot>
  );
}
