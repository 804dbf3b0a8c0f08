import { type Ref, useImperativeHandle, useMemo, useRef, useState } from "react";

import { ChoicesTask } from "@/canvas/ChoicesTask";
import { Editor, type EditorHandle } from "@/canvas/Editor";
import { answerOf, choicesOf, chosenIn } from "@/lib/choices";

import type { Answer } from "./desk";
import type { Task } from "./useDesk";

export interface StageHandle {
  /** The answer as it stands; null if something that is required is missing (and the person was told). */
  collect: () => Promise<Answer | null>;
  press: (key: string) => void;
  focus: () => void;
}

interface Props {
  task: Task;
  /** Kept ready out of sight, so that it is there at once. */
  next: Task | undefined;
  draft: Answer | undefined;
  /** Use the editor also where plain choices would do. */
  editor: boolean;
  ref: Ref<StageHandle>;
  onKey: (key: string, repeat: boolean) => void;
  onError: (message: string) => void;
  /** A choice was made, in a task that needs no more than one. */
  onChosen: () => void;
}

/** The task that is shown, and behind it the next one, ready. */
export function TaskStage(props: Props) {
  const asked = useMemo(() => (props.editor ? null : choicesOf(props.task.config)), [props.task.config, props.editor]);
  return asked ? <Plain {...props} asked={asked} /> : <InEditor {...props} />;
}

function Plain({ task, next, draft, ref, asked, onError, onChosen }: Props & { asked: NonNullable<ReturnType<typeof choicesOf>> }) {
  const [of, setOf] = useState({ task: task.id, chosen: chosenIn(asked, draft ?? []) });
  const chosen = of.task === task.id ? of.chosen : chosenIn(asked, draft ?? []);
  function choose(value: string): void {
    const on = chosen.includes(value);
    setOf({ task: task.id, chosen: asked.multiple ? (on ? chosen.filter((one) => one !== value) : [...chosen, value]) : [value] });
    if (!asked.multiple) onChosen();
  }
  useImperativeHandle(ref, () => ({
    collect: () => {
      if (chosen.length || (asked.multiple && !asked.required)) return Promise.resolve(answerOf(asked, chosen));
      onError("Choose one first, or say that you are not sure.");
      return Promise.resolve(null);
    },
    press: (key) => {
      const choice = asked.choices.find((one) => one.key.toLowerCase() === key.toLowerCase());
      if (choice) choose(choice.value);
    },
    focus: () => undefined,
  }));
  return (
    <div className="task-stage">
      {[task, ...(next?.config === task.config ? [next] : [])].map((one) => (
        <ChoicesTask key={one.id} asked={asked} data={one.data} media={one.media} chosen={one === task ? chosen : []} hidden={one !== task} onChoose={choose} />
      ))}
    </div>
  );
}

/** Two editors take turns: one shows the task, the other opens the next. */
function InEditor({ task, next, draft, ref, onKey, onError }: Props) {
  const [places, setPlaces] = useState<readonly [string, string]>([task.id, next?.id ?? ""]);
  const here = places.indexOf(task.id) === 1 ? 1 : 0;
  const wanted: readonly [string, string] = here === 0 ? [task.id, next?.id ?? ""] : [next?.id ?? "", task.id];
  if (wanted[0] !== places[0] || wanted[1] !== places[1]) setPlaces(wanted);
  const first = useRef<EditorHandle>(null);
  const second = useRef<EditorHandle>(null);
  useImperativeHandle(ref, () => {
    const at = () => (here === 0 ? first : second).current;
    return {
      collect: async () => {
        const found = await at()?.collect(true);
        return found?.valid ? found.result : null;
      },
      press: (key) => { at()?.press(key); },
      focus: () => { at()?.focus(); },
    };
  }, [here]);
  function shown(one: Task) {
    return { id: one.id, config: one.config, data: one.data, media: mediaOf(one), result: one === task ? (draft ?? null) : null, hidden: one !== task, title: "The task", onKey, onError };
  }
  const [left, right] = here === 0 ? [task, next] : [next, task];
  return (
    <div className="task-stage">
      {left && <Editor key="left" ref={first} {...shown(left)} />}
      {right && <Editor key="right" ref={second} {...shown(right)} />}
    </div>
  );
}

function mediaOf(task: Task): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of Object.keys(task.media)) if (typeof task.data[name] === "string") found[name] = task.data[name] as string;
  return found;
}
