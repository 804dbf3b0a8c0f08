import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import type { RepoInfo } from "@/api/client";
import { useMay } from "@/api/may";
import { useAct, usePages, useRead } from "@/api/queries";
import { bytes, count, counted, plain } from "@/lib/format";
import { fullName, nameFrom } from "@/lib/names";
import { Button, Empty, ErrorNote, Icon, Loading, Page, When } from "@/ui";

import "./data.css";
import "./pictures.css";
import { nameProblem, referenceOf, shownName } from "./reference";
import { Badges } from "./RepoPage";
import { Thumb, isPicture } from "./Thumb";

/** Pictures in the row of a repo. */
const FIRST = 4;

const SOURCES: readonly (readonly ["all" | "source" | "made" | "sets" | "held", string])[] = [
  ["all", "All"],
  ["source", "From outside"],
  ["made", "Made by pipelines"],
  ["sets", "Datasets and models"],
  ["held", "Held out"],
];

/** All repos: what is in them, how fresh, who writes them. */
export function ReposPage() {
  const repos = usePages("repos.list", { limit: 200 });
  const pipelines = usePages("pipelines.list", { limit: 1000 });
  const mayWrite = useMay("repos.create");
  const mayHold = useMay("repos.hold_out");
  const [typed, setTyped] = useState("");
  const [which, setWhich] = useState<(typeof SOURCES)[number][0]>("all");
  const [making, setMaking] = useState(false);
  const box = useRef<HTMLTableSectionElement>(null);
  const kinds = new Map(pipelines.items.map((one) => [fullName(one.project, one.name), one.kind]));
  const wanted = typed.trim().toLowerCase();
  const shown = repos.items.filter(
    (repo) =>
      (which === "all" || isAmong(repo, which)) &&
      (wanted === "" || `${repo.name} ${repo.description} ${repo.owner ?? ""}`.toLowerCase().includes(wanted)),
  );
  return (
    <Page
      title="Data"
      about="Every repo holds one kind of data, with all its versions. Nothing in it is ever lost."
      acts={
        <Button look="main" icon="plus" disabled={!mayWrite} aria-expanded={making} title={mayWrite ? "" : "Your role may look, and not write."} onClick={() => { setMaking(!making); }}>
          Make a repo
        </Button>
      }
    >
      {making && <Make onClose={() => { setMaking(false); }} owner={mayHold} />}
      <div className="data-inline">
        <label>
          <span className="offscreen">Find a repo</span>
          <input
            className="field"
            type="search"
            placeholder="Find a repo"
            value={typed}
            onChange={(event) => { setTyped(event.target.value); }}
            onKeyDown={(event) => {
              if (event.key === "ArrowDown") {
                event.preventDefault();
                box.current?.querySelector<HTMLElement>("a")?.focus();
              }
            }}
          />
        </label>
        <div className="chips" role="group" aria-label="Which repos">
          {SOURCES.map(([value, word]) => (
            <button key={value} type="button" className="chip" aria-pressed={which === value} onClick={() => { setWhich(value); }}>
              {word}
            </button>
          ))}
        </div>
        <span className="faint">
          {counted(shown.length, "repo")}
          {repos.hasMore && " so far"}
        </span>
      </div>
      {repos.error && <ErrorNote error={repos.error} retry={repos.retry} />}
      {repos.isPending && <Loading what="Reading the repos…" />}
      {!repos.isPending && !repos.error && repos.items.length === 0 && (
        <div className="panel">
          <Empty title="No data yet">
            <p>Make a repo, then drop a folder of pictures, texts or a CSV into it.</p>
            {mayWrite && <Button look="main" icon="plus" onClick={() => { setMaking(true); }}>Make the first repo</Button>}
          </Empty>
        </div>
      )}
      {repos.items.length > 0 && shown.length === 0 && (
        <Empty title="No repo matches">
          <Button onClick={() => { setTyped(""); setWhich("all"); }}>Show all repos</Button>
        </Empty>
      )}
      {shown.length > 0 && (
        <div className="panel table-wrap">
          <table className="table data-repos">
            <thead>
              <tr>
                <th>Repo</th>
                <th className="num">Files</th>
                <th className="num">Size</th>
                <th>Last version</th>
                <th className="num">When</th>
              </tr>
            </thead>
            <tbody ref={box} onKeyDown={stepThrough}>
              {shown.map((repo) => (
                <RepoRow key={fullName(repo.project, repo.name)} repo={repo} byPeople={kinds.get(plain(repo.owner ?? "")) === "labeling"} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {repos.hasMore && (
        <Button onClick={repos.more} disabled={repos.isLoadingMore}>
          {repos.isLoadingMore ? "Loading…" : "Show more repos"}
        </Button>
      )}
    </Page>
  );
}

/** Whether a repo is of a kind that one may choose. */
function isAmong(repo: RepoInfo, which: Exclude<(typeof SOURCES)[number][0], "all">): boolean {
  if (which === "held") return repo.held_out;
  if (which === "sets" || repo.kind !== "data") return which === "sets" && repo.kind !== "data";
  return (repo.owner != null) === (which === "made");
}

/** Arrows move between the links of the rows. */
function stepThrough(event: React.KeyboardEvent<HTMLElement>): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>("a")];
  const to = links[links.indexOf(document.activeElement as HTMLElement) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!to) return;
  event.preventDefault();
  to.focus();
}

function RepoRow({ repo, byPeople }: { repo: RepoInfo; byPeople: boolean }) {
  const name = fullName(repo.project, repo.name);
  const navigate = useNavigate();
  const branches = useRead("branches.list", { repo: name });
  const branch = branches.data?.items.find((one) => one.name === "main") ?? branches.data?.items[0];
  const commit = useRead("commits.get", { reference: referenceOf(name, branch?.head) }, { enabled: branch?.head != null, keep: true });
  const found = commit.data;
  return (
    <tr className="go" onClick={() => { void navigate({ to: "/data/$repo", params: { repo: name } }); }}>
      <td>
        <div className="data-repo-name">
          <Link to="/data/$repo" params={{ repo: name }} onClick={(event) => { event.stopPropagation(); }}>
            <bdi>{name}</bdi>
          </Link>
          <Badges repo={repo} />
          {byPeople && (
            <span className="tag good">
              <Icon name="people" size={12} /> labels by people
            </span>
          )}
          {repo.kind === "data" && branch?.head != null && <FirstPictures name={name} head={branch.head} />}
          {repo.branches && repo.branches.length > 1 && <span className="tag">{count(repo.branches.length)} branches</span>}
        </div>
        {repo.description && <div className="quiet data-about-line"><bdi>{shownName(repo.description)}</bdi></div>}
      </td>
      <td className="num">{found ? count(found.files) : branch && branch.head == null ? "—" : ""}</td>
      <td className="num nowrap">{found ? bytes(found.size) : ""}</td>
      <td className="quiet">
        <div className="data-message">
          {found ? <bdi title={shownName(found.message)}>{shownName(found.message) || "no message"}</bdi> : branch && branch.head == null ? "no version yet" : ""}
        </div>
      </td>
      <td className="num faint">{found && <When ms={found.at_ms} />}</td>
    </tr>
  );
}

/** A few pictures of a repo, read when its row comes into sight. */
function FirstPictures({ name, head }: { name: string; head: string }) {
  const place = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (seen || !place.current) return;
    const watch = new IntersectionObserver((found) => { if (found.some((one) => one.isIntersecting)) setSeen(true); });
    watch.observe(place.current);
    return () => { watch.disconnect(); };
  }, [seen]);
  const files = useRead("files.walk", { reference: referenceOf(name, head), limit: FIRST }, { enabled: seen });
  return (
    <span ref={place} className="data-thumbs" aria-hidden>
      {(files.data?.items ?? []).filter((file) => file.kind === "file" && isPicture(file.path)).map((file) => <Thumb key={file.path} repo={name} commit={head} file={file} side={24} />)}
    </span>
  );
}

function Make({ onClose, owner }: { onClose: () => void; owner: boolean }) {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [heldOut, setHeldOut] = useState(false);
  const [touched, setTouched] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => { field.current?.focus(); }, []);
  const act = useAct("repos.create", (repo) => {
    void navigate({ to: "/data/$repo", params: { repo: fullName(repo.project, repo.name) } });
  });
  const slash = name.indexOf("/") + 1;
  const problem = nameProblem(name.slice(slash));
  const better = nameFrom(name.slice(slash), "repo");
  const proposed = problem === null || better === "" ? null : name.slice(0, slash) + better;
  return (
    <form
      className="panel data-form data-make"
      onKeyDown={(event) => { if (event.key === "Escape") onClose(); }}
      onSubmit={(event) => {
        event.preventDefault();
        setTouched(true);
        if (!problem) act.mutate({ name, description, held_out: heldOut });
      }}
    >
      <label>
        Name
        <input ref={field} className="field" value={name} onChange={(event) => { setName(event.target.value); }} spellCheck={false} aria-invalid={touched && problem !== null} />
        {touched && problem && <span className="data-note need" role="alert">{problem}</span>}
      </label>
      {proposed !== null && (
        <p className="quiet">
          Names have no blanks or signs: <button type="button" className="link" onClick={() => { setName(proposed); field.current?.focus(); }}>call it {proposed}</button>
        </p>
      )}
      <label>
        What is in it? <span className="faint">(may be empty)</span>
        <input className="field" value={description} onChange={(event) => { setDescription(event.target.value); }} dir="auto" />
      </label>
      <label className="check">
        <input type="checkbox" checked={heldOut} onChange={(event) => { setHeldOut(event.target.checked); }} disabled={!owner} />
        <span>
          Hold it out: it is only for scoring, and nothing that trains may ever see it
          {!owner && <span className="faint"> (an owner can)</span>}
        </span>
      </label>
      <div className="data-acts">
        <Button type="submit" look="main" disabled={act.isPending}>
          Make {name || "the repo"}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
      {act.error && <ErrorNote error={act.error} />}
    </form>
  );
}
