import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useNews } from "@/api/live";
import { useRead } from "@/api/queries";
import { authorName, counted, plain } from "@/lib/format";
import { type HeadMoved, type RecentChange, recentChanges } from "@/lib/recent";
import { Button, Empty, ErrorNote, Loading, When } from "@/ui";

const FIRST = 8;

/** What people did lately, and what followed from each act. */
export function RecentList() {
  const [shown, setShown] = useState(FIRST);
  const news = useNews();
  if (news.error) return <ErrorNote error={news.error} retry={() => void news.refetch()} />;
  if (!news.data) return <Loading what="Reading the news…" />;
  const changes = recentChanges(news.data);
  if (changes.length === 0)
    return (
      <div className="panel">
        <Empty title="Nothing happened in the last seven days">
          <p>Changes to data, pipelines and labels appear here as they happen.</p>
        </Empty>
      </div>
    );
  return (
    <>
      <ul className="panel rows">
        {changes.slice(0, shown).map((change) => (
          <li key={change.change}>
            <Change change={change} />
          </li>
        ))}
      </ul>
      {changes.length > shown && (
        <div>
          <Button small look="plain" onClick={() => { setShown(shown + 20); }}>
            Show older changes
          </Button>
        </div>
      )}
    </>
  );
}

function Change({ change }: { change: RecentChange }) {
  const [head] = change.heads;
  return (
    <div className="row still">
      <span className="words">
        {head ? <Head head={head} /> : <Other change={change} />}
        {change.heads.length > 1 && <span className="quiet"> and {counted(change.heads.length - 1, "branch", "branches")} more</span>}
        {change.runs > 0 && (
          <span className="quiet">
            {" "}
            · {counted(change.runs, "run")} followed
            {change.failed > 0 && <span className="bad-word">, {change.failed} failed</span>}
          </span>
        )}
      </span>
      <span className="faint">
        <When ms={change.at_ms} />
      </span>
    </div>
  );
}

function Head({ head }: { head: HeadMoved }) {
  const repo = plain(head.repo);
  const commit = useRead("commits.get", { reference: `${repo}@${head.commit ?? head.branch}` }, { enabled: head.commit !== null });
  const byLabeling = head.author === head.repo;
  return (
    <>
      {head.commit ? (
        <Link to="/lineage" search={{ of: `${repo}@${head.commit}` }}>
          {repo}
        </Link>
      ) : (
        repo
      )}
      {head.branch !== "main" && <span className="quiet">@{head.branch}</span>}{" "}
      {commit.data?.message ?? (head.commit ? "moved" : "emptied")}
      <span className="quiet"> · {byLabeling ? "people" : authorName(head.author)}</span>
    </>
  );
}

const TOLD: Readonly<Record<string, string>> = {
  "repo.created": "repo made",
  "repo.deleted": "repo deleted",
  "repo.held_out": "repo marked held out",
  "branch.deleted": "branch deleted",
  "pipeline.changed": "pipeline started",
  "pipeline.deleted": "pipeline deleted",
  "project.branched": "project branched from another",
  "project.promoted": "project promoted",
  "project.deleted": "project deleted",
  "feedback.fired": "chosen items sent back",
};

function Other({ change }: { change: RecentChange }) {
  const [first] = change.others;
  if (!first) return null;
  return (
    <>
      {plain(first.name)} <span className="quiet">{TOLD[first.kind] ?? first.kind}</span>
      {change.others.length > 1 && <span className="quiet"> and {change.others.length - 1} more</span>}
    </>
  );
}
