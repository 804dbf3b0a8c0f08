import "./graph.css";

import {
  Background,
  BackgroundVariant,
  Controls,
  BaseEdge,
  type Edge,
  type EdgeProps,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

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

/** An arrow that leads back: below everything, so that it crosses nothing. */
function Back({ sourceX, sourceY, targetX, targetY, markerEnd, data }: EdgeProps<Edge<{ floor: number; lane: number }>>) {
  const out = 12 + 6 * (data?.lane ?? 0);
  const floor = data?.floor ?? Math.max(sourceY, targetY);
  const path = `M${sourceX},${sourceY} h${out - 6} q6,0 6,6 V${floor - 6} q0,6 -6,6 H${targetX - out + 6} q-6,0 -6,-6 V${targetY + 6} q0,-6 6,-6 H${targetX}`;
  return <BaseEdge path={path} {...(markerEnd ? { markerEnd } : {})} />;
}
const KINDS = { box: Box };
const ARROWS = { back: Back };

interface Props {
  nodes: readonly FlowNode[];
  edges: readonly FlowEdge[];
  label: string;
  /** As tall as its content, but not more than this. */
  tallest: number;
  /** Never drawn smaller than this; what does not fit is reached by dragging. */
  smallest?: number;
  /** The node to look at when not all fit. */
  focus?: string;
}

const MARGIN = 20;

/** A graph that one can drag and zoom; its nodes' content may hold links, reached by Tab. */
export function FlowGraph(props: Props) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}

function Flow({ nodes, edges, label, tallest, smallest = 0.5, focus }: Props) {
  const flow = useReactFlow();
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const shape = nodes.map((node) => node.id).join() + edges.map((edge) => `${edge.from}>${edge.to}`).join();
  // eslint-disable-next-line react-hooks/exhaustive-deps -- places depend on the shape alone, not on what nodes show
  const placed = useMemo(() => extent(nodes, place(nodes, edges)), [shape]);
  const lanes = edges.filter((edge) => edge.back);
  const wide = placed.width + (lanes.length ? 40 : 0);
  const high = placed.height + (lanes.length ? 14 + 10 * lanes.length : 0);
  const scale = Math.max(
    smallest,
    Math.min(1, width ? (width - 2 * MARGIN) / wide : 1, (tallest - 2 * MARGIN) / high),
  );
  const height = Math.round(Math.min(tallest, Math.max(96, high * scale + 2 * MARGIN)));

  useLayoutEffect(() => {
    if (!box.current) return;
    const seen = new ResizeObserver(([entry]) => { if (entry) setWidth(Math.round(entry.contentRect.width)); });
    seen.observe(box.current);
    return () => { seen.disconnect(); };
  }, []);
  useEffect(() => {
    if (!width) return;
    const at = focus === undefined ? undefined : placed.places.get(focus);
    const fitsWide = wide * scale <= width;
    const fitsHigh = high * scale <= height;
    const middle = { x: placed.width / 2, y: (high || placed.height) / 2 };
    void flow.setViewport({
      zoom: scale,
      x: fitsWide ? width / 2 - middle.x * scale : within(at ? width / 2 - at.x * scale : MARGIN, width - wide * scale),
      y: fitsHigh ? height / 2 - middle.y * scale : within(at ? height / 2 - at.y * scale : MARGIN, height - high * scale),
    });
  }, [flow, placed, width, height, wide, high, scale, focus]);

  const shown = nodes.map((node): Shown => ({
    id: node.id,
    type: "box",
    position: placed.places.get(node.id) ?? { x: 0, y: 0 },
    width: node.width,
    height: node.height,
    data: { content: node.content },
    draggable: false,
    selectable: false,
    focusable: false,
    // A node that is neither dragged nor chosen would let clicks through to what is behind its links.
    style: { pointerEvents: "all" },
    ariaLabel: node.label,
  }));
  const arrows = edges.map((edge): Edge => ({
    id: `${edge.from}>${edge.to}`,
    source: edge.from,
    target: edge.to,
    type: edge.back ? "back" : "default",
    animated: edge.live ?? false,
    className: [edge.back ? "back" : "", edge.live ? "live" : ""].join(" "),
    focusable: false,
    selectable: false,
    data: { floor: placed.height + 14 + 10 * lanes.indexOf(edge), lane: lanes.indexOf(edge) },
    markerEnd: {
      type: MarkerType.ArrowClosed,
      width: 14,
      height: 14,
      color: edge.live || edge.back ? "var(--accent)" : "var(--edge)",
    },
    ...(edge.label ? { label: edge.label } : {}),
  }));
  return (
    <div className="graph" ref={box} style={{ height }} role="group" aria-label={label}>
      <ReactFlow
        nodes={shown}
        edges={arrows}
        nodeTypes={KINDS}
        edgeTypes={ARROWS}
        minZoom={0.2}
        maxZoom={1.5}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        zoomOnDoubleClick={false}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--hairline)" />
        {(wide * scale > width || high * scale > height || scale < 0.8) && <Controls showInteractive={false} position="bottom-right" orientation="horizontal" />}
      </ReactFlow>
    </div>
  );
}

/** Keep an offset where no space is wasted beyond the graph's edges. */
function within(offset: number, least: number): number {
  return Math.max(least - MARGIN, Math.min(MARGIN, offset));
}

function extent(nodes: readonly GraphNode[], places: Map<string, { x: number; y: number }>) {
  let width = 0;
  let height = 0;
  for (const node of nodes) {
    const at = places.get(node.id);
    if (!at) continue;
    width = Math.max(width, at.x + node.width);
    height = Math.max(height, at.y + node.height);
  }
  return { places, width, height };
}
