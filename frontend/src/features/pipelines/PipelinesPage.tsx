import { Link, useNavigate } from "@tanstack/react-router";

import type { PipelineInfo } from "@/api/client";
import { useJoins, useRunning } from "@/api/loop";
import { useMay } from "@/api/may";
import { useRead } from "@/api/queries";
import { FlowGraph, type FlowNode } from "@/canvas/FlowGraph";
import { counted } from "@/lib/format";
import { inputRepos } from "@/lib/inputs";
import { loopOf } from "@/lib/loop";
import { fullName } from "@/lib/names";
import { Button, CARD, Empty, ErrorNote, Loading, Page, Section, StageCard, State, When } from "@/ui";

/** All pipelines: as a graph, and as a list that says what each does. */
export function PipelinesPage() {
  const pipelines = useRead("pipelines.list", { limit: 1000 });
  const repos = useRead("repos.list", { limit: 1000 });
  const labelings = useRead("labeling.list", {});
  const { joins, models } = useJoins(labelings.data?.items ?? []);
  const running = useRunning(pipelines.data?.items ?? []);
  const go = useNavigate();
  if (pipelines.error) return <Page title="Pipelines"><ErrorNote error={pipelines.error} retry={() => void pipelines.refetch()} /></Page>;
  if (!pipelines.data || !repos.data) return <Loading what="Reading the pipelines…" />;
  const all = pipelines.data.items;
  if (all.length === 0) return <None />;
  const stateOf = (pipeline: PipelineInfo): string | null => (running.has(fullName(pipeline.project, pipeline.name)) ? "running" : (pipeline.last_job_state ?? null));
  const drawn = repos.data.items.filter((repo) => repo.kind !== "model" || models.some((model) => model.name === repo.name && model.project === repo.project));
  const graph = loopOf(drawn, all, [], joins);
  const joined = new Set(graph.edges.flatMap((edge) => [edge.from, edge.to]));
  const nodes = graph.nodes.filter((node) => node.pipeline ?? joined.has(node.id));
  return (
    <Page title="Pipelines" about="Each runs by itself when its input changes, and only for the items that changed." acts={<NewPipeline />}>
      <FlowGraph
        label="Pipelines, what they read, and what is made of it"
        tallest={520}
        smallest={0.62}
        nodes={nodes.map((node): FlowNode => ({
          id: node.id,
          ...CARD,
          label: node.name,
          content: node.pipeline ? (
            <Link to="/pipelines/$name" params={{ name: node.name }} className="stage-link">
              <StageCard
                icon={node.pipeline.kind === "labeling" ? "people" : "code"}
                kind="pipeline"
                name={node.name}
                state={stateOf(node.pipeline) ?? "created"}
              />
            </Link>
          ) : node.repo?.kind === "dataset" ? (
            <Link to="/datasets/$name" params={{ name: node.name }} className="stage-link">
              <StageCard icon="datasets" kind="dataset" name={node.name} note={node.repo.held_out ? "held out, never trains" : "items with labels"} />
            </Link>
          ) : node.repo?.kind === "model" ? (
            <Link to="/models/$model" params={{ model: node.name }} className="stage-link">
              <StageCard icon="models" kind="model" name={node.name} note="model" />
            </Link>
          ) : (
            <Link to="/data/$repo" params={{ repo: node.name }} className="stage-link">
              <StageCard
                icon={node.repo?.held_out ? "lock" : "data"}
                kind="repo"
                name={node.name}
                note={node.repo?.held_out ? "held out, never trains" : "data"}
              />
            </Link>
          ),
        }))}
        edges={graph.edges.map((edge) => ({
          ...edge,
          live: nodes.some((node) => node.id === edge.to && node.pipeline && stateOf(node.pipeline) === "running"),
        }))}
      />
      <Section title={counted(all.length, "pipeline")}>
        <div className="panel table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th>Pipeline</th>
                <th>What it does</th>
                <th>Reads</th>
                <th>Last run</th>
                <th>Changed</th>
              </tr>
            </thead>
            <tbody>
              {all.map((pipeline) => {
                const name = fullName(pipeline.project, pipeline.name);
                const state = stateOf(pipeline);
                return (
                  <tr key={name} className="go" onClick={() => void go({ to: "/pipelines/$name", params: { name } })}>
                    <td className="nowrap">
                      <Link to="/pipelines/$name" params={{ name }} onClick={(event) => { event.stopPropagation(); }}>
                        {name}
                      </Link>
                    </td>
                    <td className="quiet">{String(pipeline.spec["description"] ?? "")}</td>
                    <td className="quiet">{inputRepos(pipeline.spec["input"], pipeline.project).map((input) => input.repo).join(", ")}</td>
                    <td>{pipeline.state === "paused" ? <State state="paused" /> : state ? <State state={state} /> : <span className="faint">never ran</span>}</td>
                    <td className="faint"><When ms={pipeline.updated_ms} /></td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </Section>
    </Page>
  );
}

function NewPipeline() {
  const go = useNavigate();
  const mayMake = useMay("pipelines.create");
  if (!mayMake) return null;
  return <Button icon="plus" look="main" onClick={() => void go({ to: "/new-pipeline" })}>New pipeline</Button>;
}

function None() {
  return (
    <Page title="Pipelines" about="Each runs by itself when its input changes, and only for the items that changed.">
      <div className="panel">
        <Empty title="No pipeline yet">
          <p>A pipeline runs a program of yours for each item of a repo, and again only for those that change: thumbnails of photos, features of scans, a model of a dataset.</p>
          <p>Asking people and training by the button need no pipeline of yours: see <Link to="/labeling">Labeling</Link> and <Link to="/datasets">Datasets</Link>.</p>
          <NewPipeline />
          <details>
            <summary className="quiet">By the terminal instead</summary>
            <pre>{`pipeline: {name: sizes}
input: {pfs: {repo: photos, glob: "/**.jpg"}}
transform:
  cmd: [sh, -c, 'for f in $(find /pfs/photos -type f); do wc -c < "$f" > "/pfs/out/$(basename "$f").size"; done']`}</pre>
            <pre>tilth pipeline create -f sizes.yaml</pre>
          </details>
        </Empty>
      </div>
    </Page>
  );
}
