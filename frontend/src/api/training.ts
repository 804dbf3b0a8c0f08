/** Training by a click: start it, see how far it is, stop it. */
import type { JobInfo, Schemas } from "./client";
import { useAct, useRead } from "./queries";

export interface Training {
  start: () => void;
  stop: () => void;
  /** What was started here, and on which data. */
  started: Schemas["TrainInfo"] | undefined;
  /** The run that is going on: describing the items, then training. */
  running: JobInfo | undefined;
  stage: string;
  /** How many runs of the same pipeline begin when that one has ended: newer data came meanwhile. */
  waiting: number;
  /** Which of the pipelines that run is of, in their order; none: −1. */
  at: number;
  /** The newest run of the training, when none is going on. */
  last: JobInfo | undefined;
  isStarting: boolean;
  error: { message: string; help?: string } | null;
}

/** So many runs of a pipeline are looked at: one that is going on, and those that wait for it. */
const RECENT = 5;

/** Among the newest runs of some pipelines in their order: the one that is going on, and how many of its pipeline wait. */
export function goingOn(runs: readonly (readonly JobInfo[])[]): { at: number; running: JobInfo | undefined; waiting: number } {
  const open = runs.map((all) => all.filter((job) => job.state === "running" || job.state === "created"));
  // The oldest that has not ended goes on; newer ones wait for it.
  const at = open.findIndex((all) => all.some((job) => job.state === "running"));
  const first = at < 0 ? open.findIndex((all) => all.length > 0) : at;
  const mine = open[first] ?? [];
  return { at: first, running: mine.find((job) => job.state === "running") ?? mine.at(-1), waiting: Math.max(0, mine.length - 1) };
}

/** Train on a dataset, or make a model anew; `pipelines` are those whose runs belong to it, in order. */
export function useTraining(name: string, pipelines: readonly { name: string; stage: string }[]): Training {
  const act = useAct("models.train");
  const stop = useAct("jobs.stop");
  const known = useRead("pipelines.list", { limit: 1000 });
  const names = new Set((known.data?.items ?? []).map((one) => one.name));
  const [first, second] = [pipelines[0], pipelines[1]];
  const one = useRead("jobs.list", { pipeline: first?.name ?? "", limit: RECENT }, { enabled: first !== undefined && names.has(first.name) });
  const two = useRead("jobs.list", { pipeline: second?.name ?? "", limit: RECENT }, { enabled: second !== undefined && names.has(second.name) });
  const jobs = [one.data?.items ?? [], two.data?.items ?? []];
  const { at, running, waiting } = goingOn(jobs);
  return {
    start: () => { act.mutate({ name }); },
    stop: () => { if (running) stop.mutate({ job: running.id }); },
    started: act.data,
    running,
    at,
    stage: at < 0 ? "" : (pipelines[at]?.stage ?? ""),
    waiting,
    last: at < 0 ? jobs[pipelines.length - 1]?.[0] : undefined,
    isStarting: act.isPending,
    error: act.error ?? stop.error,
  };
}

/** The runs of the built-in training of a dataset. */
export function trainingOf(dataset: string): readonly { name: string; stage: string }[] {
  return [
    { name: `${dataset}-embed`, stage: "Describing the items by numbers" },
    { name: `${dataset}-train`, stage: "Training" },
  ];
}

/** What a training that was started sees, in words. */
export function startedWords(started: Schemas["TrainInfo"]): string {
  if (started.version == null) return `${started.pipeline} runs again at the newest data.`;
  const changes = [
    started.added ? `${started.added.toLocaleString("en")} items added` : "",
    started.removed ? `${started.removed.toLocaleString("en")} removed` : "",
    started.relabeled ? `${started.relabeled.toLocaleString("en")} relabeled` : "",
  ].filter(Boolean);
  const saved = started.saved ? `Saved as version ${started.version} of ${started.dataset}` : `Version ${started.version} of ${started.dataset} is as it was`;
  if (started.first) return `${saved}: ${started.added.toLocaleString("en")} ${started.added === 1 ? "item" : "items"}, trained on for the first time.`;
  return `${saved}; since the last training ${changes.join(", ") || "nothing changed"}.`;
}
