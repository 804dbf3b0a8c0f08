import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from "react";

import type { CommitInfo } from "@/api/client";
import { usePages } from "@/api/queries";
import { useNow } from "@/lib/clock";
import { ago } from "@/lib/format";
import { Button, Icon } from "@/ui";

import type { Moment } from "./moment";
import type { Go } from "./place";
import { referenceOf } from "./reference";

/** The branch and a thin line of its versions, newest at the right; moving it moves the whole page through time. */
export function TimeLine({ name, moment, old, go }: { name: string; moment: Moment; old: string | null; go: Go }) {
  const head = moment.branch?.head ?? null;
  const log = usePages("commits.log", { reference: referenceOf(name, head), limit: 60 }, { enabled: head !== null });
  const now = useNow();
  const commits = useMemo(() => [...log.items].reverse(), [log.items]);
  const line = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const shown = commits.findIndex((commit) => commit.id === moment.commit?.id);
  const pinned = old === null ? -1 : commits.findIndex((commit) => commit.id === old);
  const last = commits.length - 1;

  function move(index: number): void {
    const commit = commits[Math.max(0, Math.min(last, index))];
    if (commit) go({ at: commit.id === head ? undefined : commit.id }, { replace: true });
  }
  function nearest(event: PointerEvent): number {
    const box = line.current?.getBoundingClientRect();
    if (!box || last <= 0) return last;
    return Math.max(0, Math.min(last, Math.round(((event.clientX - box.left - 8) / (box.width - 16)) * last)));
  }
  function onKey(event: KeyboardEvent): void {
    const at = shown < 0 ? last : shown;
    const steps: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last, PageUp: at - 10, PageDown: at + 10 };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  }
  const place = (index: number) => (last <= 0 ? "50%" : `calc(8px + (100% - 16px) * ${index / last})`);
  const told: CommitInfo | null = (hovered === null ? null : commits[hovered]) ?? moment.commit;
  return (
    <div className="data-time">
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
      {log.hasMore && (
        <Button small look="plain" icon="left" onClick={log.more} disabled={log.isLoadingMore}>
          {log.isLoadingMore ? "Loading…" : "Older"}
        </Button>
      )}
      {commits.length > 0 && (
        <div
          ref={line}
          className="data-line"
          role="slider"
          tabIndex={0}
          aria-label="Version"
          aria-valuemin={1}
          aria-valuemax={commits.length}
          aria-valuenow={(shown < 0 ? last : shown) + 1}
          aria-valuetext={told ? `${told.message || "no message"}, ${ago(told.at_ms, now)}` : ""}
          onKeyDown={onKey}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            move(nearest(event));
          }}
          onPointerMove={(event) => {
            setHovered(nearest(event));
            if (event.buttons === 1) move(nearest(event));
          }}
          onPointerLeave={() => { setHovered(null); }}
        >
          <div className="rail-line" />
          {pinned >= 0 && shown >= 0 && pinned !== shown && (
            <div
              className="between"
              style={{ left: place(Math.min(pinned, shown)), width: `calc((100% - 16px) * ${Math.abs(pinned - shown) / Math.max(1, last)})` }}
            />
          )}
          {commits.map((commit, index) => (
            <span
              key={commit.id}
              className={`dot${index === shown ? " shown" : ""}${index === pinned ? " pinned" : ""}${index === hovered ? " hovered" : ""}`}
              style={{ left: place(index) }}
            />
          ))}
        </div>
      )}
      <div className="data-told ellipsis" aria-hidden>
        {told ? (
          <>
            <strong>{told.id === head ? "now" : ago(told.at_ms, now)}</strong>{" "}
            <bdi className="quiet">{told.message || "no message"}</bdi>
          </>
        ) : (
          <span className="quiet">no version yet</span>
        )}
      </div>
    </div>
  );
}
