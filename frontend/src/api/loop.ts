/** What draws the loop beside repos and pipelines: how datasets and models hang on them, and what runs now. */
import { useQueries } from "@tanstack/react-query";

import { counted, plain } from "@/lib/format";
import { type LoopJoin, joinsOf } from "@/lib/loop";
import { parseReference } from "@/lib/names";

import { type LabelingInfo, type ModelInfo, type PipelineInfo, call } from "./client";
import { useMay } from "./may";
import { keyOf, useRead } from "./queries";

/** Every join that no pipeline's spec names, and the models that the picture shows: those of Home's trend, so they are read once. */
export function useJoins(labelings: readonly LabelingInfo[]): { joins: LoopJoin[]; models: readonly ModelInfo[] } {
  const datasets = useRead("datasets.list", { limit: 1000 });
  const models = useRead("models.list", { limit: 6, recent: 12 });
  const known = models.data?.items ?? [];
  const imported = useImported(labelings);
  return { joins: [...joinsOf(datasets.data?.items ?? [], known), ...imported], models: known };
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

const UNDER_WAY: ReadonlySet<string> = new Set(["running", "created"]);

/** The pipelines that run now, each with how far it is. A newer run that waits behind a running one hides it from its pipeline's state. */
export function useRunning(pipelines: readonly PipelineInfo[]): ReadonlyMap<string, string> {
  const busy = pipelines.some((pipeline) => UNDER_WAY.has(pipeline.last_job_state ?? ""));
  const runs = useRead("jobs.list", { limit: 100 }, { enabled: busy });
  const running = new Map<string, string>();
  if (!busy) return running;
  for (const run of runs.data?.items ?? [])
    if (run.state === "running") running.set(plain(run.pipeline), counted(run.run + run.reused + run.failed, "item"));
  return running;
}
