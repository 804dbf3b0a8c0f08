/** The labeler's desk: what is in hand, what was given and may still be taken back, what is on its way. Pure. */

export type Answer = readonly Readonly<Record<string, unknown>>[];

/** What a labeler did with a task. */
export interface Act {
  task: string;
  kind: "answer" | "unsure" | "skip";
  result: Answer;
  /** When it was given (Unix ms). */
  at: number;
}

export interface Desk<T extends { id: string }> {
  /** Tasks held and not yet given; the first is shown, the second kept ready. */
  hand: readonly T[];
  /** Given last and still here: `z` takes it back. Sent with the next act. */
  kept: { task: T; act: Act } | null;
  /** Given for good and not yet acknowledged, in order. */
  outbox: readonly Act[];
  /** What was answered before it was taken back, by task. */
  drafts: Readonly<Record<string, Answer>>;
  given: number;
  /** Of what was given, how much was an answer: what is skipped is none. */
  labeled: number;
}

/** Tasks wanted in hand: the one shown, the next, and one more for quick hands. */
export const WANTED = 3;
const HELD_MOST = 4;

export function emptyDesk<T extends { id: string }>(): Desk<T> {
  return { hand: [], kept: null, outbox: [], drafts: {}, given: 0, labeled: 0 };
}

/** How many tasks to hold at the server; what is not sent yet is held there still. */
export function holding<T extends { id: string }>(desk: Desk<T>): number {
  return Math.min(HELD_MOST, WANTED + (desk.kept ? 1 : 0) + desk.outbox.length);
}

/** Whether another task should be asked for. */
export function isShort<T extends { id: string }>(desk: Desk<T>): boolean {
  return desk.hand.length < WANTED && desk.outbox.length <= 1;
}

/** Give the shown task. The last act stays here until the next one, if there is a next one. */
export function give<T extends { id: string }>(desk: Desk<T>, act: Omit<Act, "task">): Desk<T> {
  const [task, ...hand] = desk.hand;
  if (!task) return desk;
  const drafts = Object.fromEntries(Object.entries(desk.drafts).filter(([id]) => id !== task.id));
  return settle({ hand, kept: { task, act: { ...act, task: task.id } }, outbox: before(desk), drafts, given: desk.given + 1, labeled: desk.labeled + answers(act) });
}

/** With nothing else in hand there is nothing to go on with: what was given goes out at once. */
function settle<T extends { id: string }>(desk: Desk<T>): Desk<T> {
  return desk.hand.length === 0 ? letGo(desk) : desk;
}

/** Send what was kept; it can no longer be taken back. */
export function letGo<T extends { id: string }>(desk: Desk<T>): Desk<T> {
  return desk.kept ? { ...desk, kept: null, outbox: before(desk) } : desk;
}

function before<T extends { id: string }>(desk: Desk<T>): readonly Act[] {
  return desk.kept ? [...desk.outbox, desk.kept.act] : desk.outbox;
}

/** Take the last act back: its task is shown again, as it was answered. */
export function takeBack<T extends { id: string }>(desk: Desk<T>): Desk<T> {
  if (!desk.kept) return desk;
  const { task, act } = desk.kept;
  return { ...desk, hand: [task, ...desk.hand], kept: null, drafts: { ...desk.drafts, [task.id]: act.result }, given: desk.given - 1, labeled: desk.labeled - answers(act) };
}

function answers(act: Pick<Act, "kind">): number {
  return act.kind === "skip" ? 0 : 1;
}

/** Take in what the server lends; what is shown stays, also when its time ran out: its answer may still be taken. */
export function receive<T extends { id: string }>(desk: Desk<T>, lent: readonly T[], done: ReadonlySet<string>): Desk<T> {
  const known = new Set([...done, ...desk.outbox.map((act) => act.task), ...(desk.kept ? [desk.kept.task.id] : []), ...desk.hand.map((task) => task.id)]);
  const fresh = lent.filter((task) => !known.has(task.id));
  return fresh.length ? { ...desk, hand: [...desk.hand, ...fresh] } : desk;
}

/** The server has the first act of the outbox, or will never take it. */
export function acknowledge<T extends { id: string }>(desk: Desk<T>, task: string): Desk<T> {
  return { ...desk, outbox: desk.outbox.filter((act) => act.task !== task) };
}

/** What must outlive the page: all that is not acknowledged. */
export function unsent<T extends { id: string }>(desk: Desk<T>): readonly Act[] {
  return before(desk);
}

/** Read what an earlier page left unsent; what is not an act is left out. */
export function readUnsent(text: string | null): Act[] {
  try {
    const read: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(read) ? read.filter(isAct) : [];
  } catch {
    return [];
  }
}

function isAct(value: unknown): value is Act {
  if (typeof value !== "object" || value === null) return false;
  const { task, kind, result, at } = value as Partial<Act>;
  return typeof task === "string" && (kind === "answer" || kind === "unsure" || kind === "skip") && Array.isArray(result) && typeof at === "number";
}
