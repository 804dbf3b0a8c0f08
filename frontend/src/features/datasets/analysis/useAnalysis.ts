/** How far the analysis of a dataset is, and the acts on it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { type ApiError, type Schemas, call } from "@/api/client";
import { keyOf } from "@/api/queries";

export type AnalysisInfo = Schemas["AnalysisInfo"];

export interface AnalysisState {
  info: AnalysisInfo | undefined;
  error: ApiError | null;
  busy: boolean;
  start: () => void;
  stop: () => void;
}

const WATCH_MS = 800;
const CALM_MS = 10_000;

export function useAnalysis(dataset: string): AnalysisState {
  const cache = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<ApiError | null>(null);
  const found = useQuery<AnalysisInfo, ApiError>({
    queryKey: keyOf("analysis.state", { dataset }),
    queryFn: ({ signal }) => call("analysis.state", { dataset }, signal),
    refetchInterval: ({ state }) => (state.data?.state === "running" ? WATCH_MS : CALM_MS),
  });
  const info = found.data;
  const last = useRef<string | null>(null);
  useEffect(() => {
    if (!info) return;
    // What it made is in the columns of the items: everything about the dataset is read anew.
    if (last.current !== null && last.current !== info.commit && info.commit)
      void cache.invalidateQueries({ predicate: ({ queryKey: [operation] }) => typeof operation === "string" && /^(datasets|analysis)\./.test(operation) });
    last.current = info.commit ?? "";
  }, [info, cache]);
  const act = useCallback(
    (operation: "analysis.start" | "analysis.stop") => {
      setBusy(true);
      setFailed(null);
      call(operation, { dataset })
        .then((next) => { cache.setQueryData(keyOf("analysis.state", { dataset }), next); })
        .catch((error: unknown) => { setFailed(error as ApiError); })
        .finally(() => { setBusy(false); });
    },
    [cache, dataset],
  );
  return {
    info,
    error: failed ?? found.error,
    busy,
    start: () => { act("analysis.start"); },
    stop: () => { act("analysis.stop"); },
  };
}

/** Whether there is something to show, if perhaps an older one. */
export function hasResults(info: AnalysisInfo | undefined): boolean {
  return info !== undefined && info.commit != null;
}
