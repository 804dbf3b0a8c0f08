/** How long what was done is told. */

/** A minute: long enough to read it and to take it back. */
export const TOLD_MS = 60_000;

/** Forget a note after a while, unless it tells of an error, which stays until it is closed. Returns what stops that. */
export function forgetLater(note: { error: unknown } | null, forget: () => void): (() => void) | undefined {
  if (note === null || note.error !== null) return undefined;
  const timer = setTimeout(forget, TOLD_MS);
  return () => { clearTimeout(timer); };
}
