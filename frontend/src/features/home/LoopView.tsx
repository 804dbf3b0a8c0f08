import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { type FeedbackInfo, type LabelingInfo, type PipelineInfo, type RepoInfo, call } from "@/api/client";
import { useMay } from "@/api/may";
import { keyOf, useRead } from "@/api/queries";
import { FlowGraph, type FlowNode } from "@/canvas/FlowGraph";
import { count, counted, plain } from "@/lib/format";
import { type LoopJoin, type LoopNode, joinsOf, loopOf } from "@/lib/loop";
import { parseReference } from "@/lib/names";
import { CARD, StageCard } from "@/ui";

interface Props {
  repos: readonly RepoInfo[];
  pipelines: readonly PipelineInfo[];
  feedback: readonly FeedbackInfo[];
  labelings: readonly LabelingInfo[];
}

/** The loop, drawn with the state of every stage. */
export function LoopView({ repos, pipelines, feedback, labelings }: Props) {
  const busy = pipelines.some((pipeline) => pipeline.last_job_state === "running");
  const runs = useRead("jobs.list", { limit: 100 }, { enabled: busy });
  const datasets = useRead("datasets.list", { limit: 1000 });
  // Those of the trend below, so they are read once; a model beyond them is not drawn.
  const models = useRead("models.list", { limit: 6, recent: 12 });
  const known = models.data?.items ?? [];
  const drawn = repos.filter((repo) => repo.kind !== "model" || known.some((model) => model.name === repo.name && model.project === repo.project));
  const joins = joinsOf(datasets.data?.items ?? [], known);
  const imported = useImported(labelings);
  const { nodes: all, edges } = loopOf(drawn, pipelines, feedback, [...joins, ...imported]);
  const joined = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  // What nothing joins needs no place in the picture, unless there is nothing else.
  const nodes = edges.length === 0 ? all : all.filter((node) => joined.has(node.id));
  const alone = edges.length === 0 ? [] : all.filter((node) => !joined.has(node.id));
  const progress = new Map<string, string>();
  for (const run of runs.data?.items ?? [])
    if (run.state === "running") progress.set(plain(run.pipeline), counted(run.run + run.reused + run.failed, "item"));
  const people = new Map(labelings.map((labeling) => [plain(labeling.pipeline), labeling]));
  const running = new Set(
    nodes.filter((node) => node.pipeline?.last_job_state === "running").map((node) => node.id),
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

/** Tables of answers that were given elsewhere: each leads to the labeling that took it in. */
function useImported(labelings: readonly LabelingInfo[]): LoopJoin[] {
  const may = useMay("labeling.imports");
  return useQueries({
    queries: labelings.map(({ pipeline, answers }) => ({
      queryKey: keyOf("labeling.imports", { pipeline }),
      queryFn: () => call("labeling.imports", { pipeline }),
      enabled: may && answers > 0,
      staleTime: 60_000,
    })),
    combine: (found) => found.flatMap((one, at) => (one.data?.items ?? []).map((each) => ({ from: plain(parseReference(each.table).repo), to: plain(labelings[at]?.pipeline ?? "") }))),
  });
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
          note={labeling.blocked ? "see why" : labeling.open > 0 ? `${count(labeling.open)} tasks` : `${count(labeling.done)} items`}
        />
      </Link>
    );
  if (pipeline) {
    const note: ReactNode = progress;
    return (
      <Link to="/pipelines/$name" params={{ name }} className="stage-link">
        <StageCard icon="code" kind="pipeline" name={name} state={pipeline.last_job_state ?? "created"} note={note} />
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
