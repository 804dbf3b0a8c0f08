import { plain } from "./format";
import { fullName } from "./names";

/** What a pipeline's spec reads: the repos of its input, however they are combined. */
export interface InputRepo {
  repo: string;
  branch: string;
}

/** Return the repos that an input names, each once, in the order of the spec. Cron and other sources name none.
 *  A repo without a project is of the pipeline's own. */
export function inputRepos(input: unknown, project = "default"): InputRepo[] {
  const found = new Map<string, InputRepo>();
  gather(input, project, found);
  return [...found.values()];
}

function gather(input: unknown, home: string, found: Map<string, InputRepo>): void {
  if (Array.isArray(input)) for (const part of input) gather(part, home, found);
  else if (input !== null && typeof input === "object")
    for (const [kind, inner] of Object.entries(input)) {
      if (kind !== "pfs" || inner === null || typeof inner !== "object") gather(inner, home, found);
      else {
        const { repo, branch, project } = inner as { repo?: unknown; branch?: unknown; project?: unknown };
        if (typeof repo !== "string") continue;
        const name = plain(repo.includes("/") ? repo : fullName(typeof project === "string" ? project : home, repo));
        const on = typeof branch === "string" ? branch : "main";
        found.set(`${name}@${on}`, { repo: name, branch: on });
      }
    }
}
