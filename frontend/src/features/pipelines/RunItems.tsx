import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";

import { type ApiError, type DatumInfo, type JobInfo, text } from "@/api/client";
import { usePages } from "@/api/queries";
import { count, counted, duration } from "@/lib/format";
import { Empty, ErrorNote, Icon, Loading, Section, State } from "@/ui";

import { ended, itemFilters, notListedYet } from "./runs";

const LOG = 200_000;

/** The items of a run, failing ones first; the log of the first failing one is open. */
export function RunItems({ run }: { run: JobInfo }) {
  const search = useSearch({ from: "/runs/$run" });
  const navigate = useNavigate();
  const go = (to: { state?: string; item?: string }) => void navigate({ to: ".", search: to as never, replace: true });
  const state = search.state ?? "";
  const items = usePages("jobs.datums", { job: run.id, limit: 100, ...(state ? { state } : {}) });
  const failing = items.items[0]?.state === "failed" ? items.items[0].key : undefined;
  const open = search.item ?? failing;
  const filters = itemFilters(run);
  const unlisted = notListedYet(run, count);
  return (
    <Section
      title="Items"
      aside={
        filters.length > 0 ? (
          <div className="chips" role="group" aria-label="Which items">
            {filters.map(([value, word]) => (
              <button
                key={value}
                type="button"
                className="chip"
                aria-pressed={state === value}
                onClick={() => { go(value ? { state: value } : {}); }}
              >
                {word}
              </button>
            ))}
          </div>
        ) : null
      }
    >
      {items.error ? (
        <ErrorNote error={items.error} retry={items.retry} />
      ) : items.isPending ? (
        <Loading what="Reading the items…" />
      ) : items.items.length === 0 ? (
        <div className="panel">
          <Empty title={state ? "No item is so" : ended(run) ? (run.total > 0 ? "What became of each item is not listed for this run" : "This run had no items") : run.state === "created" ? "The run waits for its turn" : "Items come here as they are worked on"} />
        </div>
      ) : (
        <List
          run={run}
          items={items.items}
          more={items.hasMore && !items.isLoadingMore ? items.more : null}
          open={open}
          onOpen={(item) => { go({ ...(state ? { state } : {}), ...(item ? { item } : {}) }); }}
        />
      )}
      {unlisted && <p className="quiet">{unlisted}</p>}
    </Section>
  );
}

function List({
  run,
  items,
  more,
  open,
  onOpen,
}: {
  run: JobInfo;
  items: readonly DatumInfo[];
  more: (() => void) | null;
  open: string | undefined;
  onOpen: (item: string | null) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => 33,
    overscan: 12,
    getItemKey: (index) => items[index]?.key ?? index,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= items.length - 20) more();
  }, [more, last, items.length]);
  return (
    <div className="panel scroll" ref={box} tabIndex={-1}>
      <div style={{ height: rows.getTotalSize(), position: "relative" }}>
        {shown.map((row) => {
          const item = items[row.index];
          return item ? (
            <div
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              style={{ position: "absolute", left: 0, right: 0, top: 0, transform: `translateY(${row.start}px)` }}
            >
              <Item run={run} item={item} open={item.key === open} onOpen={onOpen} />
            </div>
          ) : null;
        })}
      </div>
    </div>
  );
}

function Item({
  run,
  item,
  open,
  onOpen,
}: {
  run: JobInfo;
  item: DatumInfo;
  open: boolean;
  onOpen: (item: string | null) => void;
}) {
  return (
    <>
      <button type="button" className="item-row" aria-expanded={open} onClick={() => { onOpen(open ? null : item.key); }}>
        <Icon name={open ? "down" : "right"} size={14} />
        <span className="key">{item.key}</span>
        {item.state === "running" && item.tries > 0 ? (
          <span className="quiet nowrap">failed {counted(item.tries, "time")}, tried again</span>
        ) : item.tries > 1 && <span className="quiet nowrap">{counted(item.tries, "try", "tries")}</span>}
        {!item.reused && item.state !== "running" && <span className="faint nowrap">{duration(item.wall_s * 1000)}</span>}
        <State state={item.reused ? "reused" : item.state} />
      </button>
      {open && (
        <div className="items-log">
          {item.reason && <p className="item-reason">{item.reason}</p>}
          {item.outputs.length > 0 && (
            <p className="quiet" style={{ padding: "4px 12px 4px 38px" }}>
              wrote {item.outputs.slice(0, 20).join(", ")}
              {item.outputs.length > 20 && ` and ${item.outputs.length - 20} more`}
            </p>
          )}
          <Log run={run} item={item} />
        </div>
      )}
    </>
  );
}

function Log({ run, item }: { run: JobInfo; item: DatumInfo }) {
  const log = useQuery<{ text: string; cut: boolean }, ApiError>({
    queryKey: ["jobs.logs", { job: run.id, datum: item.key }],
    queryFn: ({ signal }) => text("jobs.logs", { job: run.id, datum: item.key }, LOG, signal),
    refetchInterval: ended(run) ? false : 2_000,
  });
  const end = useRef<HTMLPreElement>(null);
  const said = log.data?.text;
  useEffect(() => {
    end.current?.scrollTo(0, end.current.scrollHeight);
  }, [said]);
  if (log.error) return <ErrorNote error={log.error} retry={() => void log.refetch()} />;
  if (!log.data) return <Loading what="Reading its log…" />;
  if (!log.data.text.trim())
    return (
      <p className="quiet" style={{ padding: "4px 12px 8px 38px" }}>
        {item.state === "running" ? "It is being worked on; its log comes when it is done." : item.reused ? "It was not computed in this run: the same item with the same code had a result already." : "It wrote no log."}
      </p>
    );
  return (
    <>
      {log.data.cut && <p className="faint" style={{ padding: "0 16px" }}>The first 200,000 characters; `tilth job logs` has all of it.</p>}
      <pre className="log" ref={end} tabIndex={0} aria-label="Log">{log.data.text}</pre>
    </>
  );
}
