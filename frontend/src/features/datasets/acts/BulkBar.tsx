import { Suspense, useEffect, useRef, useState } from "react";

import { count as said, counted } from "@/lib/format";
import { Button, Kbd, Loading } from "@/ui";

import type { Classes } from "@/features/datasets/classes";
import type { Go, Question } from "@/features/datasets/place";
import type { DatasetInfo } from "@/features/datasets/types";
import { BULK_ACTS } from "@/features/datasets/views";
import { type Acts, MARKS, type Target } from "./useActs";

interface Props {
  name: string;
  dataset: DatasetInfo;
  question: Question;
  classes: Classes;
  count: number;
  target: Target;
  mayWrite: boolean;
  acts: Acts;
  go: Go;
  onNone: () => void;
}

/** What one may do with the selected items; everything that writes says how many first. */
export function BulkBar({ name, dataset, question, classes, count, target, mayWrite, acts, go, onNone }: Props) {
  const [open, setOpen] = useState<string | null>(null);
  const [label, setLabel] = useState<string | null>(null);
  useEffect(() => {
    function choose(event: Event): void {
      setLabel((event as CustomEvent<string>).detail);
      setOpen("relabel");
    }
    window.addEventListener("tilth-bulk-label", choose);
    return () => { window.removeEventListener("tilth-bulk-label", choose); };
  }, []);
  const act = BULK_ACTS.find((one) => one.id === open);
  const close = (): void => { setOpen(null); };
  // Marks are of items that somebody looked at, one by one: not of everything that matches.
  const keys = "keys" in target ? target.keys : null;
  return (
    <div className="bulk" role="region" aria-label="The selected items" onKeyDown={(event) => { if (event.key === "Escape" && open !== null) { event.stopPropagation(); close(); } }}>
      {open === "relabel" && (
        <Relabel
          {...{ classes, count, label }}
          onLabel={setLabel}
          onClose={close}
          busy={acts.busy !== null}
          onRelabel={async (chosen, reason) => {
            if (await acts.fix(chosen, target, count, reason)) {
              close();
              onNone();
            }
          }}
        />
      )}
      {open === "mark" && keys && (
        <div className="bulk-open">
          {MARKS.map((one) => (
            <Button key={one.mark} title={one.about} disabled={acts.busy !== null} onClick={() => void acts.mark(one.mark, keys).then((good) => { if (good) close(); })}>
              {one.word} <Kbd>{one.key}</Kbd>
            </Button>
          ))}
          <span className="quiet">for {counted(count, "item")}</span>
        </div>
      )}
      {act && (
        <div className="bulk-open">
          <Suspense fallback={<Loading what={`Opening ${act.label}…`} />}>
            <act.component {...{ name, dataset, question, count, target, go, close }} done={acts.told} />
          </Suspense>
        </div>
      )}
      <div className="bulk-bar">
        <strong>{said(count)} selected</strong>
        {mayWrite && (
          <>
            <Button small look="main" aria-expanded={open === "relabel"} onClick={() => { setOpen(open === "relabel" ? null : "relabel"); }}>
              Relabel {counted(count, "item")}…
            </Button>
            <Button small disabled={keys === null} title={keys === null ? "Marks are for items chosen one by one" : ""} aria-expanded={open === "mark"} onClick={() => { setOpen(open === "mark" ? null : "mark"); }}>
              Mark…
            </Button>
          </>
        )}
        {BULK_ACTS.map((one) => (
          <Button key={one.id} small aria-expanded={open === one.id} onClick={() => { setOpen(open === one.id ? null : one.id); }}>
            {one.label}
          </Button>
        ))}
        <span className="grow" />
        <Button small look="plain" onClick={onNone}>
          Select none
        </Button>
      </div>
    </div>
  );
}

function Relabel({
  classes, count, label, busy, onLabel, onRelabel, onClose,
}: {
  classes: Classes;
  count: number;
  label: string | null;
  busy: boolean;
  onLabel: (label: string | null) => void;
  onRelabel: (label: string, reason: string) => Promise<void>;
  onClose: () => void;
}) {
  const [other, setOther] = useState("");
  const [reason, setReason] = useState("");
  const button = useRef<HTMLButtonElement>(null);
  const chosen = other.trim() || label;
  useEffect(() => { if (label !== null) button.current?.focus(); }, [label]);
  return (
    <form
      className="bulk-open"
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen) void onRelabel(chosen, reason);
      }}
    >
      <div className="class-picks" role="group" aria-label="As what?">
        {classes.names.slice(0, 30).map((name) => (
          <button key={name} type="button" className="class-pick" aria-pressed={chosen === name} onClick={() => { setOther(""); onLabel(name); }}>
            <span className="dot" style={{ background: classes.colour(name) }} />
            <bdi>{name}</bdi>
            {classes.digit(name) !== null && <Kbd>{classes.digit(name)}</Kbd>}
          </button>
        ))}
        <input className="field other" aria-label="Another class" placeholder="another class" value={other} dir="auto" onChange={(event) => { setOther(event.target.value); }} />
      </div>
      <div className="bulk-acts">
        <input className="field" aria-label="Why?" placeholder="Why? (may be empty)" value={reason} dir="auto" onChange={(event) => { setReason(event.target.value); }} />
        <button ref={button} type="submit" className="button main" disabled={!chosen || busy}>
          {busy ? "Relabeling…" : chosen ? `Relabel ${counted(count, "item")} as ${chosen}` : "Choose a class"}
        </button>
        <Button look="plain" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
