import { Icon, type IconName } from "./Icon";

export type Tone = "good" | "calm" | "busy" | "need" | "bad";

/** The plain word, tone and sign of each state that the server knows. */
const STATES: Readonly<Record<string, readonly [word: string, tone: Tone, icon: IconName | null]>> = {
  success: ["done", "good", "check"],
  unchanged: ["nothing new", "calm", "check"],
  created: ["waiting", "calm", "clock"],
  running: ["running", "busy", null],
  failed: ["failed", "bad", "cross"],
  unrunnable: ["could not run", "bad", "alert"],
  stopped: ["stopped", "calm", "stop"],
  superseded: ["overtaken by newer data", "calm", "right"],
  active: ["on", "good", "check"],
  paused: ["paused", "calm", "stop"],
  open: ["open", "need", "labeling"],
  done: ["done", "good", "check"],
  complete: ["done", "good", "check"],
  banned: ["banned", "need", "lock"],
  reused: ["reused", "calm", "loop"],
  recovered: ["recovered", "need", "alert"],
  skipped: ["skipped", "calm", "right"],
};

/** Return how a state is told: its plain word and tone. Unknown states keep their own word. */
export function toldState(state: string): { word: string; tone: Tone; icon: IconName | null } {
  const [word, tone, icon] = STATES[state] ?? [state, "calm", "clock"];
  return { word, tone, icon };
}

/** A state as sign and word; colour never speaks alone. */
export function State({ state, word }: { state: string; word?: string }) {
  const told = toldState(state);
  return (
    <span className={`state ${told.tone}`}>
      {told.icon ? <Icon name={told.icon} size={14} /> : <span className="spinner" aria-hidden />}
      {word ?? told.word}
    </span>
  );
}
