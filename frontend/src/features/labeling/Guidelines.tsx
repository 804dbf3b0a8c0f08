import { useState } from "react";

import { type ApiError, type LabelingInfo, type Schemas, call } from "@/api/client";
import { useMay } from "@/api/may";
import { useAct } from "@/api/queries";
import { counted, guidelinesWords, money } from "@/lib/format";
import { Button, ErrorNote, Markdown, Section } from "@/ui";

/** What people are told; whoever may changes it here, after a look at what a breaking change asks again. */
export function Guidelines({ it, pipeline }: { it: LabelingInfo; pipeline: string }) {
  const mayChange = useMay("labeling.set_guidelines");
  const [editing, setEditing] = useState(false);
  if (editing) return <Edit it={it} pipeline={pipeline} close={() => { setEditing(false); }} />;
  if (!it.guidelines && !mayChange) return null;
  return (
    <Section
      title="Guidelines"
      aside={<>{it.guidelines && `${guidelinesWords(it.guideline_version)} `}{mayChange && <Button small onClick={() => { setEditing(true); }}>{it.guidelines ? "Change" : "Write them"}</Button>}</>}
    >
      {it.guidelines ? <div className="panel guidelines"><Markdown text={it.guidelines} /></div> : <p className="quiet">People are told nothing yet beside the question itself.</p>}
    </Section>
  );
}

function Edit({ it, pipeline, close }: { it: LabelingInfo; pipeline: string; close: () => void }) {
  const [text, setText] = useState(it.guidelines ?? "");
  const [breaking, setBreaking] = useState(false);
  const [plan, setPlan] = useState<Schemas["GuidelinesChange"] | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const save = useAct("labeling.set_guidelines", close);
  const again = breaking && it.tasks > 0;

  async function look(): Promise<void> {
    setError(null);
    try {
      setPlan(await call("labeling.set_guidelines", { pipeline, text, breaking, reask: false, dry_run: true }));
    } catch (problem) {
      setError(problem as ApiError);
    }
  }

  const store = () => { save.mutate({ pipeline, text, breaking, reask: breaking, dry_run: false }); };
  const trouble = save.error ?? error;
  return (
    <Section title="Guidelines" aside={`${guidelinesWords(it.guideline_version)} until you save`}>
      <form className="section" onSubmit={(event) => { event.preventDefault(); if (again && !plan) void look(); else store(); }}>
        <textarea className="field grow" rows={14} aria-label="Guidelines, in Markdown" value={text} onChange={(event) => { setText(event.target.value); setPlan(null); }} />
        <label className="labeling-line">
          <input type="checkbox" checked={breaking} onChange={(event) => { setBreaking(event.target.checked); setPlan(null); }} />
          <span>Answers given under the old guidelines no longer hold: ask for all of them again</span>
        </label>
        {!breaking && <p className="quiet">Answers so far stay; each remembers under which version it was given.</p>}
        {plan && again && (
          <p className="notice">
            <strong>All {counted(plan.items, "item")} would be asked again</strong>: {counted(plan.asked, "answer")} or more, {plan.cost > 0 ? <>for at least <strong>{money(plan.cost, it.currency)}</strong>{it.budget !== null && it.budget !== undefined && <> (of a budget of {money(it.budget, it.currency)}, {money(it.spent, it.currency)} spent)</>}</> : "unpaid"}. What is published stays until labels are published again.
          </p>
        )}
        {trouble && <ErrorNote error={trouble} />}
        <div className="labeling-line">
          <Button type="submit" look="main" disabled={save.isPending || (text === it.guidelines && !breaking)}>
            {save.isPending ? "Saving…" : again ? (plan ? `Save, and ask ${counted(plan.items, "item")} again` : "See what it costs") : "Save as a new version"}
          </Button>
          <Button onClick={close}>Leave them as they are</Button>
        </div>
      </form>
    </Section>
  );
}
