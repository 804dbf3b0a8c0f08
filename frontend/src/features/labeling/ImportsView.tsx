import { useRef, useState } from "react";

import { type ApiError, type LabelingInfo, type Schemas, call } from "@/api/client";
import { useRead } from "@/api/queries";
import { authorName, count, counted, money } from "@/lib/format";
import { Button, ErrorNote, Meter, Section, When } from "@/ui";

type Import = Schemas["AnswerImportInfo"];
type Undo = Schemas["ImportUndo"];

/** Earlier imports of answers, each of which can be taken back after a look at what would go. */
export function ImportsView({ pipeline, it }: { pipeline: string; it: LabelingInfo }) {
  const found = useRead("labeling.imports", { pipeline });
  const [open, setOpen] = useState("");
  const [plan, setPlan] = useState<Undo | null>(null);
  const [error, setError] = useState<ApiError | null>(null);

  async function look(id: string): Promise<void> {
    setOpen(id);
    setPlan(null);
    setError(null);
    try {
      setPlan(await call("labeling.undo_import", { pipeline, import_id: id, dry_run: true, most: 1 }));
    } catch (problem) {
      setError(problem as ApiError);
    }
  }

  if (found.error) return <ErrorNote error={found.error} retry={() => void found.refetch()} />;
  const imports = found.data?.items ?? [];
  if (imports.length === 0) return null;
  return (
    <Section title="Earlier imports">
      <div className="panel table-wrap">
        <table className="table">
          <thead><tr><th>Table</th><th className="num">Answers</th><th>By</th><th>When</th><th /></tr></thead>
          <tbody>
            {imports.map((each) => (
              <tr key={each.id}>
                <td><bdi>{fileOf(each)}</bdi></td>
                <td className="num">{count(each.answers)}</td>
                <td>{authorName(each.author)}</td>
                <td><When ms={each.at_ms} /></td>
                <td>
                  {each.answers > 0 && open !== each.id && <Button small onClick={() => void look(each.id)} aria-label={`Take back the answers of ${fileOf(each)}`}>Take back…</Button>}
                  {each.answers === 0 && each.taken_back_ms && <span className="quiet">taken back <When ms={each.taken_back_ms} /> by {authorName(each.taken_back_by ?? "")}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {imports.filter((each) => each.id === open).map((each) => (
        <TakeBack key={each.id} pipeline={pipeline} it={it} each={each} plan={plan} trouble={error} close={() => { setOpen(""); void found.refetch(); }} />
      ))}
    </Section>
  );
}

/** What would go, what it costs, and the doing, which can be stopped and gone on with. */
function TakeBack({ pipeline, it, each, plan, trouble, close }: { pipeline: string; it: LabelingInfo; each: Import; plan: Undo | null; trouble: ApiError | null; close: () => void }) {
  const [gone, setGone] = useState(0);
  const [state, setState] = useState<"asked" | "running" | "stopped" | "done">("asked");
  const [failed, setError] = useState<ApiError | null>(null);
  const error = failed ?? trouble;
  const stop = useRef(false);

  async function run(): Promise<void> {
    setState("running");
    setError(null);
    stop.current = false;
    let left = 1;
    let sum = gone;
    try {
      while (left > 0) {
        const done = await call("labeling.undo_import", { pipeline, import_id: each.id, dry_run: false, most: 5_000 });
        sum += done.answers;
        left = done.left;
        setGone(sum);
        if (stop.current && left > 0) {
          setState("stopped");
          return;
        }
      }
      setState("done");
    } catch (problem) {
      setError(problem as ApiError);
      setState("stopped");
    }
  }

  return (
    <div className="panel take-back" role="group" aria-label={`Take back ${fileOf(each)}`}>
      {error && <ErrorNote error={error} />}
      {state === "asked" && !plan && !error && <p className="quiet">Counting what would go…</p>}
      {state === "asked" && plan && (
        <>
          <p>
            <strong>{counted(plan.answers, "answer")}</strong> to {counted(plan.items, "item")} would count no more. {plan.unlabeled > 0 ? <>{counted(plan.unlabeled, "item")} would lose {plan.unlabeled === 1 ? "its" : "their"} label. </> : "No item would lose its label. "}
            {plan.asked > 0 && <>People would be asked for up to {counted(plan.asked, "answer")}, {plan.cost > 0 ? <>for up to <strong>{money(plan.cost, it.currency)}</strong>{it.budget !== null && it.budget !== undefined && <> (of a budget of {money(it.budget, it.currency)}, {money(it.spent, it.currency)} spent)</>}</> : "unpaid"}.</>}
          </p>
          <p className="quiet">The answers stay in the history. What is published stays as it is until labels are published again.</p>
          <div className="labeling-line"><Button look="main" onClick={() => void run()}>Take back {counted(plan.answers, "answer")}</Button><Button onClick={close}>Leave them</Button></div>
        </>
      )}
      {state === "running" && plan && (
        <div role="status">
          <Meter parts={[{ value: gone, colour: "var(--accent)" }]} total={plan.answers} label={`${gone} of ${plan.answers} answers`} />
          <div className="labeling-line">Taking back: {count(gone)} of {counted(plan.answers, "answer")}. <Button small onClick={() => { stop.current = true; }}>Stop</Button></div>
        </div>
      )}
      {state === "stopped" && <p className="notice">{counted(gone, "answer")} taken back. <Button small onClick={() => void run()}>Go on</Button></p>}
      {state === "done" && <p className="notice good" role="status"><strong>{counted(gone, "answer")} taken back.</strong> Labels that nothing else holds up go with the next publication. <Button small onClick={close}>Done</Button></p>}
    </div>
  );
}

function fileOf(each: Import): string {
  return `${each.table.split("@")[0] ?? ""}: ${each.table.slice(each.table.indexOf(":") + 1)}`;
}
