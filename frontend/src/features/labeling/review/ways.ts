/** How a sample for review may be drawn. */
export const WAYS = [
  ["random", "At random", "Each settled item equally likely. The error rate is that of all labels."],
  ["class", "Equally many of each class", "Tells error rates of rare classes too; the overall rate is weighed accordingly."],
  ["worker", "Equally many of each labeler", "Tells how reliable each person is; the overall rate is weighed accordingly."],
  ["unsure", "Least confident first", "Finds errors fastest. Does not count towards the error rate, which it would overstate."],
] as const;

/** How a sample was drawn, in words. */
export function drawn(by: string): string {
  return WAYS.find(([way]) => way === by)?.[1].toLowerCase() ?? by;
}
