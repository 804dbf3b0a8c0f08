/** The options of a choice of repos: the likeliest first, those of another origin under a heading. */
export function RepoOptions({ picks }: { picks: readonly { label: string; names: readonly string[] }[] }) {
  const options = (names: readonly string[]) => names.map((name) => <option key={name}>{name}</option>);
  if (picks.length === 1) return options(picks[0]?.names ?? []);
  return picks.map(({ label, names }) => <optgroup key={label} label={label}>{options(names)}</optgroup>);
}
