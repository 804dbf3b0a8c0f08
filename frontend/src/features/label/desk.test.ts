import { describe, expect, it } from "vitest";

import { acknowledge, emptyDesk, give, holding, isShort, letGo, readUnsent, receive, takeBack, unsent } from "./desk";

const task = (id: string) => ({ id });
const act = (at: number) => ({ kind: "answer" as const, result: [{ value: at }], at });
const none = new Set<string>();

describe("the labeler's desk", () => {
  it("keeps what was given last until the next is given", () => {
    let desk = receive(emptyDesk<{ id: string }>(), [task("a"), task("b"), task("c")], none);
    desk = give(desk, act(1));
    expect(desk.kept?.task.id).toBe("a");
    expect(desk.outbox).toEqual([]);
    desk = give(desk, act(2));
    expect(desk.outbox.map((one) => one.task)).toEqual(["a"]);
    expect(desk.hand.map((one) => one.id)).toEqual(["c"]);
  });

  it("sends the last one at once when nothing else is in hand", () => {
    const desk = give(receive(emptyDesk<{ id: string }>(), [task("a")], none), act(1));
    expect(desk.kept).toBeNull();
    expect(desk.outbox).toHaveLength(1);
  });

  it("takes the last act back with its answer", () => {
    const before = receive(emptyDesk<{ id: string }>(), [task("a"), task("b")], none);
    const desk = takeBack(give(before, act(7)));
    expect(desk.hand).toEqual(before.hand);
    expect(desk.drafts).toEqual({ a: [{ value: 7 }] });
    expect(desk.given).toBe(0);
    expect(takeBack(desk)).toBe(desk);
  });

  it("counts no skipped task as labeled", () => {
    const before = receive(emptyDesk<{ id: string }>(), [task("a"), task("b"), task("c")], none);
    const skipped = give(before, { kind: "skip", result: [], at: 1 });
    expect([skipped.given, skipped.labeled]).toEqual([1, 0]);
    const answered = give(skipped, act(2));
    expect([answered.given, answered.labeled]).toEqual([2, 1]);
    expect(takeBack(answered).labeled).toBe(0);
    expect(takeBack(skipped).labeled).toBe(0);
  });

  it("does not show again what was given, and asks for enough to have one ready", () => {
    let desk = give(receive(emptyDesk<{ id: string }>(), [task("a"), task("b")], none), act(1));
    expect(holding(desk)).toBe(4);
    expect(isShort(desk)).toBe(true);
    desk = receive(desk, [task("a"), task("b"), task("c"), task("d")], none);
    expect(desk.hand.map((one) => one.id)).toEqual(["b", "c", "d"]);
    expect(isShort(desk)).toBe(false);
    expect(receive(desk, [task("e")], new Set(["e"]))).toBe(desk);
  });

  it("forgets only what the server acknowledged", () => {
    let desk = letGo(give(receive(emptyDesk<{ id: string }>(), [task("a"), task("b"), task("c")], none), act(1)));
    desk = give(desk, act(2));
    expect(unsent(desk).map((one) => one.task)).toEqual(["a", "b"]);
    expect(unsent(acknowledge(desk, "a")).map((one) => one.task)).toEqual(["b"]);
  });

  it("reads what was left, and nothing else", () => {
    const left = [{ task: "a", kind: "skip", result: [], at: 3 }];
    expect(readUnsent(JSON.stringify([...left, { task: 3 }, null, "x"]))).toEqual(left);
    for (const text of [null, "", "{}", "not json"]) expect(readUnsent(text)).toEqual([]);
  });
});
