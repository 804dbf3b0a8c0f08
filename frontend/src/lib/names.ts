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

/** Return a name that things of a `kind` can have from words that a person wrote: "My photos" → "My-photos". */
export function nameFrom(words: string, kind: string): string {
  const made = words
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/ß/g, "ss")
    .replace(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 63);
  // A name of 32 hexadecimal digits would be taken for an id.
  return /^[0-9a-f]{32}$/.test(made) ? `${kind}-${made}`.slice(0, 63) : made;
}

/** Return `name`, or where it is taken the first of name-2, name-3, ... that is not. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n += 1) free = `${name.slice(0, 59)}-${n}`;
  return free;
}
