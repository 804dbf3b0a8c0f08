import { Link, useNavigate } from "@tanstack/react-router";

import { useMay } from "@/api/may";
import { useRead } from "@/api/queries";
import { count, money, plain } from "@/lib/format";
import { Button, Empty, ErrorNote, Loading, Meter, Page } from "@/ui";

/** All labeling: how far each is, who works on it, what it cost. */
export function LabelingPage() {
  const labelings = useRead("labeling.list", {}, { every: 2_000 });
  const go = useNavigate();
  if (labelings.error) return <Page title="Labeling"><ErrorNote error={labelings.error} retry={() => void labelings.refetch()} /></Page>;
  if (!labelings.data) return <Loading what="Reading the labeling…" />;
  if (labelings.data.items.length === 0)
    return (
      <Page title="Labeling">
        <div className="panel">
          <Empty title="Nobody labels here yet">
            <p>A labeling project shows items of a repo to people, checks them with known answers, and publishes what holds. Answers that were given elsewhere can be imported into it.</p>
            <NewProject />
          </Empty>
        </div>
      </Page>
    );
  return (
    <Page title="Labeling" about="What people decide. Counters are live." acts={<NewProject />}>
      <div className="panel table-wrap">
        <table className="table">
          <thead>
            <tr>
              <th>Labeling</th>
              <th>Progress</th>
              <th className="num">Open</th>
              <th className="num">People</th>
              <th className="num">Answers</th>
              <th className="num">Paid</th>
            </tr>
          </thead>
          <tbody>
            {labelings.data.items.map((it) => {
              const pipeline = plain(it.pipeline);
              return (
                <tr key={pipeline} className="go" onClick={() => void go({ to: "/labeling/$pipeline", params: { pipeline } })}>
                  <td><Link to="/labeling/$pipeline" params={{ pipeline }} onClick={(event) => { event.stopPropagation(); }}>{pipeline}</Link></td>
                  <td>
                    {it.blocked && <div><span className="tag need">cannot start</span> {it.blocked.replaceAll("default/", "")}</div>}
                    {count(it.done)} of {count(it.tasks)} items
                    <Meter parts={[{ value: it.done, colour: "var(--accent)" }]} total={it.tasks} label={`${it.done} of ${it.tasks} items labeled`} />
                  </td>
                  <td className="num">{it.blocked ? <span className="faint">{it.open > 0 ? `${count(it.open)} waiting` : "—"}</span> : count(it.open)}</td>
                  <td className="num">{count(it.workers)}{it.banned > 0 && <span className="faint"> ({it.banned} banned)</span>}</td>
                  <td className="num">{count(it.answers)}</td>
                  <td className="num nowrap">{money(it.spent, it.currency)}{it.budget !== null && it.budget !== undefined && <span className="faint"> of {money(it.budget, it.currency)}</span>}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Page>
  );
}

function NewProject() {
  const go = useNavigate();
  const mayMake = useMay("pipelines.create");
  if (!mayMake) return null;
  return <Button icon="plus" look="main" onClick={() => void go({ to: "/new-labeling" })}>New labeling project</Button>;
}
