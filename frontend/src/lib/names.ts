/** References: `[PROJECT/]REPO[@REVISION][:PATH]`. */

export interface Reference {
  repo: string;
  revision: string | null;
  path: string | null;
}

/** Take a reference apart. */
export function parseReference(reference: string): Reference {
  const colon = reference.indexOf(":");
  const place = colon < 0 ? reference : reference.slice(0, colon);
  const at = place.indexOf("@");
  return {
    repo: at < 0 ? place : place.slice(0, at),
    revision: at < 0 ? null : place.slice(at + 1),
    path: colon < 0 ? null : reference.slice(colon + 1),
  };
}

/** The name by which the API knows a repo or pipeline of a project. */
export function fullName(project: string, name: string): string {
  return project === "default" || name.includes("/") ? name : `${project}/${name}`;
}
