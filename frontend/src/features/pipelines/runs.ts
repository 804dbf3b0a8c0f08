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

/** Why a run ended, without the ids of other runs. */
export function reasonWords(reason: string): string {
  return reason.replace(/\b(job|run) [0-9a-f]{32}\b/g, "run");
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

/** Which items of a run one may ask for: none where all are alike. */
export function itemFilters(run: Counters): readonly (readonly [state: string, word: string])[] {
  const some = [
    ...(ended(run) ? [] : [["running", "Being worked on"] as const]),
    ...(run.failed > 0 ? [["failed", "Failed"] as const] : []),
    ...(run.recovered > 0 ? [["recovered", "Recovered"] as const] : []),
    ["success", "Done"] as const,
  ];
  return some.length > 1 && run.state !== "created" ? [["", run.failed > 0 ? "All, failing first" : "All"], ...some] : [];
}

/** Which items of a run that goes are not in its list yet, in words; null when none are known of. */
export function notListedYet(run: Counters, count: (value: number) => string): string | null {
  if (ended(run)) return null;
  const todo = Math.max(0, run.total - run.run - run.reused - run.failed - run.recovered);
  const parts = [
    todo > 0 ? `still to do or being worked on: ${count(todo)}` : "",
    run.reused > 0 ? `reused, and listed when the run has ended: ${count(run.reused)}` : "",
    run.run > LISTED_WHILE_IT_GOES ? `of those done the newest ${count(LISTED_WHILE_IT_GOES)} are listed while the run goes` : "",
  ].filter(Boolean);
  const said = parts.join("; ");
  return said ? `${said.charAt(0).toUpperCase()}${said.slice(1)}.` : null;
}

/** So many finished items the server lists of a run that goes (items_so_far.KEPT_DONE). */
const LISTED_WHILE_IT_GOES = 20_000;
