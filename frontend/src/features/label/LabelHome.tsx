import "./label.css";

import { Link } from "@tanstack/react-router";

import { useRead } from "@/api/queries";
import { percent, plain } from "@/lib/format";
import { Empty, ErrorNote, Loading, Meter } from "@/ui";

import { doneWords } from "./doneWords";

/** A labeler's home: the projects that they may work on. */
export function LabelHome() {
  const found = useRead("labeling.list", {}, { every: 15_000 });
  const me = useRead("access.me", {});
  if (found.error) return <div className="label-page"><ErrorNote error={found.error} retry={() => void found.refetch()} /></div>;
  if (!found.data) return <Loading what="Looking for your projects…" />;
  return (
    <div className="label-page">
      <header className="label-head"><h1>{me.data ? `Hello ${me.data.display || me.data.name}` : "Your projects"}</h1></header>
      {found.data.items.length === 0 ? (
        <Empty title="There is nothing for you to label yet">
          <p>A project appears here as soon as it is opened to you. Ask whoever invited you which one it is.</p>
        </Empty>
      ) : (
        <ul className="label-projects">
          {found.data.items.map((it) => {
            const name = plain(it.pipeline);
            return (
              <li key={it.pipeline}>
                <Link to="/label/$pipeline" params={{ pipeline: name }} className="label-project">
                  <span className="name ellipsis">{name}</span>
                  <span className="quiet">{it.state === "paused" ? "paused" : it.blocked ? "cannot start yet" : doneWords(it)}</span>
                  <Meter total={it.tasks} parts={[{ value: it.done, colour: "var(--accent)" }]} label={it.tasks ? percent(it.done / it.tasks, 0) : "nothing yet"} />
                  <span className="go">{it.open > 0 && !it.blocked && it.state !== "paused" ? "Label" : "Look"}</span>
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
