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
  /** Which of the pipelines that run is of, in their order; none: −1. */
  at: number;
  /** The newest run of the training, when none is going on. */
  last: JobInfo | undefined;
  isStarting: boolean;
  error: { message: string; help?: string } | null;
}

/** Train on a dataset, or make a model anew; `pipelines` are those whose runs belong to it, in order. */
export function useTraining(name: string, pipelines: readonly { name: string; stage: string }[]): Training {
  const act = useAct("models.train");
  const stop = useAct("jobs.stop");
  const known = useRead("pipelines.list", { limit: 1000 });
  const names = new Set((known.data?.items ?? []).map((one) => one.name));
  const [first, second] = [pipelines[0], pipelines[1]];
  const one = useRead("jobs.list", { pipeline: first?.name ?? "", limit: 1 }, { enabled: first !== undefined && names.has(first.name) });
  const two = useRead("jobs.list", { pipeline: second?.name ?? "", limit: 1 }, { enabled: second !== undefined && names.has(second.name) });
  const jobs = [one.data?.items[0], two.data?.items[0]];
  const at = jobs.findIndex((job) => job?.state === "running" || job?.state === "created");
  const running = at < 0 ? undefined : jobs[at];
  return {
    start: () => { act.mutate({ name }); },
    stop: () => { if (running) stop.mutate({ job: running.id }); },
    started: act.data,
    running,
    at,
    stage: at < 0 ? "" : (pipelines[at]?.stage ?? ""),
    last: at < 0 ? jobs[pipelines.length - 1] : undefined,
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
