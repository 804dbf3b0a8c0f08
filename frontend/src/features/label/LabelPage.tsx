import "./label.css";

import { Link, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";

import { useRead } from "@/api/queries";
import { choicesOf } from "@/lib/choices";
import { count, counted, money, percent, plain } from "@/lib/format";
import { Button, Empty, ErrorNote, Icon, Kbd, Loading, Markdown, Meter } from "@/ui";

import { ComparisonView } from "./ComparisonView";
import { doneWords } from "./doneWords";
import { type StageHandle, TaskStage } from "./TaskStage";
import { type Task, type Work, useDesk } from "./useDesk";
import { usePractice } from "./usePractice";

const PRACTICE = 10;

/** What a labeler sees: one task, what to go by, and nothing else. */
export function LabelPage() {
  const { pipeline } = useParams({ strict: false }) as { pipeline: string };
  const { practice } = useSearch({ strict: false }) as { practice?: number };
  const me = useRead("access.me", {});
  if (!me.data) return <Loading what="Opening your tasks…" />;
  return practice ? <Practising key={`${pipeline} practice`} pipeline={pipeline} n={practice} /> : <Working key={pipeline} pipeline={pipeline} who={me.data.name} />;
}

const EVERY = 20;
/** Of so many items a labeler is shown each that is done. */
const FEW = 500;

function Working({ pipeline, who }: { pipeline: string; who: string }) {
  const work = useDesk(pipeline, who);
  // Own numbers move once per twenty answers, so that is how often they are read.
  const told = useRead("tasks.me", { pipeline }, { every: 60_000 });
  const all = useRead("labeling.list", {}, { every: 60_000 });
  const it = all.data?.items.find((one) => one.pipeline === pipeline || one.pipeline === `default/${pipeline}`);
  const round = Math.floor(work.desk.given / EVERY);
  const again = useEffectEvent(() => { void told.refetch(); void all.refetch(); });
  useEffect(() => { if (round > 0) again(); }, [round]);
  // Of few items each counts, so they are counted again as soon as one stops for breath.
  const few = it !== undefined && it.tasks <= FEW;
  const countAgain = useEffectEvent(() => { void all.refetch(); });
  useEffect(() => {
    if (!few || work.desk.given === 0) return undefined;
    const timer = window.setTimeout(() => { countAgain(); }, 1_500);
    return () => { window.clearTimeout(timer); };
  }, [few, work.desk.given]);
  // Where nothing is left to do, what is told must be what is so: read once all is sent, and again when it is counted.
  const over = work.desk.hand.length === 0 && work.desk.outbox.length === 0 && work.desk.given > 0;
  useEffect(() => {
    if (!over) return undefined;
    const timers = [300, 2_500].map((wait) => window.setTimeout(() => { again(); }, wait));
    return () => { timers.forEach(window.clearTimeout); };
  }, [over]);
  const [before, setBefore] = useState<number | null>(null);
  if (before === null && told.data && !told.isFetching) setBefore(told.data.answers - work.desk.labeled);
  const mine = (before ?? 0) + work.desk.labeled;
  const score = told.data?.told_accuracy;
  return (
    <Frame
      pipeline={pipeline}
      work={work}
      ended={<Ended pipeline={pipeline} state={work.state} mine={mine} />}
      numbers={
        <>
          <span title="Labeled by you"><strong>{count(mine)}</strong> labeled by you</span>
          {it && it.tasks > 0 && <span className="quiet" title="By everybody, told in steps">{doneWords(it)}</span>}
          {score !== null && score !== undefined ? (
            <span title={`Of the tasks whose answer is known, among your first ${told.data?.told_answers} answers. Told anew every ${EVERY} answers.`}>you: about <strong>{percent(score, 0)}</strong> on known answers <span className="quiet">in your first {told.data?.told_answers}</span></span>
          ) : null}
          {told.data && told.data.earned > 0 && <span className="quiet" title="If the answers that wait are accepted">{money(told.data.earned, all.data?.items.find((one) => plain(one.pipeline) === plain(pipeline))?.currency)} earned</span>}
        </>
      }
      share={it && it.tasks > 0 ? it.done / it.tasks : null}
    />
  );
}

function Practising({ pipeline, n }: { pipeline: string; n: number }) {
  const work = usePractice(pipeline, n);
  const sources = useMemo(() => new Map(work.tasks.map((task) => [task.id, sourceOf(task)])), [work.tasks]);
  const over = !work.loading && work.desk.hand.length === 0 && work.given.length > 0;
  return (
    <Frame
      pipeline={pipeline}
      work={work}
      practice
      ended={
        over ? (
          <div className="ended wide">
            <h2>How you compare</h2>
            <ComparisonView pipeline={pipeline} given={work.given} sources={sources} />
            <p className="acts"><Button look="main" icon="rerun" onClick={() => { window.location.reload(); }}>Label {PRACTICE} others</Button> <Link className="button" to="/label/$pipeline" params={{ pipeline }}>Label for real</Link></p>
          </div>
        ) : (
          <Empty title="There is nothing to practise on yet">
            <p>Practice is on items that at least two others have done and you have not. <Link to="/label/$pipeline" params={{ pipeline }}>Label for real</Link></p>
          </Empty>
        )
      }
      numbers={<><span><strong>{Math.min(work.desk.given + (over ? 0 : 1), work.asked)}</strong> of {work.asked}</span><span className="tag">practice: changes nothing</span></>}
      share={work.asked ? work.desk.given / work.asked : null}
    />
  );
}

function sourceOf(task: Task): string {
  const values = Object.values(task.data).filter((one): one is string => typeof one === "string");
  return values[0] ?? "";
}

/** Title, guidelines, task, keys: at work and in practice. */
function Frame({
  pipeline, work, numbers, ended, share, practice = false,
}: {
  pipeline: string;
  work: Work;
  numbers: React.ReactNode;
  ended: React.ReactNode;
  share: number | null;
  practice?: boolean;
}) {
  const [task, next] = work.desk.hand;
  const stage = useRef<StageHandle>(null);
  const busy = useRef(false);
  const [note, setNote] = useState("");
  const [help, setHelp] = useState(false);
  const [editor, setEditor] = useKept(`tilth.editor ${pipeline}`);
  const [quick, setQuick] = useKept(`tilth.quick ${pipeline}`);
  const [chosen, setChosen] = useState(0);
  const simple = task ? choicesOf(task.config) : null;
  const single = simple !== null && !simple.multiple;

  async function act(kind: "answer" | "unsure" | "skip"): Promise<void> {
    if (!task || busy.current) return;
    busy.current = true;
    try {
      const result = kind === "answer" ? await stage.current?.collect() : [];
      if (!result) return;
      setNote("");
      work.forgetTrouble();
      work.give(kind, result);
    } finally {
      busy.current = false;
    }
  }
  function undo(): void {
    if (!work.desk.kept) setNote(work.desk.given ? "Your last answer is sent already; only the one before this task can be taken back." : "There is nothing to take back yet.");
    else {
      setNote("");
      work.undo();
    }
  }
  function onKey(key: string, repeat: boolean): void {
    if (repeat) return;
    if (key === "?") setHelp((open) => !open);
    else if (key === "z") undo();
    else if (key === "Enter") void act("answer");
    else if (key === "u") void act("unsure");
    else if (key === "s") void act("skip");
    else stage.current?.press(key);
  }
  const hear = useEffectEvent(onKey);
  useEffect(() => {
    function onDown(event: KeyboardEvent): void {
      const target = event.target instanceof Element ? event.target : null;
      if (event.key === "Escape") setHelp(false);
      // A tick box takes nothing but the space bar: all other keys mean the task there, too.
      if (event.ctrlKey || event.metaKey || event.altKey || target?.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
      if (event.key === "Escape") return;
      if (event.key === "Enter" && target?.closest("a, button:not(.choice), summary")) return;
      else if (event.key.length === 1 && event.key !== " " || event.key === "Enter") {
        event.preventDefault();
        hear(event.key, event.repeat);
      }
    }
    window.addEventListener("keydown", onDown);
    return () => { window.removeEventListener("keydown", onDown); };
  }, []);
  const goOn = useEffectEvent(() => { void act("answer"); });
  useEffect(() => { if (chosen > 0) goOn(); }, [chosen]);
  // Keys go to the editor where one is, unless the person is somewhere else on the page.
  useEffect(() => {
    const at = document.activeElement;
    if (at === document.body || at instanceof HTMLIFrameElement) stage.current?.focus();
  }, [task?.id]);

  return (
    <div className="label-page">
      <header className="label-head">
        <h1 className="ellipsis">{pipeline}</h1>
        <div className="numbers">{numbers}</div>
        {share !== null && <Meter total={1} parts={[{ value: share, colour: "var(--accent)" }]} label={percent(share, 0)} />}
      </header>
      {work.banned ? (
        <Empty title="No more tasks come to you here">
          <p>{work.banned}</p>
          <p className="quiet">If you think that this is wrong, ask whoever invited you. <Link to="/label">Your other projects</Link></p>
        </Empty>
      ) : !task ? (
        work.loading ? <Loading what="Getting your first task…" /> : work.offline ? <Offline work={work} /> : work.trouble ? <ErrorNote error={work.trouble} /> : ended
      ) : (
        <div className="label-body">
          <Guidelines text={task.guidelines} version={task.guideline_version} pipeline={pipeline} />
          <section className="task-panel" aria-label="Task">
            {work.offline && <Offline work={work} />}
            {work.trouble && <ErrorNote error={work.trouble} />}
            <TaskStage
              ref={stage}
              task={task}
              next={next}
              draft={work.desk.drafts[task.id]}
              editor={editor}
              onKey={onKey}
              onError={setNote}
              onChosen={() => { setNote(""); if (quick && single) setChosen((times) => times + 1); }}
            />
            <p className="label-note" role="status">{note}</p>
            <div className="label-acts">
              <Button look="main" onClick={() => void act("answer")}>Next <Kbd>Enter</Kbd></Button>
              <Button onClick={() => void act("unsure")} title="Counts as no answer; somebody else is asked">Not sure <Kbd>u</Kbd></Button>
              <Button look="plain" onClick={() => void act("skip")} title="This task does not come to you again">Skip <Kbd>s</Kbd></Button>
              <Button look="plain" disabled={!work.desk.kept} onClick={undo}>Undo <Kbd>z</Kbd></Button>
              <Button look="plain" aria-expanded={help} onClick={() => { setHelp(!help); }}>Keys <Kbd>?</Kbd></Button>
            </div>
            {help && <Help simple={simple !== null} single={single} editor={editor} setEditor={setEditor} quick={quick} setQuick={setQuick} practice={practice} />}
          </section>
        </div>
      )}
    </div>
  );
}

/** What to go by, of the version that the answer will name; open on large screens, and wherever it is new. */
function Guidelines({ text, version, pipeline }: { text: string; version: string; pipeline: string }) {
  const [read, setRead] = useKeptText(`tilth.guidelines ${pipeline}`);
  const fresh = read !== "" && read !== version;
  const [open, setOpen] = useState(() => window.innerWidth >= 900 || read !== version);
  if (!text.trim()) return null;
  return (
    <details
      className="guidelines-panel"
      open={open}
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
        setRead(version);
      }}
    >
      <summary>
        <Icon name={open ? "down" : "right"} size={14} /> Guidelines {fresh && <span className="tag need">new</span>}
      </summary>
      <Markdown text={text} />
    </details>
  );
}

function Offline({ work }: { work: Work }) {
  const waiting = work.desk.outbox.length + (work.desk.kept ? 1 : 0);
  return (
    <div className="offline" role="status">
      <Icon name="alert" />
      <span>Tilth does not answer. {waiting ? `${counted(waiting, "answer")} of yours ${waiting === 1 ? "is" : "are"} kept in this browser and sent as soon as it does.` : "Nothing of yours is lost; this page asks again by itself."}</span>
    </div>
  );
}

const WHY: Readonly<Record<string, readonly [string, string]>> = {
  finished: ["All items are labeled", "Thank you. This page looks for new ones by itself."],
  nothing_new: ["You have labeled all that is here for you", "What is left is with others, or needs a second opinion. This page looks for more by itself."],
  paused: ["This project is paused", "Those who run it have stopped handing out tasks. All that you gave is kept; this page goes on by itself."],
  closed: ["This project is closed", "No more tasks are handed out. All that you gave is kept."],
  budget: ["No more answers are paid for now", "The budget of this project is used up. All that you gave is kept."],
  preparing: ["This project is not ready yet", "Tasks will come as soon as those who run it have prepared them; this page looks by itself."],
};

function Ended({ pipeline, state, mine }: { pipeline: string; state: string; mine: number }) {
  const [title, about] = WHY[state] ?? ["Waiting for tasks", "This page looks for more by itself."];
  return (
    <Empty title={title}>
      <p>{mine > 0 && <>You labeled {counted(mine, "item")} in {pipeline}. </>}{about}</p>
      <p className="acts">
        <Link className="button" to="/label">Your projects</Link>{" "}
        {(state === "finished" || state === "nothing_new") && <Link className="button" to="/label/$pipeline" params={{ pipeline }} search={{ practice: PRACTICE }}>Compare yourself on {PRACTICE} done items</Link>}
      </p>
    </Empty>
  );
}

function Help({
  simple, single, editor, setEditor, quick, setQuick, practice,
}: {
  simple: boolean; single: boolean; editor: boolean; setEditor: (on: boolean) => void; quick: boolean; setQuick: (on: boolean) => void; practice: boolean;
}) {
  return (
    <div className="label-help">
      <dl>
        <div><dt><Kbd>0</Kbd>–<Kbd>9</Kbd></dt><dd>choose the label that shows this key</dd></div>
        <div><dt><Kbd>Enter</Kbd></dt><dd>give the answer and go on{simple ? "" : " (in a text field Ctrl Enter)"}</dd></div>
        <div><dt><Kbd>u</Kbd></dt><dd>you are not sure: somebody else is asked</dd></div>
        <div><dt><Kbd>s</Kbd></dt><dd>skip; it does not come to you again</dd></div>
        <div><dt><Kbd>z</Kbd></dt><dd>take the last answer back, until you give the next one</dd></div>
        {!simple && <div><dt><Kbd>Backspace</Kbd></dt><dd>delete the chosen region; <Kbd>Ctrl Z</Kbd> undoes a stroke</dd></div>}
      </dl>
      {single && <label><input type="checkbox" checked={quick} onChange={(event) => { setQuick(event.target.checked); }} /> One key is enough: go on as soon as a label is chosen</label>}
      {(simple || editor) && <label><input type="checkbox" checked={editor} onChange={(event) => { setEditor(event.target.checked); }} /> Use the full editor here</label>}
      {!practice && <p className="faint">Some tasks may have an answer that is known already. They look like all others, so what you are told of your score moves only every {EVERY} answers.</p>}
    </div>
  );
}

/** A choice of this browser. */
function useKept(key: string): [boolean, (on: boolean) => void] {
  const [text, setText] = useKeptText(key);
  return [text === "on", (on) => { setText(on ? "on" : "off"); }];
}

function useKeptText(key: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => localStorage.getItem(key) ?? "");
  return [text, (next) => { localStorage.setItem(key, next); setText(next); }];
}

