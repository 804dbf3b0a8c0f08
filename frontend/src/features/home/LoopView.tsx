import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { type FeedbackInfo, type LabelingInfo, type PipelineInfo, type RepoInfo } from "@/api/client";
import { useJoins, useRunning } from "@/api/loop";
import { FlowGraph, type FlowNode } from "@/canvas/FlowGraph";
import { counted, plain } from "@/lib/format";
import { type LoopNode, loopOf } from "@/lib/loop";
import { CARD, StageCard } from "@/ui";

interface Props {
  repos: readonly RepoInfo[];
  pipelines: readonly PipelineInfo[];
  feedback: readonly FeedbackInfo[];
  labelings: readonly LabelingInfo[];
}

/** The loop, drawn with the state of every stage. */
export function LoopView({ repos, pipelines, feedback, labelings }: Props) {
  const { joins, models } = useJoins(labelings);
  const drawn = repos.filter((repo) => repo.kind !== "model" || models.some((model) => model.name === repo.name && model.project === repo.project));
  const { nodes: all, edges } = loopOf(drawn, pipelines, feedback, joins);
  const joined = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  // What nothing joins needs no place in the picture, unless there is nothing else.
  const nodes = edges.length === 0 ? all : all.filter((node) => joined.has(node.id));
  const alone = edges.length === 0 ? [] : all.filter((node) => !joined.has(node.id));
  const progress = useRunning(pipelines);
  const people = new Map(labelings.map((labeling) => [plain(labeling.pipeline), labeling]));
  const running = new Set(
    nodes.filter((node) => node.pipeline?.last_job_state === "running" || (node.pipeline && progress.has(node.name))).map((node) => node.id),
  );
  return (
    <div className="home-loop">
      <FlowGraph
        label="The loop: repos, pipelines and labeling"
        tallest={620}
        smallest={0.62}
        nodes={nodes.map((node): FlowNode => ({
          id: node.id,
          ...CARD,
          label: node.name,
          content: <Stage node={node} labeling={people.get(node.name)} progress={progress.get(node.name)} />,
        }))}
        edges={edges.map((edge) => ({ ...edge, live: running.has(edge.to) }))}
      />
      {alone.length > 0 && (
        <p className="faint">
          Beside the loop, as no pipeline, labeling or dataset uses {alone.length === 1 ? "it" : "them"}:{" "}
          {alone.map((node, index) => (
            <span key={node.id}>
              {index > 0 && ", "}
              {node.pipeline ? <Link to="/pipelines/$name" params={{ name: node.name }}><bdi>{node.name}</bdi></Link> : <Link to="/data/$repo" params={{ repo: node.name }}><bdi>{node.name}</bdi></Link>}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

function Stage({
  node,
  labeling,
  progress,
}: {
  node: LoopNode<RepoInfo, PipelineInfo>;
  labeling: LabelingInfo | undefined;
  progress: string | undefined;
}) {
  const { name, pipeline, repo } = node;
  if (labeling)
    return (
      <Link to="/labeling/$pipeline" params={{ pipeline: name }} className="stage-link">
        <StageCard
          icon="people"
          kind="people label"
          name={name}
          state={labeling.blocked ? "waiting" : labeling.open > 0 ? "open" : "done"}
          note={labeling.blocked ? "see why" : labeling.open > 0 ? counted(labeling.open, "task") : counted(labeling.done, "item")}
        />
      </Link>
    );
  if (pipeline) {
    const note: ReactNode = progress;
    return (
      <Link to="/pipelines/$name" params={{ name }} className="stage-link">
        <StageCard icon="code" kind="pipeline" name={name} state={progress === undefined ? (pipeline.last_job_state ?? "created") : "running"} note={note} />
      </Link>
    );
  }
  if (repo?.kind === "dataset")
    return (
      <Link to="/datasets/$name" params={{ name }} className="stage-link">
        <StageCard icon="datasets" kind="dataset" name={name} note={repo.held_out ? "held out, never trains" : "items with labels"} />
      </Link>
    );
  if (repo?.kind === "model")
    return (
      <Link to="/models/$model" params={{ model: name }} className="stage-link">
        <StageCard icon="models" kind="model" name={name} note="model" />
      </Link>
    );
  return (
    <Link to="/data/$repo" params={{ repo: name }} className="stage-link">
      <StageCard
        icon={repo?.held_out ? "lock" : "data"}
        kind="repo"
        name={name}
        note={repo?.held_out ? "held out, never trains" : (repo?.kind ?? "data")}
      />
    </Link>
  );
}
