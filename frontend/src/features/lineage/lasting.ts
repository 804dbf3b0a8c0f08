import type { Schemas } from "@/api/client";
import { plain } from "@/lib/format";

/** Where a link leads that is given to others. */
export interface Lasting {
  to: string;
  /** Whether it shows the same for ever. */
  exact: boolean;
}

/** The link of what a page of lineage shows. A record goes on to what is newest, so its link is that of the version it stands for. Pure. */
export function lastingOf(nodes: readonly Pick<Schemas["LineageNode"], "commit" | "record_of">[], pinned: string, repo: string): Lasting {
  const stands = nodes[0]?.record_of ?? [];
  if (stands.length === 0) return { to: pinned, exact: true };
  const version = stands.length === 1 ? nodes.find((node) => node.commit.id === stands[0])?.commit : undefined;
  // A model or a dataset keeps its versions in its own repo; sources of an unsaved dataset are elsewhere.
  if (version && plain(version.repo) === repo) return { to: `${repo}@${version.id}`, exact: true };
  return { to: repo, exact: false };
}
