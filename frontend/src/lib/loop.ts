/** The loop as one graph: repos that people fill, pipelines of code, pipelines of people, and feedback. Pure. */
import { plain } from "./format";
import { inputRepos } from "./inputs";
import { fullName, parseReference } from "./names";

export interface LoopRepo {
  name: string;
  project: string;
  held_out: boolean;
  owner?: string | null;
}
export interface LoopPipeline {
  name: string;
  project: string;
  kind: string;
  spec: Readonly<Record<string, unknown>>;
  output: string;
}
export interface LoopFeedback {
  name: string;
  source: string;
  target: string;
  used: number;
  budget: number;
}

/** A dataset or a model is joined to what it is made of by its definition, not by a pipeline. */
export interface LoopJoin {
  from: string;
  to: string;
}

export interface LoopNode<R, P> {
  id: string;
  name: string;
  repo?: R;
  pipeline?: P;
}
export interface LoopEdge {
  from: string;
  to: string;
  back?: boolean;
  label?: string;
}

/** Return the graph. A pipeline and the repo that it writes are one node. Repos that nothing reads come last. */
export function loopOf<R extends LoopRepo, P extends LoopPipeline>(
  repos: readonly R[],
  pipelines: readonly P[],
  feedback: readonly LoopFeedback[] = [],
  joins: readonly LoopJoin[] = [],
): { nodes: LoopNode<R, P>[]; edges: LoopEdge[] } {
  const nodes = new Map<string, LoopNode<R, P>>();
  const writer = new Map<string, string>();
  for (const pipeline of pipelines) {
    const name = fullName(pipeline.project, pipeline.name);
    nodes.set(`p:${name}`, { id: `p:${name}`, name, pipeline });
    writer.set(fullName(pipeline.project, parseReference(pipeline.output).repo), `p:${name}`);
  }
  for (const repo of repos) {
    const name = fullName(repo.project, repo.name);
    const made = writer.get(name);
    const owner = made === undefined ? undefined : nodes.get(made);
    if (owner) owner.repo = repo;
    else nodes.set(`r:${name}`, { id: `r:${name}`, name, repo });
  }
  const nodeOf = (name: string): string => writer.get(name) ?? `r:${name}`;
  const edges = new Map<string, LoopEdge>();
  function join(from: string, to: string, more: Partial<LoopEdge> = {}): void {
    if (nodes.has(from) && nodes.has(to) && from !== to && !edges.has(`${from}>${to}`))
      edges.set(`${from}>${to}`, { from, to, ...more });
  }
  for (const pipeline of pipelines) {
    const to = `p:${fullName(pipeline.project, pipeline.name)}`;
    for (const input of inputRepos(pipeline.spec["input"], pipeline.project)) join(nodeOf(input.repo), to);
    const golden = (pipeline.spec["labeling"] as { golden?: { items?: unknown; from?: unknown } } | undefined)?.golden;
    for (const place of [golden?.items, golden?.from])
      if (typeof place === "string") join(nodeOf(fullName(pipeline.project, parseReference(place).repo)), to);
  }
  for (const one of joins) join(nodeOf(one.from), nodeOf(one.to));
  for (const edge of feedback)
    join(nodeOf(parseReference(edge.source).repo), nodeOf(parseReference(edge.target).repo), { back: true });
  const joined = new Set([...edges.values()].flatMap((edge) => [edge.from, edge.to]));
  const all = [...nodes.values()];
  return {
    nodes: [...all.filter((node) => joined.has(node.id)), ...all.filter((node) => !joined.has(node.id))],
    edges: [...edges.values()],
  };
}

/** Return how datasets hang on their sources, and models on what makes them, or on the dataset that judges them. */
export function joinsOf(
  datasets: readonly { name: string; project: string; definition: Readonly<Record<string, unknown>> }[],
  models: readonly { name: string; project: string; dataset: string; follows: string }[],
): LoopJoin[] {
  return [
    ...datasets.flatMap(({ name, project, definition }) =>
      sourcesIn(definition).map((source) => ({ from: plain(parseReference(source).repo), to: fullName(project, name) })),
    ),
    ...models.map((model) => ({
      from: plain(model.follows === "" ? model.dataset : parseReference(model.follows).repo),
      to: fullName(model.project, model.name),
    })),
  ];
}

/** The places that a definition reads, wherever it names them. */
function sourcesIn(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(sourcesIn);
  if (part === null || typeof part !== "object") return [];
  return Object.entries(part).flatMap(([field, value]) =>
    (field === "from" || field === "media_from") && typeof value === "string" ? [value] : sourcesIn(value),
  );
}
