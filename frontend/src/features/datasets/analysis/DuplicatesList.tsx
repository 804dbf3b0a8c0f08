import { useInfiniteQuery } from "@tanstack/react-query";

import { type ApiError, type Schemas, call } from "@/api/client";
import { count, counted } from "@/lib/format";
import { Button, Empty, ErrorNote, Loading } from "@/ui";

import { useClasses } from "@/features/datasets/classes";
import { usePageState } from "@/features/datasets/pageState";
import type { ViewProps } from "@/features/datasets/props";
import { Card } from "./Card";

type DuplicatesInfo = Schemas["DuplicatesInfo"];
type Group = Schemas["DuplicateGroup"];

const DUPLICATE = "duplicate";
const SHOWN = 12;

/** Groups of items that show nearly the same: across splits first, then those whose labels differ. */
export function DuplicatesList({ name, dataset, go, selection }: ViewProps) {
  const { acts, mayWrite, open } = usePageState();
  const classes = useClasses(dataset);
  const found = useInfiniteQuery<DuplicatesInfo, ApiError, { pages: DuplicatesInfo[] }, readonly unknown[], string>({
    queryKey: ["analysis.duplicates", { dataset: name }],
    queryFn: ({ signal, pageParam }) => call("analysis.duplicates", { dataset: name, limit: 30, ...(pageParam ? { after: pageParam } : {}) }, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    retry: false,
  });
  if (found.error) return <ErrorNote error={found.error} retry={() => void found.refetch()} />;
  const first = found.data?.pages[0];
  if (!first) return <Loading what="Reading the groups…" />;
  if (first.total === 0)
    return (
      <Empty title="Nothing comes twice.">
        <p>No two items show nearly the same.</p>
      </Empty>
    );
  const groups = found.data?.pages.flatMap((page) => page.groups) ?? [];
  return (
    <div className="duplicates" tabIndex={0} aria-label="Groups of near-duplicates">
      <p className="quiet">
        {counted(first.total, "group")}; {first.across_splits > 0 ? <strong className="need">{count(first.across_splits)} across splits: what is tested was trained on</strong> : "none across splits"};{" "}
        {first.contradicting > 0 ? `${count(first.contradicting)} with labels that differ` : "no labels differ"}.
      </p>
      {groups.map((group) => (
        <section key={group.items[0]?.key} className="duplicate-group" aria-label={titleOf(group)}>
          <header>
            <strong>{titleOf(group)}</strong>
            {group.splits.length > 1 && <span className="tag need">across {group.splits.join(" and ")}</span>}
            {group.labels.length > 1 && <span className="tag need">labeled {group.labels.join(" and ")}</span>}
            <span className="grow" />
            {mayWrite && (
              <Button
                small
                disabled={acts.busy !== null || unmarked(group).length === 0}
                title="Marks all but the first as duplicates; they can be filtered out by their mark"
                onClick={() => void acts.mark(DUPLICATE, unmarked(group))}
              >
                {unmarked(group).length === 0 ? "Marked" : `Keep the first, mark ${counted(unmarked(group).length, "duplicate")}`}
              </Button>
            )}
            <Button small look="plain" onClick={() => { selection.set({ all: false, keys: new Set(group.items.map((item) => item.key)), anchor: null }); }}>
              Select {counted(group.items.length, "item")}
            </Button>
          </header>
          <div className="neighbour-strip">
            {group.items.slice(0, SHOWN).map((item) => (
              <button key={item.key} type="button" className="neighbour" title={item.key} onClick={() => { open(item.key); }}>
                <Card name={name} item={item} size={104} classes={classes}>
                  {item.mark && <span className="faint"> {item.mark.replaceAll("_", " ")}</span>}
                </Card>
              </button>
            ))}
            {group.items.length > SHOWN && (
              <button type="button" className="link" onClick={() => { go({ view: undefined, of: undefined, where: `duplicate_of = '${(group.items[0]?.key ?? "").replaceAll("'", "''")}'` }); }}>
                and {count(group.items.length - SHOWN)} more
              </button>
            )}
          </div>
        </section>
      ))}
      {found.hasNextPage && (
        <Button disabled={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          Show more groups
        </Button>
      )}
    </div>
  );
}

function titleOf(group: Group): string {
  return `${counted(group.items.length, "item")} nearly the same`;
}

function unmarked(group: Group): string[] {
  return group.items.slice(1).filter((item) => item.mark !== DUPLICATE).map((item) => item.key);
}
