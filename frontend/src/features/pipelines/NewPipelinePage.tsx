import "./pipelines.css";

import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { useRead } from "@/api/queries";
import { firstOf, picksOf } from "@/lib/likely";
import { fullName } from "@/lib/names";
import { Empty, ErrorNote, Loading, Page, RepoOptions } from "@/ui";

import { starter } from "./spec";
import { SpecEditor } from "./SpecEditor";

/** Make a pipeline: choose what it reads, then say what it runs. */
export function NewPipelinePage() {
  const repos = useRead("repos.list", { limit: 1000 });
  const go = useNavigate();
  const [repo, setRepo] = useState("");
  if (repos.error) return <Page title="New pipeline"><ErrorNote error={repos.error} retry={() => void repos.refetch()} /></Page>;
  if (!repos.data) return <Loading what="Reading the repos…" />;
  const others = repos.data.items.filter((one) => one.kind !== "data").map((one) => fullName(one.project, one.name));
  const picks = [...picksOf(repos.data.items), ...(others.length ? [{ label: "Datasets and models", names: others }] : [])];
  const first = firstOf(picks);
  if (first === undefined)
    return (
      <Page title="New pipeline">
        <div className="panel"><Empty title="There is nothing to read yet"><p>A pipeline reads a repo. Import data first, then come back.</p><Link to="/data" className="button main">Go to Data</Link></Empty></div>
      </Page>
    );
  const chosen = repo || first;
  return (
    <Page title="New pipeline" about="It runs by itself when its input changes, and only for the items that changed.">
      <label className="spec-repo">
        It reads
        <select className="field" value={chosen} onChange={(event) => { setRepo(event.target.value); }}>
          <RepoOptions picks={picks} />
        </select>
        <span className="faint">To label with people, start from Labeling instead.</span>
      </label>
      <SpecEditor
        key={chosen}
        start={starter(chosen)}
        existing={null}
        onSaved={(made) => void go({ to: "/pipelines/$name", params: { name: fullName(made.project, made.name) } })}
        onCancel={() => void go({ to: "/pipelines" })}
      />
    </Page>
  );
}
