/** Which repos a form offers first: what came from outside and fits, the newest ahead; what pipelines write comes after. Pure. */
import { fullName } from "./names";

interface Candidate {
  name: string;
  project: string;
  kind: string;
  held_out: boolean;
  created_ms: number;
  owner?: string | null;
}

/** Repos of one kind of origin, the likeliest first. */
export interface Pick {
  label: string;
  names: string[];
}

/** Return the data repos in groups, likeliest first. `fits` says of a name whether it holds what is wanted; undefined: not known. */
export function picksOf(repos: readonly Candidate[], fits: (name: string) => boolean | undefined = () => undefined): Pick[] {
  const found: Pick[] = [
    { label: "From outside", names: [] },
    { label: "Made by pipelines", names: [] },
    { label: "Held out, only for scoring", names: [] },
  ];
  const weight = (name: string): number => ({ true: 0, undefined: 1, false: 2 })[String(fits(name)) as "true"];
  const rows = repos.filter((one) => one.kind === "data").map((one) => ({ one, name: fullName(one.project, one.name) }));
  for (const { one, name } of rows.sort((a, b) => weight(a.name) - weight(b.name) || b.one.created_ms - a.one.created_ms || a.name.localeCompare(b.name)))
    found[one.held_out ? 2 : one.owner ? 1 : 0]?.names.push(name);
  return found.filter((group) => group.names.length > 0);
}

/** The likeliest of all; undefined where there is none. */
export function firstOf(picks: readonly Pick[]): string | undefined {
  return picks[0]?.names[0];
}
