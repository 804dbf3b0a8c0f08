import { Link } from "@tanstack/react-router";

import { useRead } from "@/api/queries";
import { counted, plain } from "@/lib/format";
import { ErrorNote, Loading, Section, When } from "@/ui";

/** For an item of a dataset: its label, who gave it, what was done to it, and its file. */
export function ItemOf({ dataset, item }: { dataset: string; item: string }) {
  const found = useRead("datasets.item", { name: dataset, key: item });
  if (found.error) return <Section title="Its label"><ErrorNote error={found.error} retry={() => void found.refetch()} /></Section>;
  if (!found.data) return <Section title="Its label"><Loading what="Reading the item…" /></Section>;
  const { item: now, history, answers } = found.data;
  const by = { fixed: "fixed by an expert", people: "by labelers", ruled: "ruled by an expert", given: "as it was given" }[now.labeled_by];
  return (
    <Section title="Its label" aside={answers.length > 0 ? `${counted(answers.length, "answer")}; people are never named` : null}>
      <p>
        {now.label == null ? "It has no label yet." : <><strong><bdi>{now.label}</bdi></strong>{by && <>, {by}</>}</>}
        {now.media.reference && <> · <Link to="/lineage" search={{ of: now.media.reference }}>Only its file</Link></>}
      </p>
      {(answers.length > 0 || history.length > 0) && (
        <div className="panel table-wrap">
          <table className="table">
            <thead><tr><th>Who</th><th>What</th><th>When</th></tr></thead>
            <tbody>
              {history.map((event, index) => (
                <tr key={`${index} ${event.commit}`}>
                  <td><bdi>{plain(event.by)}</bdi></td>
                  <td>{event.kind}{event.label != null && <> <bdi>{event.label}</bdi></>}{event.reason && <>: <bdi>{event.reason}</bdi></>}</td>
                  <td className="faint">{event.at_ms > 0 && <When ms={event.at_ms} />}</td>
                </tr>
              ))}
              {answers.map((answer, index) => (
                <tr key={index}>
                  <td className="mono">{String(answer["worker"] ?? "").slice(-6)}</td>
                  <td>answered <bdi>{told(answer["label"])}</bdi></td>
                  <td />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

function told(label: unknown): string {
  return typeof label === "string" ? label : JSON.stringify(label);
}
