import "./lineage.css";

import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import type { CommitInfo } from "@/api/client";
import { useRead } from "@/api/queries";
import { FlowGraph, type FlowNode } from "@/canvas/FlowGraph";
import { bytes, count, counted, plain } from "@/lib/format";
import { fullName, parseReference } from "@/lib/names";
import { Button, CARD, Empty, ErrorNote, Facts, Icon, Id, Loading, Page, Section, StageCard, When, useCopied } from "@/ui";

import { FilesOf } from "./FilesOf";
import { ItemOf } from "./ItemOf";
import { lineageGraph } from "./graph";
import { type Lasting, lastingOf } from "./lasting";
import { origin, peopleOf } from "./origin";
import { PeopleOf } from "./PeopleOf";
import { Traces } from "./Traces";

const NEAR = 12;

/** Where a version, or one file of it, came from, and what came from it. */
export function LineagePage() {
  const { of, dataset, item } = useSearch({ from: "/lineage" });
  return of ? <LineageOf key={of} of={of} item={dataset && item ? { dataset, key: item } : null} /> : <Choose />;
}

function LineageOf({ of, item }: { of: string; item: { dataset: string; key: string } | null }) {
  const { path } = parseReference(of);
  const [drawn, setDrawn] = useState(NEAR);
  const place = of.split(":")[0] ?? of;
  const lineage = useRead("lineage.of", { reference: of, depth: 50 });
  const descendants = useRead("lineage.descendants", { reference: place, limit: 200 });
  const here = lineage.data?.nodes[0]?.commit;
  if (lineage.error)
    return (
      <Page title="Lineage" about={of}>
        <ErrorNote error={lineage.error} retry={() => void lineage.refetch()} />
        <p><Link to="/lineage">Choose something else</Link></p>
      </Page>
    );
  if (!lineage.data || !here) return <Loading what={`Tracing ${of}…`} />;
  const repo = plain(here.repo);
  const pinned = `${repo}@${here.id}${path ? `:${path}` : ""}`;
  const led = descendants.data?.nodes.filter((node) => node.commit.id !== here.id) ?? [];
  const came = lineage.data.nodes.slice(1);
  const isRecord = (lineage.data.nodes[0]?.record_of ?? []).length > 0;
  const lasting = lastingOf(lineage.data.nodes, pinned, repo);
  const graph = lineageGraph(here.id, lineage.data.nodes, descendants.data?.nodes ?? [], drawn);
  const left = new Set([...lineage.data.nodes, ...led].map((node) => node.commit.id)).size - graph.nodes.length;
  return (
    <Page
      title={item ? <><bdi>{item.key}</bdi> <span className="quiet">in {item.dataset}</span></> : path ? <>{path} <span className="quiet">in {repo}</span></> : repo}
      about={<>{here.message && <>“{here.message}” · </>}{origin(here)} · <When ms={here.at_ms} /></>}
      acts={
        <>
          <Share {...lasting} item={item} />
          <Link className="button" to="/report" search={{ of: lasting.to, ...(item ? { dataset: item.dataset, item: item.key } : {}) }} title="Where it came from on one page, to print, to send or to keep">Report</Link>
        </>
      }
    >
      <Facts
        facts={[
          ["Version", <Id key="v" id={here.id} />],
          ["Holds", <>{counted(here.files, "file")} <small>{bytes(here.size)}</small></>],
          ["Came from", counted(came.length, "version")],
          ["Led to", descendants.data ? `${led.length >= 199 ? "at least " : ""}${counted(led.length, "version")}` : "…"],
          here.parents[0]
            ? ["Version before", <Link key="b" to="/lineage" search={{ of: `${repo}@${here.parents[0]}` }} title={here.parents[0]}>look at it</Link>]
            : null,
          ["Seal", <Id key="s" id={here.seal} />],
          here.derivation?.job
            ? ["Run", <Link key="r" to="/runs/$run" params={{ run: here.derivation.job }} title={here.derivation.job}>look at it</Link>]
            : null,
        ]}
      />
      {item && <ItemOf dataset={item.dataset} item={item.key} />}
      {isRecord && <p className="quiet">This page shows what {repo} is made of now: its newest version, or the sources when none is saved yet.</p>}
      <FlowGraph
        label="Where it came from, to the left, and what came from it, to the right"
        tallest={520}
        smallest={0.6}
        focus={here.id}
        nodes={graph.nodes.map(({ id, commit, side }): FlowNode => ({
          id,
          ...CARD,
          label: `${plain(commit.repo)}, ${origin(commit)}`,
          content: <VersionCard commit={commit} here={side === "here"} />,
        }))}
        edges={graph.edges}
      />
      {left > 0 && (
        <p className="quiet">
          The nearest {count(graph.nodes.length)} of {count(graph.nodes.length + left)} versions are drawn.{" "}
          <Button small look="plain" onClick={() => { setDrawn(drawn * 4); }}>
            Draw {Math.min(left, drawn * 3)} more
          </Button>
        </p>
      )}
      <Traces lineage={lineage.data} />
      <FilesOf commit={here} chosen={path} />
      <PeopleOf commits={lineage.data.nodes.map((node) => node.commit)} />
      <Versions title="Came from" none={here.derivation?.stage === "act" ? "What somebody changed by hand in the dataset; it follows from the version before." : here.parents.length > 0 ? "No other repo: it follows from the version before." : "Nothing: this is where it began."} nodes={came.map((node) => node.commit)} />
      {descendants.error ? (
        <ErrorNote error={descendants.error} retry={() => void descendants.refetch()} />
      ) : (
        <Versions title="Led to" none="Nothing was made from this version yet." nodes={led.map((node) => node.commit)} />
      )}
    </Page>
  );
}

function VersionCard({ commit, here }: { commit: CommitInfo; here: boolean }) {
  const repo = plain(commit.repo);
  const people = commit.derivation?.facts?.["guideline_version"] !== undefined;
  return (
    <Link to="/lineage" search={{ of: `${repo}@${commit.id}` }} className={`stage-link${here ? " is-here" : ""}`}>
      <StageCard
        icon={people ? "people" : commit.derivation?.recipe ? "code" : "data"}
        kind={people ? "labels by people" : commit.derivation?.recipe ? "made by a pipeline" : "data"}
        name={repo}
        note={people ? peopleOf(commit) : <When ms={commit.at_ms} />}
      />
    </Link>
  );
}

function Versions({ title, none, nodes }: { title: string; none: string; nodes: readonly CommitInfo[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? nodes : nodes.slice(0, 20);
  return (
    <Section title={title} aside={nodes.length > 0 ? counted(nodes.length, "version") : null}>
      <div className="panel table-wrap">
        {nodes.length === 0 ? (
          <p className="nothing">{none}</p>
        ) : (
          <table className="table">
            <thead>
              <tr>
                <th>Version</th>
                <th>How it was made</th>
                <th>Said</th>
                <th className="num">Files</th>
                <th>When</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((commit) => (
                <tr key={commit.id}>
                  <td className="nowrap">
                    <Link to="/lineage" search={{ of: `${plain(commit.repo)}@${commit.id}` }} title={`Version ${commit.id}`}>{plain(commit.repo)}</Link>
                  </td>
                  <td>{origin(commit)}</td>
                  <td className="quiet">{commit.message}</td>
                  <td className="num">{commit.files.toLocaleString("en")}</td>
                  <td className="faint"><When ms={commit.at_ms} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      {shown.length < nodes.length && (
        <div><Button small look="plain" onClick={() => { setAll(true); }}>Show all {nodes.length}</Button></div>
      )}
    </Section>
  );
}

function Share({ to, exact, item }: Lasting & { item: { dataset: string; key: string } | null }) {
  const [copied, copy] = useCopied();
  return (
    <Button
      icon={copied === null ? "copy" : "check"}
      title={exact ? "A link to exactly this version; it shows the same for ever, to whoever may read this workspace" : "No version of it is saved yet: the link shows what it is made of when somebody opens it"}
      onClick={() => {
        const link = new URL("/lineage", window.location.origin);
        link.searchParams.set("of", to);
        if (item) {
          link.searchParams.set("dataset", item.dataset);
          link.searchParams.set("item", item.key);
        }
        copy(link.href);
      }}
    >
      {copied !== null ? "Copied" : exact ? "Copy the link to this version" : "Copy the link"}
    </Button>
  );
}

function Choose() {
  const repos = useRead("repos.list", { limit: 1000 });
  const go = useNavigate();
  const [words, setWords] = useState("");
  if (repos.error) return <Page title="Lineage"><ErrorNote error={repos.error} retry={() => void repos.refetch()} /></Page>;
  if (!repos.data) return <Loading what="Reading the repos…" />;
  return (
    <Page title="Lineage" about="Where anything came from, and what came from it: data, code, people and guidelines. Nothing can be made here without leaving this record.">
      {repos.data.items.length === 0 ? (
        <div className="panel">
          <Empty title="Nothing to trace yet">
            <p>Put data into a repo first; all that is made from it leaves its record here.</p>
            <Link to="/data" className="button">Go to Data</Link>
          </Empty>
        </div>
      ) : (
        <>
          <form
            className="open-form"
            onSubmit={(event) => {
              event.preventDefault();
              if (words.trim()) void go({ to: "/lineage", search: { of: words.trim() } });
            }}
          >
            <label className="offscreen" htmlFor="of">What to trace</label>
            <input id="of" className="field mono" placeholder="repo@version:file" value={words} onChange={(event) => { setWords(event.target.value); }} />
            <Button type="submit" look="main" disabled={!words.trim()}>Trace it</Button>
          </form>
          <Section title="Or start at a repo's newest version">
            <ul className="pick">
              {repos.data.items.map((repo) => {
                const name = fullName(repo.project, repo.name);
                return (
                  <li key={name}>
                    <Link to="/lineage" search={{ of: name }} className="button">
                      <Icon name={repo.held_out ? "lock" : repo.owner ? "code" : "data"} /> <span className="ellipsis">{name}</span>
                    </Link>
                  </li>
                );
              })}
            </ul>
          </Section>
        </>
      )}
    </Page>
  );
}
