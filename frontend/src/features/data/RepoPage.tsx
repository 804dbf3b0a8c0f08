import { Link } from "@tanstack/react-router";
import { type DragEvent, useEffect, useRef, useState } from "react";

import type { CommitInfo } from "@/api/client";
import { useMay } from "@/api/may";
import { useAct } from "@/api/queries";
import { useNow } from "@/lib/clock";
import { authorName, bytes, counted, plain } from "@/lib/format";
import { Button, ConfirmButton, ErrorNote, Icon, Loading, Page, When } from "@/ui";

import { BranchesView } from "./BranchesView";
import { ChangesView, NoVersion } from "./ChangesView";
import "./data.css";
import "./pictures.css";
import { useDownload } from "./content";
import { FilePanel } from "./FilePanel";
import { FileTree } from "./FileTree";
import { ImportPanel } from "./importing/ImportPanel";
import { type DroppedEntry, type Selection, filesOfEntries } from "./importing/picked";
import { type Moment, useMoment } from "./moment";
import { PicturesPane, useHasPictures } from "./PicturesPane";
import { type Go, type View, usePlace } from "./place";
import { folderOf, referenceOf, shownName } from "./reference";
import { TableView } from "./TableView";
import { TimeLine } from "./TimeLine";
import { clockWords } from "./wording";

const TABS: readonly (readonly [View, string])[] = [
  ["files", "Files"],
  ["changes", "Changes"],
  ["branches", "Branches and tags"],
];

/** One repo at one moment. */
export function RepoPage() {
  const { repo, search, go } = usePlace();
  const { moment, error, retry } = useMoment(repo, search.branch ?? null, search.at ?? null);
  if (error)
    return (
      <Page title={shownName(plain(repo))}>
        <ErrorNote error={error} retry={retry} />
        {(search.at ?? search.branch) !== undefined && (
          <Button onClick={() => { go({ at: undefined, branch: undefined, old: undefined }); }}>Go to the newest version</Button>
        )}
      </Page>
    );
  if (!moment) return <Loading what={`Opening ${shownName(plain(repo))}…`} />;
  return <Loaded key={repo} name={repo} moment={moment} search={search} go={go} />;
}

interface Saved {
  commit: CommitInfo;
  undone: boolean;
}

function Loaded({ name, moment, search, go }: { name: string; moment: Moment; search: ReturnType<typeof usePlace>["search"]; go: Go }) {
  const view = search.view ?? "files";
  const [importing, setImporting] = useState(false);
  const [selection, setSelection] = useState<Selection | null>(null);
  const [reading, setReading] = useState<number | null>(null);
  const [over, setOver] = useState(false);
  const [saved, setSaved] = useState<Saved | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const stop = useRef(false);
  const now = useNow();
  const download = useDownload();
  const packedName = plain(name).replace("/", "-");
  const undo = useAct("commits.revert", (commit) => { setSaved({ commit, undone: true }); });
  const { repo, commit, readOnly } = moment;
  const may = readOnly === null && moment.branch !== null;
  const [folder, setFolder] = useState("");
  const pictures = useHasPictures(name, view === "files" ? (commit?.id ?? "") : "");

  useEffect(() => () => { stop.current = true; }, []);

  function drop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    if (!may) {
      setProblem(readOnly);
      return;
    }
    // Entries must be taken now: the list is emptied when this handler returns.
    const entries = [...event.dataTransfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
    if (entries.length === 0) return;
    setImporting(true);
    setSelection(null);
    setReading(0);
    stop.current = false;
    filesOfEntries(entries as unknown as DroppedEntry[], setReading, () => stop.current)
      .then(setSelection)
      .catch(() => { setProblem("A dropped file could not be read. Was it moved or deleted? Drop it again."); })
      .finally(() => { setReading(null); });
  }
  function closeImport(): void {
    stop.current = true;
    setImporting(false);
    setSelection(null);
  }
  const shownFile = view === "files" ? (search.file ?? null) : null;
  return (
    <div
      className={`data-page${moment.past ? " past" : ""}${over ? " over" : ""}`}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = may ? "copy" : "none";
        setOver(true);
      }}
      onDragLeave={(event) => { if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false); }}
      onDrop={drop}
    >
      <Page
        title={<bdi>{shownName(plain(repo.project === "default" ? repo.name : name))}</bdi>}
        about={
          <span className="data-about">
            <Badges repo={repo} />
            {repo.description && <bdi>{shownName(repo.description)}</bdi>}
          </span>
        }
        acts={
          <>
            <HoldOut name={name} moment={moment} />
            {commit &&
              (download.state ? (
                <Button icon="stop" onClick={download.state.stop}>
                  Stop the download ({bytes(download.state.done)})
                </Button>
              ) : (
                <>
                  <Button onClick={() => { download.start(referenceOf(name, commit.id), packedName, "zip"); }} title="All files of this version as one .zip archive">
                    Download all (.zip)
                  </Button>
                  <Button look="plain" onClick={() => { download.start(referenceOf(name, commit.id), packedName, "tar"); }} title="All files of this version as one .tar archive" aria-label="Download all as .tar">
                    .tar
                  </Button>
                </>
              ))}
            <Button
              look="main"
              icon="plus"
              disabled={!may}
              title={readOnly ?? "Files, a folder, a zip or a table"}
              onClick={() => {
                setImporting(true);
                if (view !== "files") go({ view: undefined });
              }}
            >
              Import files
            </Button>
          </>
        }
      >
        <div className="data-frame">
          <TimeLine name={name} moment={moment} old={search.old ?? null} go={go} />
          {moment.past && commit && <Past {...{ name, moment, go }} />}
          {problem && <Note onClose={() => { setProblem(null); }}>{problem}</Note>}
          {download.error && <ErrorNote error={download.error} />}
          {saved && (
            <Note onClose={() => { setSaved(null); }}>
              {saved.undone
                ? `Undone by a new version, ${clockWords(saved.commit.at_ms, now)}. Both stay in the history.`
                : saved.commit.changed === false
                  ? "Nothing was new: all these files are here already, byte for byte."
                  : `Saved as a version by you, ${clockWords(saved.commit.at_ms, now)}: ${shownName(saved.commit.message)}`}
              {!saved.undone && saved.commit.changed !== false && (
                <>
                  {" · "}
                  <button
                    type="button"
                    className="link"
                    disabled={undo.isPending}
                    onClick={() => { undo.mutate({ reference: referenceOf(name, saved.commit.id), branch: moment.branch?.name ?? "main" }); }}
                  >
                    {undo.isPending ? "undoing…" : "undo"}
                  </button>
                  {" · "}
                  <button type="button" className="link" onClick={() => { go({ view: "changes", at: undefined, old: undefined, file: undefined }); }}>
                    see what changed
                  </button>
                  {" · "}
                  <Link to="/new-labeling" search={{ repo: name }}>ask people about it</Link>
                  {" · "}
                  <Link to="/datasets" search={{ make: name }}>make a dataset of it</Link>
                </>
              )}
            </Note>
          )}
          {undo.error && <ErrorNote error={undo.error} />}
          <nav className="tabs data-tabs" aria-label="Parts of this page">
            {TABS.map(([tab, word]) => (
              <button
                key={tab}
                type="button"
                aria-current={view === tab || (tab === "files" && view === "table") ? "page" : undefined}
                onClick={() => { go({ view: tab === "files" ? undefined : tab, where: undefined }); }}
              >
                {word}
              </button>
            ))}
            {commit && (
              <span className="quiet">
                {counted(commit.files, "file")}, {bytes(commit.size)}
                <span className="faint">
                  {" · "}by {shownName(authorName(commit.author))}, <When ms={commit.at_ms} />
                </span>
              </span>
            )}
          </nav>
          {view === "files" && (
            <div className={`data-split ${importing || shownFile !== null || pictures ? "" : "single"}`}>
              {commit ? (
                <FileTree key={name} repo={name} commit={commit.id} selected={shownFile} onSelect={(path) => { go({ file: path ?? undefined }, { replace: shownFile !== null }); }} onFolder={setFolder} />
              ) : (
                <NoVersion onImport={may && !importing ? () => { setImporting(true); } : undefined} />
              )}
              {importing && moment.branch ? (
                <ImportPanel
                  repo={name}
                  branch={moment.branch.name}
                  head={moment.branch.head ?? null}
                  into={folderOf(search.file ?? "")}
                  selection={selection}
                  reading={reading}
                  onPick={setSelection}
                  onClose={closeImport}
                  onSaved={(made) => {
                    closeImport();
                    setSaved({ commit: made, undone: false });
                  }}
                />
              ) : (
                commit && (shownFile !== null ? (
                  <FilePanel
                    name={name}
                    moment={moment}
                    path={shownFile}
                    go={go}
                    onSaved={(made) => { setSaved({ commit: made, undone: false }); }}
                  />
                ) : (
                  pictures && <PicturesPane key={folder} repo={name} commit={commit.id} folder={folder} onSelect={(path) => { go({ file: path }); }} onFolder={setFolder} />
                ))
              )}
            </div>
          )}
          {view === "changes" && <ChangesView name={name} moment={moment} old={search.old ?? null} file={search.file ?? null} go={go} />}
          {view === "branches" && <BranchesView name={name} moment={moment} go={go} />}
          {view === "table" && <TableView name={name} moment={moment} path={search.file ?? ""} where={search.where ?? ""} go={go} />}
        </div>
      </Page>
      {over && (
        <div className="data-drop" aria-hidden>
          <div>{may ? `Drop to import into ${shownName(plain(name))}. You will see what is written first.` : readOnly}</div>
        </div>
      )}
    </div>
  );
}

/** What the past looks like, and the ways out of it. */
function Past({ name, moment, go }: { name: string; moment: Moment; go: Go }) {
  const now = useNow();
  const mayRevert = useMay("commits.revert");
  const commit = moment.commit;
  const branch = moment.branch;
  const [undone, setUndone] = useState(false);
  const revert = useAct("commits.revert", () => { setUndone(true); });
  const mayWrite = mayRevert && branch !== null && !(branch.owner ?? moment.repo.owner);
  if (!commit) return null;
  return (
    <div className="data-past">
      <Icon name="clock" />
      <span>
        This is how it was <strong>{clockWords(commit.at_ms, now)}</strong>, read-only.
      </span>
      <Button small look="main" onClick={() => { go({ at: undefined }); }}>
        Back to now
      </Button>
      {mayWrite && !undone && (
        <ConfirmButton
          small
          question="Undo what this version changed? Later versions stay."
          verb="Undo this version"
          disabled={revert.isPending}
          onConfirm={() => { revert.mutate({ reference: referenceOf(name, commit.id), branch: branch.name }); }}
        >
          Undo this version…
        </ConfirmButton>
      )}
      {mayWrite && (
        <Button small onClick={() => { go({ view: "branches" }); }}>
          Branch or roll back here…
        </Button>
      )}
      {undone && <span role="status">Undone by a new version on {branch?.name}. It is the newest now.</span>}
      {revert.error && <ErrorNote error={revert.error} />}
    </div>
  );
}

function Note({ children, onClose }: { children: React.ReactNode; onClose: () => void }) {
  return (
    <div className="data-saved" role="status">
      <span>{children}</span>
      <Button small look="plain" icon="cross" aria-label="Close this note" onClick={onClose} />
    </div>
  );
}

/** Keep a repo for scoring only, or give it free; an owner decides. */
function HoldOut({ name, moment }: { name: string; moment: Moment }) {
  const mayHold = useMay("repos.hold_out");
  const act = useAct("repos.hold_out");
  if (!mayHold || moment.repo.owner != null) return null;
  if (act.error) return <ErrorNote error={act.error} />;
  const held = moment.repo.held_out;
  return (
    <ConfirmButton
      icon="lock"
      question={held ? "Let things train on it again?" : "Only for scoring: nothing that trains may see it?"}
      verb={held ? "Give it free" : "Hold it out"}
      disabled={act.isPending}
      onConfirm={() => { act.mutate({ name, held_out: !held }); }}
    >
      {held ? "Give it free…" : "Hold out…"}
    </ConfirmButton>
  );
}

/** What kind of repo it is, in words. */
export function Badges({ repo }: { repo: Moment["repo"] }) {
  return (
    <>
      {repo.held_out && (
        <span className="tag need" title="Kept for scoring: nothing trained may have seen it">
          <Icon name="lock" size={12} /> held out
        </span>
      )}
      {repo.kind !== "data" && (
        <span className="tag good" title={repo.kind === "model" ? "Holds a model's predictions; the model's page shows them" : "Holds what people decided about a dataset's items; the dataset's page shows it"}>
          <Icon name={repo.kind === "model" ? "models" : "datasets"} size={12} /> {repo.kind}
        </span>
      )}
      {repo.kind === "data" && repo.owner && <span className="tag" title="Only this pipeline writes here">written by {shownName(plain(repo.owner))}</span>}
    </>
  );
}
