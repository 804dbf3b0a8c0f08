import "./labeling.css";
import "./people.css";
import "./review.css";

import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";

import type { LabelingInfo } from "@/api/client";
import { useMay } from "@/api/may";
import { useAct, useRead } from "@/api/queries";
import { count, counted, guidelinesWords, money } from "@/lib/format";
import { Button, Empty, ErrorNote, Facts, Loading, Meter, Page } from "@/ui";

import { Guidelines } from "./Guidelines";
import { ImportView } from "./ImportView";
import { ImportsView } from "./ImportsView";
import { MethodsView } from "./MethodsView";
import { PeopleView } from "./people/PeopleView";
import { type LabelingSearch, type Tab } from "./place";
import { Ruling } from "./review/Ruling";
import { ReviewView } from "./review/ReviewView";

const WORDS: Readonly<Record<Tab, string>> = {
  overview: "Overview",
  review: "Review",
  people: "People",
  methods: "Compare methods",
  import: "Import answers",
};

/** One labeling project: how far it is, its review, its people, and answers from elsewhere. */
export function LabelingProjectPage() {
  const { pipeline } = useParams({ from: "/labeling/$pipeline" });
  const search = useSearch({ from: "/labeling/$pipeline" });
  const go = useNavigate();
  const mayRule = useMay("labeling.rule");
  const mayImport = useMay("labeling.import_answers");
  const mayLabel = useMay("tasks.queue");
  const mayInvite = useMay("access.invite");
  const found = useRead("labeling.get", { pipeline }, { every: 2_000 });
  if (found.error) return <Page title={pipeline}><ErrorNote error={found.error} retry={() => void found.refetch()} /></Page>;
  if (!found.data) return <Loading what={`Reading ${pipeline}…`} />;
  const it = found.data;
  const tab = search.tab ?? "overview";
  const goto = (next: LabelingSearch) => void go({ to: "/labeling/$pipeline", params: { pipeline }, search: next });
  return (
    <Page
      title={pipeline}
      about={<>{it.reason && !it.blocked ? <>{it.state}: {it.reason}</> : standing(it)} <Link to="/pipelines/$name" params={{ name: pipeline }}>Its runs</Link> · <Link to="/lineage" search={{ of: pipeline }}>where its labels came from</Link></>}
      acts={
        (mayLabel || mayInvite) && (
          <>
            {mayInvite && <Link className="button" to="/settings/$part" params={{ part: "invites" }} search={{ pipeline }}>Invite people</Link>}
            {mayLabel && it.done > 0 && <Link className="button" to="/label/$pipeline" params={{ pipeline }} search={{ practice: 10 }} title="For practice: it changes nothing, and compares you with the people who did the work">Label 10 yourself</Link>}
            {mayLabel && it.open > 0 && !it.blocked && <Link className="button" to="/label/$pipeline" params={{ pipeline }}>Label</Link>}
          </>
        )
      }
    >
      <nav className="tabs" aria-label="Parts of this project">
        {(Object.keys(WORDS) as Tab[]).filter((each) => each !== "import" || mayImport).map((each) => (
          <button key={each} type="button" aria-current={tab === each ? "page" : undefined} onClick={() => { goto(each === "overview" ? {} : { tab: each }); }}>
            {WORDS[each]}
            {each === "review" && it.escalated > 0 && <span className="tag need">{count(it.escalated)}</span>}
            {each === "people" && it.workers > 0 && <span className="faint">{count(it.workers)}</span>}
          </button>
        ))}
      </nav>
      {it.blocked && <Blocked it={it} pipeline={pipeline} />}
      {tab === "overview" && <Overview it={it} pipeline={pipeline} open={() => { goto({ tab: "review" }); }} />}
      {tab === "review" && (
        <>
          {it.escalated > 0 && !search.review && mayRule && <Ruling it={it} pipeline={pipeline} />}
          <ReviewView it={it} pipeline={pipeline} search={search} goto={goto} />
        </>
      )}
      {tab === "people" && <PeopleView it={it} pipeline={pipeline} search={search} goto={goto} />}
      {tab === "methods" && <MethodsView pipeline={pipeline} it={it} search={search} goto={goto} />}
      {tab === "import" && mayImport && <><ImportView pipeline={pipeline} it={it} goto={goto} /><ImportsView pipeline={pipeline} it={it} /></>}
    </Page>
  );
}

/** How it stands, in a sentence. */
function standing(it: LabelingInfo): string {
  if (it.blocked) return "It cannot start yet.";
  if (it.taking_in) return "It takes in its items.";
  if (it.tasks === 0) return "Its tasks are being prepared.";
  if (it.open > 0) return it.workers === 0 ? "It waits for people." : "People are at work.";
  return it.escalated > 0 ? "What is left waits for an expert." : "All items are labeled.";
}

/** Why nobody is given a task, and how that is put right. */
function Blocked({ it, pipeline }: { it: LabelingInfo; pipeline: string }) {
  return (
    <div className="notice blocked" role="alert">
      <strong>This project cannot start: its known answers cannot be loaded.</strong>
      <p><bdi>{it.blocked.replaceAll("default/", "")}</bdi></p>
      <p>
        <Link to="/data">Import what is missing</Link>, or a corrected table: it starts by itself as soon as they are found.
      </p>
      <details>
        <summary>They are somewhere else</summary>
        <p>
          <Link to="/pipelines/$name" params={{ name: pipeline }}>Edit its spec</Link>: under <code>golden</code>, <code>from</code> names the table of answers and <code>items</code> the repo of their files.
        </p>
      </details>
    </div>
  );
}

/** What to do first: someone has to answer. */
function NobodyYet({ pipeline }: { pipeline: string }) {
  const mayInvite = useMay("access.invite");
  const mayImport = useMay("labeling.import_answers");
  return (
    <div className="panel">
      <Empty title="Nobody has answered yet">
        <p>Label some yourself, invite people by a link, or import answers that were given elsewhere.</p>
        <p className="acts">
          <Link className="button main" to="/label/$pipeline" params={{ pipeline }}>Label</Link>{" "}
          {mayInvite && <><Link className="button" to="/settings/$part" params={{ part: "invites" }} search={{ pipeline }}>Invite people</Link>{" "}</>}
          {mayImport && <Link className="button" to="/labeling/$pipeline" params={{ pipeline }} search={{ tab: "import" }}>Import answers</Link>}
        </p>
      </Empty>
    </div>
  );
}

/** Whether the labels that hold now are published, and where they go from there. */
function Published({ it, pipeline }: { it: LabelingInfo; pipeline: string }) {
  const mayPublish = useMay("labeling.publish");
  const publish = useAct("labeling.publish");
  const pipelines = useRead("pipelines.get", { name: pipeline });
  const input = pipelines.data?.spec["input"] as { pfs?: { repo?: string } } | undefined;
  const source = input?.pfs?.repo;
  const behind = it.published_sequence < it.ledger_sequence;
  return (
    <div className={behind ? "notice" : ""}>
      <strong>{it.published_sequence === 0 ? "No labels are published yet." : behind ? "Something was answered, banned or decided since the labels were published." : "The labels are published as they hold now."}</strong>{" "}
      {it.published_sequence > 0 && <><Link to="/data/$repo" params={{ repo: pipeline }}>See them</Link> · </>}
      {source !== undefined && it.published_sequence > 0 && <Link to="/datasets" search={{ make: source }}>Make a dataset with them</Link>}{" "}
      {mayPublish && behind && <Button small disabled={publish.isPending} onClick={() => { publish.mutate({ pipeline }); }}>{publish.isPending ? "Publishing…" : "Publish now"}</Button>}
      {publish.error && <ErrorNote error={publish.error} />}
    </div>
  );
}

function Overview({ it, pipeline, open }: { it: LabelingInfo; pipeline: string; open: () => void }) {
  return (
    <>
      <Progress it={it} />
      <Facts
        facts={[
          ["Answers", <>{count(it.answers)} {it.rejected > 0 && <small>{count(it.rejected)} rejected</small>}</>],
          ["People", <>{count(it.workers)} {it.banned > 0 && <small>{count(it.banned)} banned</small>}</>],
          ["People per item", count(it.overlap)],
          ["Known-answer tasks", count(it.golden)],
          ["Paid", <>{money(it.spent, it.currency)} {it.budget !== null && it.budget !== undefined && <small>of {money(it.budget, it.currency)}</small>}</>],
          ["Guidelines", guidelinesWords(it.guideline_version)],
        ]}
      />
      {it.tasks > 0 && it.workers === 0 && !it.blocked && <NobodyYet pipeline={pipeline} />}
      {it.done > 0 && <Published it={it} pipeline={pipeline} />}
      {it.escalated > 0 && (
        <p className="notice">
          <strong>{counted(it.escalated, "item")}</strong> {it.escalated === 1 ? "waits" : "wait"} for an expert: people were unsure, or answers were rejected too often.{" "}
          <button type="button" className="button small" onClick={open}>Decide {it.escalated === 1 ? "it" : "them"}</button>
        </p>
      )}
      <Guidelines it={it} pipeline={pipeline} />
    </>
  );
}

function Progress({ it }: { it: LabelingInfo }) {
  if (it.taking_in) return <div className="section" role="status"><strong>Taking in items: {count(it.tasks)} so far.</strong></div>;
  const parts = [
    { word: "labeled", value: it.done, colour: "var(--accent)" },
    { word: "asked of an expert", value: it.escalated, colour: "var(--data-2)" },
    { word: "open", value: it.open, colour: "transparent" },
  ].filter((part) => part.value > 0);
  return (
    <div className="section">
      <div>
        <strong>{counted(it.tasks, "item")}</strong>
        <span className="quiet">{parts.length > 0 && " · "}{parts.map((part) => `${count(part.value)} ${part.word}`).join(" · ")}{it.withdrawn > 0 && ` · ${count(it.withdrawn)} withdrawn`}</span>
      </div>
      <Meter parts={parts} total={it.tasks} label={`${it.done} of ${it.tasks} items labeled`} />
    </div>
  );
}
