import "./making.css";

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";

import { type ApiError, type Result, call } from "@/api/client";
import { useHoldings } from "@/api/holdings";
import { useAct, useRead } from "@/api/queries";
import { count, counted, money } from "@/lib/format";
import { type Pick, firstOf, picksOf } from "@/lib/likely";
import { freeName, fullName } from "@/lib/names";
import { useSettled } from "@/lib/settled";
import { Button, Empty, ErrorNote, Icon, Loading, Page } from "@/ui";

import { forgetDraft, keepDraft, keptDraft } from "./draft";
import { ItemsPart } from "./ItemsPart";
import { PeoplePart } from "./PeoplePart";
import { PreviewPart } from "./PreviewPart";
import { type Project, estimateOf, problemsOf, specOf } from "./project";
import { QuestionPart } from "./QuestionPart";
import { globOf, useKnownFiles, useSource } from "./source";
import { TEMPLATES, templateOf } from "./templates";

const PAUSE_MS = 400;

/** A labeling project from a form: what is shown, what is asked, of whom, and for how much. */
export function NewLabelingPage() {
  const repos = useRead("repos.list", { limit: 1000 });
  const { known } = useHoldings(repos.data?.items);
  const { repo: asked } = useSearch({ from: "/new-labeling" });
  const go = useNavigate();
  const [round, setRound] = useState(0);
  const pipelines = useRead("pipelines.list", { limit: 1000 });
  const taken = useMemo(
    () => (repos.data && !pipelines.isPending ? new Set([...(pipelines.data?.items ?? []), ...repos.data.items].map((one) => fullName(one.project, one.name))) : null),
    [pipelines.data, pipelines.isPending, repos.data],
  );
  if (repos.error) return <Page title="New labeling project"><ErrorNote error={repos.error} retry={() => void repos.refetch()} /></Page>;
  if (!repos.data) return <Loading what="Reading the repos…" />;
  if (known === null || taken === null) return <Loading what="Looking at what is in them…" />;
  // Pictures that lie beside a table are often known answers, which nobody is asked about.
  const picks = picksOf(repos.data.items, (name) => { const of = known.get(name); return of?.media && of.tables ? undefined : of?.media; });
  const first = asked && picks.some((group) => group.names.includes(asked)) ? asked : firstOf(picks);
  if (first === undefined)
    return (
      <Page title="New labeling project">
        <div className="panel">
          <Empty title="There is nothing to label yet">
            <p>People label pictures, texts or recordings. Import some first.</p>
            <Button look="main" icon="plus" onClick={() => void go({ to: "/data" })}>Import data</Button>
          </Empty>
        </div>
      </Page>
    );
  return <Form key={round} asked={asked} taken={taken} startAnew={() => { setRound(round + 1); }} picks={picks} tables={picksOf(repos.data.items, (name) => known.get(name)?.tables)} first={first} />;
}

function Form({ picks, tables, first, asked, taken, startAnew }: { picks: readonly Pick[]; tables: readonly Pick[]; first: string; asked: string | undefined; taken: ReadonlySet<string>; startAnew: () => void }) {
  const go = useNavigate();
  const [begun] = useState(() => keptDraft(asked, (repo) => picks.some((group) => group.names.includes(repo))));
  const [kept, setProject] = useState<Project>(() => begun ?? fresh(first));
  const files = useKnownFiles(kept.known, kept.items);
  const project = kept.known ? { ...kept, known: { ...kept.known, files: files.data } } : kept;
  const [touched, setTouched] = useState(false);
  const [own, setOwn] = useState(begun !== null);
  const set = (change: Partial<Project>) => {
    setOwn(true);
    setProject((now) => ({ ...now, ...change }));
  };
  useEffect(() => { if (own) keepDraft(asked, kept); }, [own, asked, kept]);
  const source = useSource(project.items.repo);
  const found = source.data;
  // A new repo suggests what to ask about it; what the person chose for it afterwards stays.
  // So does what a draft already says of its repo.
  const [fitted, setFitted] = useState<string | null>(null);
  const holds = `${project.items.repo} ${found?.shows ?? ""}`;
  if (found && holds !== fitted) {
    setFitted(holds);
    if (fitted !== null || begun?.items.repo !== project.items.repo) setProject(suggested(project, found.shows, found.endings, found.tables, taken));
  }
  const problems = problemsOf(project);
  const looking = files.isFetching && files.data === undefined;
  const spec = problems.length === 0 && !looking ? specOf(project) : null;
  // What it costs is known before it is said where the known answers are.
  const rough = { ...project, known: null };
  const { check, current } = useChecked(spec ?? (problemsOf(rough).length === 0 ? specOf(rough) : null));
  const make = useAct("pipelines.create", (made) => {
    forgetDraft();
    void go({ to: "/labeling/$pipeline", params: { pipeline: fullName(made.project, made.name) } });
  });
  const misfits = check.data?.known?.problems ?? [];
  const ready = spec !== null && current && check.data !== undefined && misfits.length === 0 && !make.isPending;
  const anew = own ? <Button icon="rerun" title="Forget what this form says and begin with an empty one" onClick={() => { forgetDraft(); startAnew(); }}>Start anew</Button> : null;
  return (
    <Page title="New labeling project" acts={anew} about="People are shown items one by one, checked by known answers, and what holds is published as a version.">
      <div className="making">
        <form
          className="making-form"
          onSubmit={(event) => {
            event.preventDefault();
            setTouched(true);
            if (ready) make.mutate({ spec });
          }}
        >
          <ItemsPart picks={picks} project={project} source={source} set={set} />
          <QuestionPart project={project} shows={found?.shows ?? null} set={set} />
          <PeoplePart project={project} picks={tables} set={set} />
          <section className="making-part" aria-label="Make it">
            <label>
              What shall it be called?
              <input className="field" value={project.name} maxLength={63} spellCheck={false} onChange={(event) => { set({ name: event.target.value }); }} aria-invalid={touched && problems.length > 0} />
            </label>
            {touched && problems.length > 0 && (
              <ul className="making-problems" role="alert">
                {problems.map((problem) => <li key={problem}><Icon name="alert" /> {problem}</li>)}
              </ul>
            )}
            {check.data?.known && misfits.length > 0 && <Misfits known={check.data.known} table={project.known?.table ?? ""} />}
            {spec && check.error && <ErrorNote error={check.error} retry={() => void check.refetch()} />}
            <Cost project={project} items={check.data?.items ?? null} />
            {make.error && <ErrorNote error={make.error} />}
            <div className="making-acts">
              <Button type="submit" look="main" disabled={make.isPending || (problems.length === 0 && !ready)}>
                {make.isPending ? "Making it…" : check.data?.items ? `Ask people about ${count(check.data.items)} items` : "Make this project"}
              </Button>
              <Button onClick={() => void go({ to: "/labeling" })}>Cancel</Button>
            </div>
            <p className="quiet">You have answers already? Make the project, then bring them in under “Import answers”: they count like any other, and only what they leave open is asked.</p>
          </section>
        </form>
        <PreviewPart project={project} />
      </div>
    </Page>
  );
}

function fresh(repo: string): Project {
  const template = TEMPLATES[0];
  if (!template) throw new Error("there are templates");
  return {
    name: "",
    template,
    items: { kind: "files", repo, glob: "/**" },
    question: "",
    classes: "",
    guidelines: "",
    people: 3,
    until: null,
    known: null,
    banBelow: 0.7,
    banFast: true,
    price: 0,
    currency: "",
    budget: null,
    publish: "complete",
  };
}

/** Fit a project to what its repo holds. */
function suggested(now: Project, shows: "image" | "audio" | "text" | "table" | null, endings: readonly string[], tables: readonly string[], taken: ReadonlySet<string>): Project {
  const { repo } = now.items;
  const wanted = shows === "table" ? "text-one" : shows === "audio" ? "audio-one" : shows === "text" ? "text-one" : "image-one";
  const template = templateOf(wanted) ?? now.template;
  const [table] = tables;
  return {
    ...now,
    template,
    question: now.question && now.question !== now.template.question ? now.question : template.question,
    name: now.name && !now.name.startsWith("label-") ? now.name : freeName(`label-${(repo.split("/").at(-1) ?? repo).slice(0, 56)}`, taken),
    items:
      shows === "table" && table !== undefined
        ? { kind: "rows", repo, path: table, key: null, item: "", other: null }
        : { kind: "files", repo, glob: globOf("", endings.slice(0, 6)) },
  };
}

/** What the server says to the spec, a moment after the last key, and whether it is about the spec as it stands. */
function useChecked(spec: Record<string, unknown> | null) {
  const text = spec ? JSON.stringify(spec) : null;
  const settled = useSettled(text, PAUSE_MS);
  const check = useQuery<Result<"pipelines.check">, ApiError>({
    queryKey: ["pipelines.check", settled],
    queryFn: ({ signal }) => call("pipelines.check", { spec: JSON.parse(settled ?? "{}") as Record<string, unknown> }, signal),
    enabled: settled !== null && settled === text,
    retry: false,
  });
  return { check, current: settled === text };
}

/** Which known answers do not fit: the project could not start with them. */
function Misfits({ known, table }: { known: NonNullable<Result<"pipelines.check">["known"]>; table: string }) {
  const wrong = known.rows - known.fit;
  const [repo = ""] = table.split("@");
  return (
    <div className="notice" role="alert">
      <strong>{wrong > 0 ? `${count(wrong)} of ${counted(known.rows, "known answer")} ${wrong === 1 ? "does" : "do"} not fit.` : "The known answers cannot be read."}</strong> The project could not start with them.
      <ul>{known.problems.map((problem) => <li key={problem}><bdi>{problem}</bdi></li>)}</ul>
      {wrong > known.problems.length && <p className="faint">and {count(wrong - known.problems.length)} more</p>}
      Put them right in the table, <Link to="/data/$repo" params={{ repo }}>import it again</Link> and come back, or choose other columns.
    </div>
  );
}

function Cost({ project, items }: { project: Project; items: number | null }) {
  if (items === null) return null;
  if (items === 0) return <p className="quiet">No item matches yet. People are asked as soon as some are imported.</p>;
  const { answers, cost } = estimateOf(project, items);
  const range = (low: string, high: string) => (low === high ? low : `${low} to ${high}`);
  const over = project.budget !== null && cost.most > project.budget;
  return (
    <div className={over ? "making-cost need" : "making-cost"} role="status">
      <strong>{count(items)} items, {range(count(answers.least), count(answers.most))} answers</strong>
      {project.price > 0 && <> at {money(project.price, project.currency)}: <strong>{range(money(cost.least, project.currency), money(cost.most, project.currency))}</strong></>}
      {project.known && <span className="faint"> (known answers, one in {project.known.every}, are among them and paid too)</span>}
      {over && <div><Icon name="alert" /> The budget of {money(project.budget ?? 0, project.currency)} may run out before all are labeled; then nobody is asked more.</div>}
    </div>
  );
}
