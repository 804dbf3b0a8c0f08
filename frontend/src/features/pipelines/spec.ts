/** A pipeline's spec as people edit it: JSON text, checked before it is sent. */

export type Spec = Readonly<Record<string, unknown>>;
export type ReadSpec = { spec: Spec; problem: null } | { spec: null; problem: string };

/** What a new pipeline starts from: it runs as it stands, once its repo is named. */
export function starter(repo: string): Spec {
  return {
    pipeline: { name: "sizes" },
    description: "Writes the size of each file.",
    input: { pfs: { repo, glob: "/*" } },
    transform: { cmd: ["sh", "-c", `for f in /pfs/${repo}/*; do wc -c < "$f" > "/pfs/out/$(basename "$f").size"; done`] },
  };
}

/** Return the spec that a text says, or what is wrong with the text and on which line. */
export function readSpec(text: string): ReadSpec {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { spec: null, problem: `This is not JSON yet: ${placed(text, error instanceof Error ? error.message : String(error))}` };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { spec: null, problem: "A spec is one object: it begins with { and ends with }." };
  return { spec: value as Spec, problem: null };
}

/** Engines tell a character's position or a line; people look for lines. */
function placed(text: string, message: string): string {
  if (/line \d+/.test(message)) return message;
  const at = /position (\d+)/.exec(message)?.[1];
  const line = at === undefined ? text.split("\n").length : text.slice(0, Number(at)).split("\n").length;
  return `${message.replace(/ ?(in JSON )?at position \d+.*$/, "")} (line ${line})`;
}

/** Tell whether two specs say the same, whatever the order of their fields. */
export function sameSpec(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, sorted(inner)]));
}
