/** What differed between two versions' origins. Pure. */
interface Origin {
  derivation?: {
    recipe?: string | null;
    inputs: readonly { repo: string; branch: string; commit: string }[];
  } | null;
}
export interface ChangedInput {
  repo: string;
  commit: string;
  before: string | null;
}

/** Return the inputs that were new in `made` since `before`, and whether the recipe was. */
export function changedInputs(made: Origin, before: Origin | null): { recipe: boolean; inputs: ChangedInput[] } {
  const old = new Map(before?.derivation?.inputs.map((input) => [`${input.repo}@${input.branch}`, input.commit]));
  const inputs = (made.derivation?.inputs ?? [])
    .map(({ repo, branch, commit }) => ({ repo, commit, before: old.get(`${repo}@${branch}`) ?? null }))
    .filter((input) => input.before !== input.commit);
  return { recipe: before !== null && made.derivation?.recipe !== before.derivation?.recipe, inputs };
}
