/** How fast something goes, from what was done by when: the last few seconds count. */

export interface Sample {
  at: number;
  done: number;
}

const WINDOW_MS = 4_000;

/** Return the samples with one more, without those that are too old to count. */
export function withSample(samples: readonly Sample[], sample: Sample): Sample[] {
  return [...samples.filter(({ at }) => sample.at - at <= WINDOW_MS), sample];
}

/** Return units per second; null while too little is known. */
export function rateOf(samples: readonly Sample[]): number | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last.at - first.at < 250) return null;
  return ((last.done - first.done) * 1000) / (last.at - first.at);
}
