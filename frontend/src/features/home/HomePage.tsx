import "./home.css";

import { Link } from "@tanstack/react-router";

import { useNeeds } from "@/api/needs";
import { useMay } from "@/api/may";
import { useRead } from "@/api/queries";
import { plain } from "@/lib/format";
import { ErrorNote, Loading, Page, Section } from "@/ui";

import { LoopView } from "./LoopView";
import { ModelTrend } from "./ModelTrend";
import { NeedsList } from "./NeedsList";
import { newest } from "./newest";
import { NextSteps } from "./NextSteps";
import { RecentList } from "./RecentList";
import { Today } from "./Today";

/** Home: the loop as it stands, what needs me, and what happened. */
export function HomePage() {
  const repos = useRead("repos.list", { limit: 1000 });
  const pipelines = useRead("pipelines.list", { limit: 1000 });
  const feedback = useRead("feedback.list", {});
  const labelings = useRead("labeling.list", {}, { every: 3_000 });
  const needs = useNeeds({ looking: true });
  const mayLabel = useMay("tasks.queue");
  const mayMake = useMay("datasets.define");
  const tried = labelings.data?.items.find((one) => one.done > 0 && one.workers > 1);
  const failed = repos.error ?? pipelines.error;
  if (failed)
    return (
      <Page title="Home">
        <ErrorNote error={failed} retry={() => { void repos.refetch(); void pipelines.refetch(); }} />
      </Page>
    );
  if (!repos.data || !pipelines.data) return <Loading what="Reading the workspace…" />;
  if (repos.data.items.length === 0) return <FirstSteps />;
  const named = (kind: string): string | undefined => newest(repos.data.items, kind);
  // What people are asked about is what the loop is about; other repos may only feed it.
  const asked = pipelines.data.items.map((one) => (one.spec["labeling"] === undefined ? undefined : (one.spec["input"] as { pfs?: { repo?: string } } | undefined)?.pfs?.repo)).find((repo) => repo !== undefined);
  const done = { data: asked ?? named("data"), labeling: (labelings.data?.items.length ?? 0) > 0, dataset: named("dataset"), model: named("model") };
  return (
    <Page title="The loop" acts={
      <>
        {mayLabel && tried && <Link className="button" to="/label/$pipeline" params={{ pipeline: plain(tried.pipeline) }} search={{ practice: 10 }} title={`Ten items of ${plain(tried.pipeline)}, for practice; then see how you compare with the ${tried.workers} who labeled them`}>Label 10 yourself</Link>}
        <Today />
      </>
    } about="Data, code and people of this workspace. Dashed arrows lead back: what is found goes to people again.">
      {mayMake && !(done.labeling && done.dataset && done.model) && <NextSteps done={done} />}
      <LoopView
        repos={repos.data.items}
        pipelines={pipelines.data.items}
        feedback={feedback.data?.items ?? []}
        labelings={labelings.data?.items ?? []}
      />
      <ModelTrend />
      <div className="home-lists">
        <Section title={<span id="needs">Needs you</span>} aside={needs.length || null}>
          <NeedsList needs={needs} />
        </Section>
        <Section title="Recent changes">
          <RecentList />
        </Section>
      </div>
    </Page>
  );
}

function FirstSteps() {
  return (
    <Page title="An empty workspace" about="Bring data, ask people about it, train, see where the model fails, and go round again.">
      <NextSteps done={{ data: undefined, labeling: false, dataset: undefined, model: undefined }} />
      <details className="home-terminal">
        <summary>By the terminal instead, or see the whole loop on real handwriting scans first</summary>
        <pre>{"tilth repo create photos\ntilth put photos ~/my-photos -m \"First batch\""}</pre>
        <pre>tilth demo</pre>
      </details>
    </Page>
  );
}
