/** What waits for a person: failed runs, open labeling, banned labelers. */
import { useQueries } from "@tanstack/react-query";

import { type LabelingInfo, type PipelineInfo, type Schemas, type WorkerInfo, call } from "./client";
import { useMay } from "./may";
import { keyOf, useRead } from "./queries";

type DueItem = Schemas["DueItem"];

export type Need =
  | { kind: "failed"; pipeline: PipelineInfo; run: string }
  | { kind: "paused"; labeling: LabelingInfo }
  | { kind: "blocked"; labeling: LabelingInfo }
  | { kind: "open"; labeling: LabelingInfo }
  | { kind: "banned"; labeling: LabelingInfo; workers: readonly WorkerInfo[] }
  | { kind: "doubtful"; dataset: string; labels: number }
  | { kind: "due"; due: DueItem };

const FAILED: ReadonlySet<string> = new Set(["failed", "unrunnable"]);

/** Tell what needs a person, worst first. Pure. */
export function needsOf(
  pipelines: readonly PipelineInfo[],
  labelings: readonly LabelingInfo[],
  workers: ReadonlyMap<string, readonly WorkerInfo[]>,
  due: readonly DueItem[] = [],
  doubtful: ReadonlyMap<string, number> = new Map(),
): Need[] {
  const needs: Need[] = [];
  for (const pipeline of pipelines)
    if (pipeline.last_job && FAILED.has(pipeline.last_job_state ?? ""))
      needs.push({ kind: "failed", pipeline, run: pipeline.last_job });
  for (const each of due) needs.push({ kind: "due", due: each });
  for (const labeling of labelings) {
    if (labeling.state !== "open" && labeling.reason) needs.push({ kind: "paused", labeling });
    // Its tasks wait for nobody before it can start.
    if (labeling.blocked) needs.push({ kind: "blocked", labeling });
    else if (labeling.open > 0) needs.push({ kind: "open", labeling });
    const banned = (workers.get(labeling.pipeline) ?? []).filter((worker) => worker.state === "banned");
    if (banned.length > 0) needs.push({ kind: "banned", labeling, workers: banned });
  }
  for (const [dataset, labels] of doubtful) if (labels > 0) needs.push({ kind: "doubtful", dataset, labels });
  return needs;
}

/** What needs me, live; `looking` counts doubtful labels anew, for which datasets are opened: else those counted last are told. */
export function useNeeds({ looking = false } = {}): Need[] {
  const pipelines = useRead("pipelines.list", { limit: 1000 }, { enabled: useMay("pipelines.list") });
  const labelings = useRead("labeling.list", {}, { every: 5_000 });
  const doubtful = useDoubtful(looking);
  const due = useRead("reviews.due", {}, { every: 15_000, enabled: useMay("reviews.due") });
  const withBans = labelings.data?.items.filter((labeling) => labeling.banned > 0) ?? [];
  const workers = useQueries({
    queries: withBans.map(({ pipeline }) => ({
      queryKey: keyOf("labeling.workers", { pipeline }),
      queryFn: () => call("labeling.workers", { pipeline }),
    })),
  });
  return needsOf(
    pipelines.data?.items ?? [],
    labelings.data?.items ?? [],
    new Map(withBans.map((labeling, index) => [labeling.pipeline, workers[index]?.data?.items ?? []])),
    due.data?.items ?? [],
    doubtful,
  );
}

/** Labels that the analysis doubts and nobody has looked at: of datasets as their Issues list them. */
export const OPEN_ISSUES = "suggested is not missing and mark is missing and labeled_by != 'fixed'";
/** Datasets that are counted: each is opened for it. */
const MOST_COUNTED = 5;

function useDoubtful(looking: boolean): ReadonlyMap<string, number> {
  const may = useMay("datasets.count_items");
  const datasets = useRead("datasets.list", { limit: 100 }, { enabled: may });
  const names = (datasets.data?.items ?? []).filter((one) => may && one.analysis === "ready").slice(0, MOST_COUNTED).map((one) => one.name);
  const counts = useQueries({
    queries: names.map((name) => ({
      queryKey: keyOf("datasets.count_items", { name, where: OPEN_ISSUES }),
      queryFn: () => call("datasets.count_items", { name, where: OPEN_ISSUES }),
      enabled: looking,
      retry: false,
      staleTime: 60_000,
    })),
  });
  return new Map(names.map((name, index) => [name, counts[index]?.data?.matching ?? 0]));
}
