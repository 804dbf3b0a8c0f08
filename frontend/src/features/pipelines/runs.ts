/** What a run's numbers say. Pure. */
export interface Counters {
  state: string;
  total: number;
  run: number;
  reused: number;
  failed: number;
  recovered: number;
  created_ms: number;
  started_ms: number | null;
  ended_ms: number | null;
}

/** How long a run took, or has taken so far; null before it started. */
export function lasted(run: Counters, now: number): number | null {
  return run.started_ms === null ? null : Math.max(0, (run.ended_ms ?? now) - run.started_ms);
}

/** Whether a run will not change any more. */
export function ended(run: Counters): boolean {
  return run.state !== "created" && run.state !== "running";
}

/** What became of the items, in words: "3 run, 1,274 reused, 1 failed". */
export function outcome(run: Counters, count: (value: number) => string): string {
  const parts = [
    run.run > 0 ? `${count(run.run)} run` : "",
    run.reused > 0 ? `${count(run.reused)} reused` : "",
    run.failed > 0 ? `${count(run.failed)} failed` : "",
    run.recovered > 0 ? `${count(run.recovered)} recovered` : "",
  ].filter(Boolean);
  return parts.join(", ") || (ended(run) ? "nothing to do" : "not begun");
}
