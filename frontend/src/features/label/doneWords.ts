import { counted } from "@/lib/format";

/** The server tells labelers in steps of a twentieth how far everybody is; an exact count would tell which tasks were checks. */
const STEPS = 20;

/** How far everybody is, without more digits than are so. */
export function doneWords({ tasks, done }: { tasks: number; done: number }): string {
  const items = counted(tasks, "item");
  if (done >= tasks) return tasks === 0 ? "no items yet" : `all of ${items} done`;
  if (tasks < STEPS) return `${done} of ${items} done`;
  const share = Math.floor((100 * done) / tasks);
  return share === 0 ? `of ${items} the first are being done` : `about ${share} % of ${items} done`;
}
