import { useState } from "react";

import { useAct, usePages } from "@/api/queries";
import { useNow } from "@/lib/clock";
import { ago, count } from "@/lib/format";
import { Button, ErrorNote, TimeLine, TopSlot } from "@/ui";

import type { Acts } from "./acts/useActs";
import type { Question } from "./place";
import type { DatasetInfo } from "./types";

/** The working state, which is no version yet. */
const NOW = "now";

interface Props {
  name: string;
  dataset: DatasetInfo;
  question: Question;
  setQuestion: (change: Partial<Question>) => void;
  acts: Acts;
  mayWrite: boolean;
}

/** Now, or a saved version: moving it moves the whole page through time, read-only. */
export function MomentPicker({ name, dataset, question, setQuestion, acts, mayWrite }: Props) {
  const versions = usePages("datasets.versions", { name, limit: 50 });
  const [naming, setNaming] = useState(false);
  const [message, setMessage] = useState("");
  const now = useNow();
  const save = useAct("datasets.save_version", (made) => {
    setNaming(false);
    setMessage("");
    acts.told(made.changed === false ? "Nothing is new since the last version: none was made" : "Saved as a version to train on and to come back to");
  });
  const shown = versions.items.find((one) => one.commit === question.at || String(one.number) === question.at);
  const instants = [
    ...versions.items.map((one) => ({ id: one.commit, at_ms: one.at_ms, words: `version ${one.number}${one.message ? `: ${one.message}` : ""} · ${count(one.labeled)} of ${count(one.items)} labeled` })).reverse(),
    { id: NOW, at_ms: now, words: "as people work on it" },
  ];
  return (
    <div className="moment">
      {versions.items.length > 0 && (
        <TopSlot>
          <TimeLine
            instants={instants}
            shown={question.at === null ? NOW : (shown?.commit ?? null)}
            newest={NOW}
            onMove={(id) => { setQuestion({ at: id === NOW ? null : id }); }}
            older={versions.hasMore ? versions.more : undefined}
            loading={versions.isLoadingMore}
          />
        </TopSlot>
      )}
      {question.at !== null ? (
        <>
          <span className="tag need">read-only: {shown ? `version ${shown.number}, ${ago(shown.at_ms, now)}` : `version ${question.at.slice(0, 12)}`}</span>
          <Button small look="main" onClick={() => { setQuestion({ at: null }); }}>
            Back to now
          </Button>
        </>
      ) : naming ? (
        <form
          className="name-version"
          onKeyDown={(event) => { if (event.key === "Escape") setNaming(false); }}
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate({ name, message });
          }}
        >
          <input className="field" autoFocus aria-label="What is new in this version?" placeholder="What is new? (may be empty)" value={message} dir="auto" onChange={(event) => { setMessage(event.target.value); }} />
          <Button small look="main" type="submit" disabled={save.isPending}>
            {save.isPending ? "Saving…" : `Save version ${dataset.versions + 1}`}
          </Button>
          <Button small look="plain" onClick={() => { setNaming(false); }}>
            Cancel
          </Button>
        </form>
      ) : (
        mayWrite && (
          <Button small onClick={() => { setNaming(true); }} title="Keep all items with their labels as they are now, to train on and to come back to">
            Save a version…
          </Button>
        )
      )}
      {save.error && <ErrorNote error={save.error} />}
    </div>
  );
}
