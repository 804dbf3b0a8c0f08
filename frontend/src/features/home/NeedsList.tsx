import { Link } from "@tanstack/react-router";

import type { Need } from "@/api/needs";
import { count, counted, plain } from "@/lib/format";
import { fullName } from "@/lib/names";
import { Icon } from "@/ui";

/** What waits for a person, each with the page where one decides it. */
export function NeedsList({ needs }: { needs: readonly Need[] }) {
  if (needs.length === 0)
    return (
      <div className="panel">
        <p className="nothing">
          <Icon name="check" /> Nothing waits for you: no failed run, no open labeling, nobody banned, no doubtful label.
        </p>
      </div>
    );
  return (
    <ul className="panel rows">
      {needs.map((need) => (
        <li key={keyOf(need)}>
          <One need={need} />
        </li>
      ))}
    </ul>
  );
}

function keyOf(need: Need): string {
  if (need.kind === "failed") return `failed ${need.run}`;
  if (need.kind === "due") return `due ${need.due.kind} ${need.due.pipeline} ${need.due.review} ${need.due.worker}`;
  if (need.kind === "doubtful") return `doubtful ${need.dataset}`;
  return `${need.kind} ${need.labeling.pipeline}`;
}

function One({ need }: { need: Need }) {
  if (need.kind === "failed") {
    const name = fullName(need.pipeline.project, need.pipeline.name);
    return (
      <Link to="/runs/$run" params={{ run: need.run }} className="row">
        <span className="state bad">
          <Icon name="cross" />
        </span>
        <span className="words">
          <strong>{name}</strong> {need.pipeline.last_job_state === "failed" ? "failed" : "could not run"}
          <span className="quiet"> · what depends on it waits</span>
        </span>
        <span className="verb">See why</span>
      </Link>
    );
  }
  if (need.kind === "due") return <Due due={need.due} />;
  if (need.kind === "doubtful")
    return (
      <Link to="/datasets/$name" params={{ name: need.dataset }} search={{ view: "issues" } as never} className="row">
        <span className="state need">
          <Icon name="alert" />
        </span>
        <span className="words">
          <strong>{counted(need.labels, "label")}</strong> of {need.dataset} {need.labels === 1 ? "looks" : "look"} wrong
          <span className="quiet"> · alike items say otherwise</span>
        </span>
        <span className="verb">Look</span>
      </Link>
    );
  const pipeline = plain(need.labeling.pipeline);
  const said = {
    open: (
      <>
        <strong>{counted(need.labeling.open, "task")}</strong> open in {pipeline}
        <span className="quiet">
          {" "}
          · {count(need.labeling.done)} of {counted(need.labeling.tasks, "item")} labeled
        </span>
      </>
    ),
    blocked: (
      <>
        <strong>{pipeline}</strong> cannot start
        <span className="quiet"> · its known answers: {need.labeling.blocked.replaceAll("default/", "")}</span>
      </>
    ),
    paused: (
      <>
        <strong>{pipeline}</strong> is {need.labeling.state}
        <span className="quiet"> · {need.labeling.reason}</span>
      </>
    ),
    banned:
      need.kind === "banned" ? (
        <>
          <strong>{counted(need.workers.length, "labeler")}</strong> banned in {pipeline}
          <span className="quiet"> · {need.workers.map((worker) => worker.reason).join("; ")}</span>
        </>
      ) : null,
  }[need.kind];
  return (
    <Link to="/labeling/$pipeline" params={{ pipeline }} className="row">
      <span className="state need">
        <Icon name={need.kind === "banned" ? "lock" : "labeling"} />
      </span>
      <span className="words">{said}</span>
      <span className="verb">{need.kind === "banned" ? "See why" : need.kind === "blocked" ? "See what to do" : "See progress"}</span>
    </Link>
  );
}

/** A review, a ruling or a labeler that waits for a person. */
function Due({ due }: { due: Extract<Need, { kind: "due" }>["due"] }) {
  const pipeline = plain(due.pipeline);
  const search = due.kind === "worker" ? { tab: "people" as const, worker: due.worker } : { tab: "review" as const, ...(due.review ? { review: due.review } : {}) };
  return (
    <Link to="/labeling/$pipeline" params={{ pipeline }} search={search} className="row">
      <span className="state need">
        <Icon name={due.kind === "worker" ? "person" : "labeling"} />
      </span>
      <span className="words">
        {due.kind === "worker" ? (
          <>
            Labeler <strong className="mono">{due.worker}</strong> failed {count(due.count)} of {counted(due.of, "known answer")}
            <span className="quiet"> · {pipeline}</span>
          </>
        ) : due.kind === "escalated" ? (
          <>
            <strong>{counted(due.count, "item")}</strong> of {pipeline} {due.count === 1 ? "waits" : "wait"} for an expert
            <span className="quiet"> · people were unsure</span>
          </>
        ) : (
          <>
            <strong>{counted(due.count, "item")}</strong> of {due.of} left to review in {pipeline}
          </>
        )}
      </span>
      <span className="verb">{due.kind === "worker" ? "Decide" : due.kind === "escalated" ? "Rule" : "Review"}</span>
    </Link>
  );
}
