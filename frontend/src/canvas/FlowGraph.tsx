import "./graph.css";

import {
  Background,
  BackgroundVariant,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import { type ReactNode, useEffect, useMemo } from "react";

import { type GraphEdge, type GraphNode, place } from "./layout";

export interface FlowNode extends GraphNode {
  content: ReactNode;
  /** What a screen reader says for the node. */
  label: string;
}
export interface FlowEdge extends GraphEdge {
  /** Work goes along it now. */
  live?: boolean;
  label?: string;
}

type Shown = Node<{ content: ReactNode }, "box">;

function Box({ data }: NodeProps<Shown>) {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      {data.content}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}
const KINDS = { box: Box };

interface Props {
  nodes: readonly FlowNode[];
  edges: readonly FlowEdge[];
  label: string;
  height: number;
  /** Never drawn smaller than this; what does not fit is reached by dragging. */
  smallest?: number;
}

/** A graph that one can drag and zoom; its nodes' content may hold links, reached by Tab. */
export function FlowGraph(props: Props) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}

function Flow({ nodes, edges, label, height, smallest = 0.5 }: Props) {
  const flow = useReactFlow();
  const shape = nodes.map((node) => node.id).join() + edges.map((edge) => `${edge.from}>${edge.to}`).join();
  // eslint-disable-next-line react-hooks/exhaustive-deps -- places depend on the shape alone, not on what nodes show
  const places = useMemo(() => place(nodes, edges), [shape]);
  const shown = nodes.map((node): Shown => ({
    id: node.id,
    type: "box",
    position: places.get(node.id) ?? { x: 0, y: 0 },
    width: node.width,
    height: node.height,
    data: { content: node.content },
    draggable: false,
    selectable: false,
    focusable: false,
    ariaLabel: node.label,
  }));
  const arrows = edges.map((edge): Edge => ({
    id: `${edge.from}>${edge.to}`,
    source: edge.from,
    target: edge.to,
    type: edge.back ? "smoothstep" : "default",
    animated: edge.live ?? false,
    className: [edge.back ? "back" : "", edge.live ? "live" : ""].join(" "),
    focusable: false,
    markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: "var(--edge)" },
    ...(edge.label ? { label: edge.label } : {}),
  }));
  const fit = { padding: 0.04, minZoom: smallest, maxZoom: 1 };
  useEffect(() => {
    const again = (): void => void flow.fitView(fit);
    again();
    window.addEventListener("resize", again);
    return () => { window.removeEventListener("resize", again); };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- fit anew only when the graph's shape changes
  }, [shape, flow]);
  return (
    <div className="graph" style={{ height }} role="group" aria-label={label}>
      <ReactFlow
        nodes={shown}
        edges={arrows}
        nodeTypes={KINDS}
        fitView
        fitViewOptions={fit}
        minZoom={0.2}
        maxZoom={1.5}
        nodesConnectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        zoomOnDoubleClick={false}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--hairline)" />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}
