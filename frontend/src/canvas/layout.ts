/** Place a graph's nodes from left to right, so that arrows mostly lead forward. */
import dagre from "@dagrejs/dagre";

export interface GraphNode {
  id: string;
  width: number;
  height: number;
}
export interface GraphEdge {
  from: string;
  to: string;
  /** Leads back (feedback): drawn, but does not order the columns. */
  back?: boolean;
}

/** Return each node's upper left corner. The same graph is always placed the same way. */
export function place(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  { direction = "LR", gap = 14, reach = 36 }: { direction?: "LR" | "RL" | "TB"; gap?: number; reach?: number } = {},
): Map<string, { x: number; y: number }> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: direction, nodesep: gap, edgesep: 6, ranksep: reach, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { width: node.width, height: node.height });
  for (const edge of edges)
    if (!edge.back && graph.hasNode(edge.from) && graph.hasNode(edge.to)) graph.setEdge(edge.from, edge.to);
  dagre.layout(graph);
  return new Map(
    nodes.map((node) => {
      const { x, y } = graph.node(node.id) as { x: number; y: number };
      return [node.id, { x: x - node.width / 2, y: y - node.height / 2 }];
    }),
  );
}
