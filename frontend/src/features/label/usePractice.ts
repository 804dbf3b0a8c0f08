import { useCallback, useEffect, useState } from "react";

import { ApiError, call } from "@/api/client";

import { type Act, type Answer, type Desk, emptyDesk, give, receive, takeBack } from "./desk";
import type { Task, Work } from "./useDesk";

export interface Practice extends Work {
  /** What was given, once all of it was, and how long each took. */
  given: readonly (Act & { seconds: number })[];
  asked: number;
  tasks: readonly Task[];
}

/** The same desk over done items: what is given stays in this page. The items are chosen once, so nothing here is cached. */
export function usePractice(pipeline: string, n: number): Practice {
  const [desk, setDesk] = useState<Desk<Task>>(emptyDesk);
  const [begun, setBegun] = useState<{ at: number; tasks: readonly Task[] } | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => {
    const ended = new AbortController();
    call("tasks.practice", { pipeline, limit: n }, ended.signal).then(
      (found) => {
        const common = { pipeline, config: found.config, guidelines: found.guidelines, guideline_version: found.guideline_version, expires_ms: 0, price: 0 };
        const tasks = found.tasks.map((task) => ({ ...common, ...task }));
        setDesk(receive(emptyDesk<Task>(), tasks, new Set()));
        setBegun({ at: Date.now(), tasks });
      },
      (refused: unknown) => { if (refused instanceof ApiError) setError(refused); },
    );
    return () => { ended.abort(); };
  }, [pipeline, n]);
  return {
    desk,
    state: begun?.tasks.length === 0 ? "nothing_done" : "finished",
    banned: "",
    offline: false,
    trouble: error && { message: error.message, help: error.help },
    loading: !begun && !error,
    give: useCallback((kind: Act["kind"], result: Answer) => { setDesk((now) => give(now, { kind, result, at: Date.now() })); }, []),
    undo: useCallback(() => { setDesk(takeBack); }, []),
    forgetTrouble: () => undefined,
    given: desk.hand.length ? [] : desk.outbox.map((act, at) => ({ ...act, seconds: Math.max(0, act.at - (desk.outbox[at - 1]?.at ?? begun?.at ?? act.at)) / 1000 })),
    asked: begun?.tasks.length ?? n,
    tasks: begun?.tasks ?? [],
  };
}
