import { useCallback, useEffect, useEffectEvent, useRef, useState } from "react";

import { ApiError, type Result, addressOf, call } from "@/api/client";

import { type Act, type Answer, type Desk, acknowledge, emptyDesk, give, holding, isShort, letGo, readUnsent, receive, takeBack, unsent } from "./desk";

export type Task = Result<"tasks.queue">["tasks"][number];

/** What a page of tasks stands on, at work and in practice. */
export interface Work {
  desk: Desk<Task>;
  /** lent, or why there is no task: finished, nothing_new, closed, paused, budget, preparing. */
  state: string;
  /** Why no more tasks come to me, if I am banned. */
  banned: string;
  /** The server cannot be reached; what is given is kept here and sent when it can. */
  offline: boolean;
  /** What went wrong with one answer, in the server's words. */
  trouble: { message: string; help: string } | null;
  loading: boolean;
  give: (kind: Act["kind"], result: Answer) => void;
  undo: () => void;
  forgetTrouble: () => void;
}

const KEPT_MS = 120_000;
const ASK_AGAIN_MS = 5_000;
const LONGEST_WAIT_MS = 10_000;

/** Take tasks ahead, keep the last answer so that it can be taken back, send the rest, through lost networks and closed pages. */
export function useDesk(pipeline: string, who: string): Work {
  const key = `tilth.unsent ${who} ${pipeline}`;
  // What an earlier page gave and could not send goes first; its tasks are not shown again.
  const [desk, setDesk] = useState<Desk<Task>>(() => ({ ...emptyDesk<Task>(), outbox: readUnsent(localStorage.getItem(key)) }));
  const [state, setState] = useState("lent");
  const [banned, setBanned] = useState("");
  const [offline, setOffline] = useState(false);
  const [loading, setLoading] = useState(true);
  const [trouble, setTrouble] = useState<Work["trouble"]>(null);
  const done = useRef(new Set<string>());
  const asking = useRef(false);
  const sending = useRef(false);

  useEffect(() => {
    const left = unsent(desk);
    if (left.length) localStorage.setItem(key, JSON.stringify(left));
    else localStorage.removeItem(key);
  }, [key, desk]);

  const refuse = (error: ApiError) => {
    if (error.status === 0 || error.status >= 500) setOffline(true);
    else if (error.status === 403) setBanned(error.message);
    else setTrouble({ message: error.message, help: error.help });
  };
  const ask = useEffectEvent(async () => {
    if (asking.current || banned) return;
    asking.current = true;
    try {
      const found = await call("tasks.queue", { pipeline, limit: holding(desk) });
      setState(found.state);
      setOffline(false);
      setDesk((now) => receive(now, found.tasks, done.current));
    } catch (error) {
      if (error instanceof ApiError) refuse(error);
    } finally {
      asking.current = false;
      setLoading(false);
    }
  });
  const short = !banned && isShort(desk);
  const none = desk.hand.length === 0;
  useEffect(() => {
    if (!short) return undefined;
    const now = window.setTimeout(() => { void ask(); }, 0);
    const again = window.setInterval(() => { void ask(); }, ASK_AGAIN_MS);
    return () => {
      window.clearTimeout(now);
      window.clearInterval(again);
    };
  }, [short, none, desk.given, desk.outbox.length]);

  const first = desk.outbox[0];
  const send = useEffectEvent(async (act: Act, keepalive: boolean): Promise<boolean> => {
    const address = addressOf(act.kind === "skip" ? "tasks.skip" : "tasks.submit");
    const body = { assignment: act.task, ...(act.kind === "skip" ? {} : { result: act.result, unsure: act.kind === "unsure", held_ms: Math.max(0, Date.now() - act.at) }) };
    const answer = await fetch(address, {
      method: "POST",
      body: JSON.stringify(body),
      credentials: "same-origin",
      keepalive,
      headers: { "Content-Type": "application/json", "X-Tilth-Console": "1" },
    }).catch(() => null);
    if (answer === null || answer.status >= 500 || answer.status === 401 || answer.status === 429) {
      setOffline(true);
      return false;
    }
    setOffline(false);
    const said = (await answer.json().catch(() => ({}))) as { worker_state?: string; reason?: string; message?: string; help?: string };
    if (answer.status === 403 || said.worker_state === "banned") {
      setBanned(said.reason || said.message || "you get no more tasks here");
    } else if (!answer.ok) setTrouble({ message: said.message ?? `The server answered ${answer.status}.`, help: said.help ?? "" });
    done.current.add(act.task);
    return true;
  });
  const work = useEffectEvent(async () => {
    if (sending.current || !first) return;
    sending.current = true;
    let wait = 500;
    // The same act again is safe: the server counts it once.
    while (!(await send(first, false))) {
      await new Promise((resume) => { window.setTimeout(resume, wait); });
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
    sending.current = false;
    setDesk((now) => acknowledge(now, first.task));
  });
  useEffect(() => {
    if (first) void work();
  }, [first]);

  // What is kept goes out after a while, and when the page is left.
  useEffect(() => {
    if (!desk.kept) return undefined;
    const timer = window.setTimeout(() => { setDesk(letGo); }, KEPT_MS);
    return () => { window.clearTimeout(timer); };
  }, [desk.kept]);
  const leave = useEffectEvent(() => {
    // Sent by the browser even as the page goes; if not, the next page finds it where it was kept.
    for (const act of unsent(desk)) void send(act, true);
    // What was taken ahead is free for others at once, and not when its time has run out. What is looked at stays: who
    // comes back soon goes on with it.
    for (const task of desk.hand.slice(1)) {
      void fetch(addressOf("tasks.release"), {
        method: "POST",
        body: JSON.stringify({ assignment: task.id }),
        credentials: "same-origin",
        keepalive: true,
        headers: { "Content-Type": "application/json", "X-Tilth-Console": "1" },
      }).catch(() => undefined);
    }
  });
  useEffect(() => {
    const onHide = () => { leave(); };
    window.addEventListener("pagehide", onHide);
    return () => {
      window.removeEventListener("pagehide", onHide);
      leave();
    };
  }, []);

  return {
    desk,
    state,
    banned,
    offline,
    trouble,
    loading,
    give: useCallback((kind: Act["kind"], result: Answer) => { setDesk((now) => give(now, { kind, result, at: Date.now() })); }, []),
    undo: useCallback(() => { setDesk(takeBack); }, []),
    forgetTrouble: useCallback(() => { setTrouble(null); }, []),
  };
}
