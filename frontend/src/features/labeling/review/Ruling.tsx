import { useEffect, useEffectEvent, useRef, useState } from "react";

import type { LabelingInfo } from "@/api/client";
import { useAct, usePages } from "@/api/queries";
import { Editor, type EditorHandle } from "@/canvas/Editor";
import { counted } from "@/lib/format";
import { Button, ErrorNote, Loading, Section } from "@/ui";

import { Classes, classOfKey, writes } from "@/features/labeling/Decide";
import { Shown } from "@/features/labeling/Shown";
import { choicesOf, told } from "@/features/labeling/choices";
import { Answers } from "./Answers";

/** Items that the crowd could not decide, for an expert: each gets a ruling, which is final until it is taken back. */
export function Ruling({ it, pipeline }: { it: LabelingInfo; pipeline: string }) {
  const found = usePages("labeling.escalated", { pipeline, limit: 20 });
  const [reason, setReason] = useState("");
  const [passed, setPassed] = useState<readonly string[]>([]);
  const [last, setLast] = useState<{ key: string; label: string } | null>(null);
  const editor = useRef<EditorHandle>(null);
  const rule = useAct("labeling.rule", (held) => { setLast({ key: held.key, label: told(held.label) }); setReason(""); });
  const reopen = useAct("labeling.reopen", () => { setLast(null); });
  const trouble = rule.error ?? reopen.error;
  const item = found.items.find((each) => !passed.includes(each.shown.task));
  const classes = choicesOf(it.config ?? "");
  const decide = (label: unknown) => {
    if (item && !rule.isPending) rule.mutate({ pipeline, key: item.shown.key, label, reason });
  };
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target) || event.repeat) return;
    const picked = classOfKey(it, event.key);
    if (picked !== undefined) decide(picked);
    else if (event.key === "z" && last) reopen.mutate({ pipeline, key: last.key, reason: "taken back" });
    else if (event.key === "s" && item) setPassed([...passed, item.shown.task]);
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const hear = (event: KeyboardEvent) => { onKey(event); };
    window.addEventListener("keydown", hear);
    return () => { window.removeEventListener("keydown", hear); };
  }, []);
  return (
    <Section title={<>{counted(it.escalated, "item")} for you to rule</>} aside="people were unsure, or answers were rejected too often">
      {found.error && <ErrorNote error={found.error} retry={found.retry} />}
      {trouble && <ErrorNote error={trouble} />}
      {last && <p className="notice good">{last.key} is {last.label}, by your ruling; final until it is taken back. <Button small onClick={() => { reopen.mutate({ pipeline, key: last.key, reason: "taken back" }); }}>Undo</Button></p>}
      {found.isPending ? <Loading what="Reading them…" /> : item ? (
        <div className="review-one">
          <div className="review-media panel">
            {classes.length > 0 ? <Shown task={item.shown} /> : (
              <Editor ref={editor} id={item.shown.task} config={it.config ?? ""} data={item.shown.data} media={Object.fromEntries(Object.keys(item.shown.media).map((name) => [name, String(item.shown.data[name])]))} title={item.shown.key} />
            )}
          </div>
          <div className="review-side">
            <div className="panel card">
              <div className="faint ellipsis"><bdi>{item.shown.key}</bdi></div>
              <Answers answers={item.answers} held={null} />
            </div>
            <Classes it={it} choose={decide} busy={rule.isPending} />
            <label>Why (kept with the label) <input className="field wide" value={reason} maxLength={500} onChange={(event) => { setReason(event.target.value); }} /></label>
            <div className="acts">
              {classes.length === 0 && <Button look="main" onClick={() => void editor.current?.collect(true).then((made) => { if (made.valid) decide(made.result); })}>Make this the ruling</Button>}
              <Button onClick={() => { setPassed([...passed, item.shown.task]); }}>Later</Button>
            </div>
          </div>
        </div>
      ) : passed.length > 0 ? <p className="quiet">You left {counted(passed.length, "item")} for later. <Button small onClick={() => { setPassed([]); }}>Show them again</Button></p> : null}
    </Section>
  );
}
