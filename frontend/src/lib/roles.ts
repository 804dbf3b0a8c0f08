/** The seven roles in plain words, from all rights to least. */
export const ROLES = [
  ["owner", "everything, users and tokens included"],
  ["curator", "changes data, datasets, labels and models; asks people; runs no code of its own"],
  ["writer", "what a curator may, and pipelines that run code"],
  ["reader", "looks at data, runs and results"],
  ["reviewer", "looks at labels and decides them"],
  ["labeler", "answers tasks, sees nothing else"],
  ["auditor", "reads everything, users and the audit trail included"],
] as const;

/** Roles that may be limited to some labeling projects. */
export const LIMITED: ReadonlySet<string> = new Set(["labeler", "reviewer"]);

/** What a role may, in words. */
export function roleWords(role: string): string {
  return ROLES.find(([name]) => name === role)?.[1] ?? role;
}
