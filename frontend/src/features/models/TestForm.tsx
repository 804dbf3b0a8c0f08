import { useState } from "react";

import type { ModelInfo, ModelTestInfo } from "@/api/client";
import { useAct, useRead } from "@/api/queries";
import { Button, ErrorNote } from "@/ui";

const METRICS = [
  ["accuracy", "Accuracy"],
  ["recall", "Recall of a class (how many of it are found)"],
  ["precision", "Precision of a class (how many said to be it are)"],
  ["macro_f1", "Macro F1 (all classes count alike)"],
] as const;

const OTHER = "filter";

/** A test in a form: what is measured, on which items, and what it must reach. */
export function TestForm({ name, model, test, onClose }: { name: string; model: ModelInfo; test: ModelTestInfo | null; onClose: () => void }) {
  const before = (test?.definition ?? {}) as { metric?: string; class?: string; where?: string; at_least?: number; not_worse_than?: string; by?: number; min_n?: number; required?: boolean };
  const [called, setCalled] = useState(test?.name ?? "");
  const [metric, setMetric] = useState(before.metric ?? "accuracy");
  const [of, setOf] = useState(before.class ?? "");
  const [where, setWhere] = useState(before.where ?? "");
  const [kind, setKind] = useState(before.not_worse_than ? "compare" : "reach");
  const [reach, setReach] = useState(String(Math.round((before.at_least ?? 0.9) * 1000) / 10));
  const [by, setBy] = useState(String(Math.round((before.by ?? 0) * 1000) / 10));
  const [least, setLeast] = useState(String(before.min_n ?? 20));
  const [required, setRequired] = useState(before.required ?? true);
  const act = useAct("models.set_test", onClose);
  const slices = useRead("slices.list", { dataset: model.dataset }, { enabled: model.dataset !== "" });
  const inSlices = (slices.data?.items ?? []).map((one) => [one.name, `\`slice.${one.name}\` = true`] as const);
  const chosen = where === "" || inSlices.some(([, text]) => text === where) ? where : OTHER;
  const perClass = metric === "recall" || metric === "precision";
  return (
    <form
      className="panel models-form"
      aria-label={test ? `Change ${test.name}` : "Add a test"}
      onKeyDown={(event) => { if (event.key === "Escape") onClose(); }}
      onSubmit={(event) => {
        event.preventDefault();
        const threshold = kind === "reach" ? { at_least: Number(reach) / 100 } : { not_worse_than: before.not_worse_than ?? "production", by: Number(by) / 100 };
        act.mutate({
          name,
          test: called,
          definition: { metric, ...(perClass ? { class: of } : {}), ...(where.trim() ? { where } : {}), ...threshold, min_n: Number(least), required },
        });
      }}
    >
      <label>
        Name of the test
        <input className="field" required disabled={test !== null} maxLength={63} placeholder="good-enough" value={called} onChange={(event) => { setCalled(event.target.value.replace(/\s/g, "-").replace(/[^A-Za-z0-9_-]/g, "")); }} spellCheck={false} autoFocus />
      </label>
      <label>
        What is measured
        <select className="field" value={metric} onChange={(event) => { setMetric(event.target.value); }}>
          {METRICS.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
        </select>
      </label>
      {perClass && (
        <label>
          The class
          <input className="field" required value={of} onChange={(event) => { setOf(event.target.value); }} dir="auto" />
        </label>
      )}
      <label>
        On which items
        <select className="field" value={chosen} onChange={(event) => { setWhere(event.target.value === OTHER ? where || " " : event.target.value); }}>
          <option value="">all of {model.dataset}</option>
          {inSlices.map(([slice, text]) => <option key={slice} value={text}>the slice {slice}</option>)}
          <option value={OTHER}>those that a filter matches</option>
        </select>
      </label>
      {chosen === OTHER && (
        <label>
          The filter <span className="faint">(as the dataset’s page shows it with “as text”)</span>
          <input className="field" placeholder="label = 'bird'" value={where} onChange={(event) => { setWhere(event.target.value || " "); }} spellCheck={false} />
        </label>
      )}
      <fieldset>
        <legend>What it must reach</legend>
        <label className="models-radio">
          <input type="radio" name="kind" checked={kind === "reach"} onChange={() => { setKind("reach"); }} />
          at least <input className="field short" type="number" min={0} max={100} step="any" aria-label="Least percent" value={reach} onChange={(event) => { setReach(event.target.value); setKind("reach"); }} /> %
        </label>
        <label className="models-radio">
          <input type="radio" name="kind" checked={kind === "compare"} onChange={() => { setKind("compare"); }} />
          not worse than the one in production by more than <input className="field short" type="number" min={0} max={100} step="any" aria-label="Points" value={by} onChange={(event) => { setBy(event.target.value); setKind("compare"); }} /> points
        </label>
      </fieldset>
      <label>
        Items that it needs, to say anything
        <input className="field short" type="number" min={1} step={1} value={least} onChange={(event) => { setLeast(event.target.value); }} />
      </label>
      <label className="models-check">
        <input type="checkbox" checked={required} onChange={(event) => { setRequired(event.target.checked); }} /> Required: without it no version goes into production
      </label>
      {act.error && <ErrorNote error={act.error} />}
      <div className="models-acts">
        <Button type="submit" look="main" disabled={act.isPending}>{test ? `Save ${test.name}` : called ? `Add the test ${called}` : "Add the test"}</Button>
        <Button look="plain" onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}
