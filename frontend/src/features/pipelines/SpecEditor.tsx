import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";

import { type ApiError, type PipelineInfo, type Result, call } from "@/api/client";
import { useAct } from "@/api/queries";
import { counted, plain } from "@/lib/format";
import { useSettled } from "@/lib/settled";
import { Button, ConfirmButton, ErrorNote, Icon } from "@/ui";

import { type Spec, readSpec, sameSpec } from "./spec";

const PAUSE_MS = 400;

interface Props {
  /** What is edited; a pipeline that is there is changed, else one is made. */
  start: Spec;
  existing: PipelineInfo | null;
  onSaved: (made: PipelineInfo) => void;
  onCancel: () => void;
}

/** A spec as text, checked by the server while one writes: what it would read, write and run. */
export function SpecEditor({ start, existing, onSaved, onCancel }: Props) {
  const [text, setText] = useState(() => JSON.stringify(start, null, 2));
  const settled = useSettled(text, PAUSE_MS);
  const read = readSpec(settled);
  const check = useQuery<Result<"pipelines.check">, ApiError>({
    queryKey: ["pipelines.check", settled],
    queryFn: ({ signal }) => call("pipelines.check", { spec: { ...read.spec } }, signal),
    enabled: read.spec !== null,
    retry: false,
    gcTime: 0,
  });
  const save = useAct("pipelines.create", onSaved);
  const unchanged = existing !== null && read.spec !== null && sameSpec(read.spec, existing.spec);
  const ready = read.spec !== null && text === settled && check.data !== undefined && !unchanged && !save.isPending;
  const send = (reask: boolean) => {
    if (read.spec) save.mutate({ spec: { ...read.spec }, update: existing !== null, ...(reask ? { reask } : {}) });
  };
  return (
    <form
      className="spec-editor"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) send(false);
      }}
    >
      <label>
        <span className="offscreen">The spec, as JSON</span>
        <textarea
          className="field mono"
          rows={Math.min(36, Math.max(12, text.split("\n").length + 1))}
          spellCheck={false}
          autoCapitalize="off"
          autoFocus
          value={text}
          aria-describedby="spec-check"
          aria-invalid={read.problem !== null || check.error !== null}
          onChange={(event) => { setText(event.target.value); }}
          onKeyDown={(event) => {
            if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && ready) send(false);
          }}
        />
      </label>
      <div id="spec-check" role="status">
        {read.problem ? (
          <p className="spec-told need"><Icon name="alert" /> {read.problem}</p>
        ) : check.error ? (
          <ErrorNote error={check.error} />
        ) : check.data ? (
          <Would check={check.data} unchanged={unchanged} />
        ) : (
          <p className="spec-told quiet">Checking…</p>
        )}
      </div>
      {save.error && (
        <>
          <ErrorNote error={save.error} />
          {typeof save.error.facts["cost"] === "number" && (
            <ConfirmButton
              question={`Ask all ${counted(Number(save.error.facts["items"]), "item")} again?`}
              verb="Ask them all again"
              look="danger"
              onConfirm={() => { send(true); }}
            >
              Change it and ask everything again…
            </ConfirmButton>
          )}
        </>
      )}
      <div className="spec-acts">
        <Button type="submit" look="main" disabled={!ready}>
          {save.isPending ? "Saving…" : existing ? `Save as version ${existing.version + 1} and run it` : "Make this pipeline and run it"}
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
        {existing && typeof existing.spec["code"] === "string" && (
          <span className="faint">Its code stays as it is; new code comes by <code>tilth pipeline update</code>.</span>
        )}
      </div>
    </form>
  );
}

function Would({ check, unchanged }: { check: Result<"pipelines.check">; unchanged: boolean }) {
  const told: ReactNode[] = [
    `It reads ${check.inputs.map(plain).join(", ")} and writes ${plain(check.output)}.`,
    check.items == null ? null : check.items === 0 ? "No item matches its input now; it runs when one comes." : `Its input has ${counted(check.items, "item")} now.`,
    unchanged ? "Nothing differs from the version that is there." : null,
  ];
  return (
    <>
      <p className="spec-told"><Icon name="check" /> {told.filter(Boolean).join(" ")}</p>
      {(check.warnings ?? []).map((warning) => <p key={warning} className="spec-told need"><Icon name="alert" /> {warning}</p>)}
    </>
  );
}
