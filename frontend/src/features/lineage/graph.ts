/** A version's origins and consequences as one graph. Pure. */
export interface Made {
  id: string;
  repo: string;
  derivation?: { inputs: readonly { commit: string }[] } | null;
}

export interface LineageGraph<C extends Made> {
  nodes: { id: string; commit: C; side: "from" | "here" | "to" }[];
  edges: { from: string; to: string }[];
}

/** Join what a version came from and what came from it; at most `most` nodes, nearest first. */
export function lineageGraph<C extends Made>(
  here: string,
  from: readonly { commit: C; depth: number; record_of?: readonly string[] }[],
  to: readonly { commit: C; depth: number }[],
  most: number,
): LineageGraph<C> {
  const nodes = new Map<string, LineageGraph<C>["nodes"][number]>();
  const near = [...from.map((node) => ({ ...node, side: "from" as const })), ...to.map((node) => ({ ...node, side: "to" as const }))];
  near.sort((a, b) => a.depth - b.depth);
  for (const { commit, side } of near)
    if (!nodes.has(commit.id) && nodes.size < most)
      nodes.set(commit.id, { id: commit.id, commit, side: commit.id === here ? "here" : side });
  const edges: LineageGraph<C>["edges"] = [];
  for (const { commit } of nodes.values())
    for (const input of commit.derivation?.inputs ?? [])
      if (nodes.has(input.commit)) edges.push({ from: input.commit, to: commit.id });
  // The record of a model or dataset is joined to what it stands for.
  for (const { commit, record_of } of from)
    for (const other of record_of ?? [])
      if (nodes.has(commit.id) && nodes.has(other)) {
        // A saved version reads its dataset's own record; one arrow is enough, and that from the record is true.
        if (!edges.some((edge) => edge.from === commit.id && edge.to === other)) edges.push({ from: other, to: commit.id });
      }
  return { nodes: [...nodes.values()], edges };
}
