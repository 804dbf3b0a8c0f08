import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo, useState } from "react";

import { type ApiError, call } from "@/api/client";
import { useAct, useRead } from "@/api/queries";
import { count as said, counted, money } from "@/lib/format";
import { Button, ErrorNote } from "@/ui";

import type { DatasetInfo } from "@/features/datasets/types";
import { type Form, formOf, startOf } from "./sending";
import "./slices.css";
import type { SendPlan } from "./types";

interface Props {
  dataset: DatasetInfo;
  target: { keys: string[] } | { where: string } | { slice: string };
  model: string | null;
  done: (words: string, commit?: string) => void;
  close: () => void;
}

/** Send items to people: to a labeling pipeline that there is, or a new one. What it costs is said before. */
export function SendForm({ dataset, target, model, done, close }: Props) {
  const labelings = useRead("labeling.list", {});
  const mine = useMemo(() => {
    const labels: unknown = dataset.definition["labels"];
    const sources = Array.isArray(labels) ? labels : [labels];
    return new Set(sources.map((one) => (one as { pipeline?: string } | null | undefined)?.pipeline).filter((one) => typeof one === "string"));
  }, [dataset.definition]);
  const [to, setTo] = useState<string>("");
  const [form, setForm] = useState<Form>(() => startOf(dataset, mine));
  const [first] = mine;
  // Asked of the project that labels the dataset already: it asks about no item a second time.
  const again = { name: dataset.name, ...target, ...(model === null ? {} : { model }), pipeline: first ?? "" };
  const known = useQuery<SendPlan, ApiError>({
    queryKey: ["datasets.plan_send", again],
    queryFn: ({ signal }) => call("datasets.plan_send", again, signal),
    retry: false,
    enabled: first !== undefined,
    staleTime: 5_000,
  });
  const all = known.data !== undefined && known.data.new === 0;
  const chosen = to || (first === undefined || all ? "new" : first);
  const making = chosen === "new";
  const args = useMemo(
    () => ({
      name: dataset.name,
      ...target,
      ...(model === null ? {} : { model }),
      ...(making ? { new: formOf(form) } : { pipeline: chosen }),
    }),
    [dataset.name, target, model, making, form, chosen],
  );
  const asked = useDeferredValue(args);
  const plan = useQuery<SendPlan, ApiError>({
    queryKey: ["datasets.plan_send", asked],
    queryFn: ({ signal }) => call("datasets.plan_send", asked, signal),
    retry: false,
    enabled: (!making || form.name.trim() !== "") && (to !== "" || first === undefined || !known.isPending),
    staleTime: 5_000,
  });
  const send = useAct("datasets.send", (sent) => {
    done(
      sent.commit ? `${counted(sent.plan.new, "item")} sent to ${sent.plan.pipeline}` : `Nothing new to send: ${sent.plan.pipeline} has them all, nothing is bought twice`,
      sent.act ?? undefined,
    );
    close();
  });
  const change = (part: Partial<Form>): void => { setForm({ ...form, ...part }); };
  const told = plan.data;
  return (
    <form
      className="bulk-form send"
      onSubmit={(event) => {
        event.preventDefault();
        if (told) send.mutate({ ...args, expect: told.items });
      }}
    >
      <label className="wide">
        <span>Who shall label them?</span>
        <select className="field" value={chosen} onChange={(event) => { setTo(event.target.value); }}>
          {[...mine].map((name) => (
            <option key={name} value={name}>
              {name}: labels this dataset already
            </option>
          ))}
          <option value="new">A new labeling project</option>
          {labelings.data?.items.filter((one) => !mine.has(one.pipeline)).map((one) => (
            <option key={one.pipeline} value={one.pipeline}>
              {one.pipeline}: {counted(one.tasks, "item")}
            </option>
          ))}
        </select>
      </label>
      {first !== undefined && all && (chosen === first || making) && (
        <p className="quiet">
          <bdi>{first}</bdi> has {known.data.items === 1 ? "this item" : `all ${counted(known.data.items, "item")}`} already and asks about none twice.{" "}
          {making ? "For a second look, this new project asks people about them afresh; once answered, its labels hold." : "For a second look choose “A new labeling project”."}
        </p>
      )}
      {making && <NewProject {...{ form, change, dataset }} />}
      <Cost plan={told} error={plan.error} waiting={plan.isFetching} />
      {send.error && <ErrorNote error={send.error} />}
      <div className="bulk-acts">
        <button type="submit" className="button main" disabled={!told || send.isPending || plan.isFetching}>
          {send.isPending ? "Sending…" : told ? (told.new > 0 ? `Send ${counted(told.new, "item")} to people` : "Take its labels for these items") : "Send to people"}
        </button>
        <Button look="plain" onClick={close}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function NewProject({ form, change, dataset }: { form: Form; change: (part: Partial<Form>) => void; dataset: DatasetInfo }) {
  return (
    <>
      <label>
        <span>Its name</span>
        <input className="field" autoFocus value={form.name} placeholder={`${dataset.name}-again`} onChange={(event) => { change({ name: event.target.value }); }} />
      </label>
      <label>
        <span>What is asked?</span>
        <select className="field" value={form.task} onChange={(event) => { change({ task: event.target.value }); }}>
          <option value="classification">one of the classes</option>
          {dataset.media === "image" && <option value="boxes">boxes around things</option>}
          <option value="text">a text</option>
        </select>
      </label>
      <label className="wide">
        <span>The question</span>
        <input className="field" value={form.question} dir="auto" placeholder="What is this?" onChange={(event) => { change({ question: event.target.value }); }} />
      </label>
      {form.task !== "text" && (
        <label className="wide">
          <span>Classes, one per line</span>
          <textarea className="field" rows={Math.min(6, Math.max(2, form.classes.split("\n").length))} value={form.classes} dir="auto" onChange={(event) => { change({ classes: event.target.value }); }} />
        </label>
      )}
      <label className="wide">
        <span>Guidelines: what people need to know</span>
        <textarea className="field" rows={3} value={form.guidelines} dir="auto" onChange={(event) => { change({ guidelines: event.target.value }); }} />
      </label>
      <label>
        <span>People per item</span>
        <input className="field" type="number" min={1} max={100} value={form.overlap} onChange={(event) => { change({ overlap: event.target.value }); }} />
      </label>
      <label>
        <span>Pay per answer</span>
        <input className="field" type="number" min={0} step="any" value={form.price} onChange={(event) => { change({ price: event.target.value }); }} />
      </label>
      <label>
        <span>Budget at most (empty: no limit)</span>
        <input className="field" type="number" min={0} step="any" value={form.budget} onChange={(event) => { change({ budget: event.target.value }); }} />
      </label>
    </>
  );
}

function Cost({ plan, error, waiting }: { plan: SendPlan | undefined; error: ApiError | null; waiting: boolean }) {
  if (error) return <ErrorNote error={error} />;
  if (!plan) return <p className="quiet">{waiting ? "Counting…" : "Name the project to see what it costs."}</p>;
  const [least = 0, most = 0] = plan.answers;
  const [low = 0, high = 0] = plan.cost;
  return (
    <div className="send-cost" aria-live="polite">
      <strong>
        {plan.new === plan.items ? counted(plan.items, "item") : `${said(plan.new)} new of ${counted(plan.items, "item")}`}: {least === most ? counted(most, "answer") : `${said(least)} to ${counted(most, "answer")}`}
        {high > 0 && `, ${low === high ? money(high, plan.currency) : `${money(low, plan.currency)} to ${money(high, plan.currency)}`}`}
      </strong>
      {plan.budget_left != null && <span className="quiet">It may spend {money(plan.budget_left, plan.currency)} more.</span>}
      {plan.warnings.map((one) => (
        <span key={one} className="quiet">{one}</span>
      ))}
    </div>
  );
}
