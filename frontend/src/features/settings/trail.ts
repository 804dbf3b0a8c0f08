/** What of the audit trail is shown; all of it lives in the address, so that it can be sent as a link. */

export const OUTCOMES = ["ok", "denied", "failed"] as const;

export interface TrailSearch {
  user?: string;
  operation?: string;
  object?: string;
  outcome?: (typeof OUTCOMES)[number];
  /** Days, as YYYY-MM-DD in the reader's time zone; both are shown. */
  from?: string;
  to?: string;
}

/** Read the search of an address; what does not fit is left out. */
export function trailSearch(raw: Record<string, unknown>): TrailSearch {
  const found: TrailSearch = {};
  for (const name of ["user", "operation", "object"] as const) {
    const value = raw[name];
    if (typeof value === "string" ? value !== "" : typeof value === "number") found[name] = String(value);
  }
  const outcome = OUTCOMES.find((known) => known === raw["outcome"]);
  if (outcome) found.outcome = outcome;
  for (const name of ["from", "to"] as const) {
    const value = raw[name];
    if (typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))) found[name] = value;
  }
  return found;
}

/** The arguments by which the server is asked. */
export function trailQuestion(search: TrailSearch): {
  user: string;
  operation: string;
  object: string;
  outcome: string;
  since_ms: number;
  until_ms?: number;
} {
  return {
    user: search.user ?? "",
    operation: search.operation ?? "",
    object: search.object ?? "",
    outcome: search.outcome ?? "",
    since_ms: search.from ? dayStart(search.from, 0) : 0,
    ...(search.to ? { until_ms: dayStart(search.to, 1) } : {}),
  };
}

function dayStart(day: string, plus: number): number {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + plus).getTime();
}

const FACETS: Readonly<Record<string, string>> = {
  access: "access", audit: "audit trail", branches: "branch", commits: "version", datasets: "dataset", drafts: "draft",
  feedback: "feedback", files: "data", jobs: "run", keys: "S3 key", labeling: "labeling", maintenance: "workspace",
  models: "model", pipelines: "pipeline", repos: "repo", session: "browser", slices: "slice", tags: "tag", tasks: "task",
};

/** "labeling.rule" → "labeling: rule"; plain enough, and close to the name that filters take. */
export function operationWords(operation: string): string {
  const [facet = "", method = ""] = operation.split(".");
  return `${FACETS[facet] ?? facet}: ${method.replaceAll("_", " ")}`;
}
