import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ChangeEvent, useEffect, useMemo, useRef, useState } from "react";

import { type ApiError, type CommitInfo, call } from "@/api/client";
import { Name } from "@/features/data/Name";
import { referenceOf, shownName } from "@/features/data/reference";
import { leftWords } from "@/features/data/wording";
import { bytes, count, counted, percent } from "@/lib/format";
import { Button, ErrorNote, Icon } from "@/ui";

import { type Selection, commonFolder, filesOfInput } from "./picked";
import { type Write, defaultMessage, findReplaced, planImport } from "./plan";
import { type Sample, rateOf, withSample } from "./rate";
import { Sheet } from "./Sheet";
import { Stopped, type Upload, startUpload } from "./send";
import type { BadArchive} from "./unzip";
import { isArchive, unpack } from "./unzip";

const SHOWN = 20;

interface Underway {
  upload: Upload;
  /** Files taken up so far; then bytes sent. */
  read: number;
  sent: number;
  total: number;
  samples: Sample[];
}

/** From picked files to one commit: what will be written is seen before, and can be stopped on the way. */
export function ImportPanel({
  repo,
  branch,
  head,
  into,
  selection,
  reading,
  onPick,
  onClose,
  onSaved,
}: {
  repo: string;
  branch: string;
  head: string | null;
  /** The folder to begin with. */
  into: string;
  selection: Selection | null;
  /** How many files were found so far while a drop is still being read; null when none is. */
  reading: number | null;
  onPick: (selection: Selection) => void;
  onClose: () => void;
  onSaved: (commit: CommitInfo) => void;
}) {
  const cache = useQueryClient();
  const [folder, setFolder] = useState(into);
  const [flatten, setFlatten] = useState(false);
  const [message, setMessage] = useState("");
  const [under, setUnder] = useState<Underway | null>(null);
  const [failed, setFailed] = useState<ApiError | null>(null);
  const [stopped, setStopped] = useState(false);
  const archives = useArchives(selection);
  const chosen = archives.selection;
  const common = chosen ? commonFolder(chosen.files) : null;
  const plan = useMemo(() => (chosen ? planImport(chosen, folder, flatten) : null), [chosen, folder, flatten]);
  const replaced = useReplaced(repo, head, plan?.writes ?? []);
  const begin = useRef<HTMLButtonElement>(null);
  const ready = Boolean(plan && plan.writes.length > 0);
  useEffect(() => { if (ready) begin.current?.focus(); }, [ready]);

  function start(): void {
    if (!plan) return;
    setFailed(null);
    setStopped(false);
    const upload = startUpload(`${repo}@${branch}`, plan.writes, {
      message: message.trim() || defaultMessage(plan.writes, folder),
      head,
      read: (read) => { setUnder((now) => now && { ...now, read }); },
      sent: (sent, total) => {
        setUnder((now) => now && { ...now, sent, total, samples: withSample(now.samples, { at: performance.now(), done: sent }) });
      },
    });
    setUnder({ upload, read: 0, sent: 0, total: plan.size, samples: [] });
    upload.finished
      .then((commit) => {
        void cache.invalidateQueries();
        onSaved(commit);
      })
      .catch((problem: unknown) => {
        void cache.invalidateQueries();
        if (problem instanceof Stopped) setStopped(true);
        else setFailed(problem as ApiError);
      })
      .finally(() => { setUnder(null); });
  }

  return (
    <aside
      className="data-panel"
      aria-label="Import"
      onKeyDown={(event) => {
        if (event.key === "Escape" && !under) onClose();
      }}
    >
      <header className="data-panel-head">
        <h2>Import into {shownName(repo)}</h2>
        {!under && <Button small look="plain" icon="cross" aria-label="Close the import" title="Close (Esc)" onClick={onClose} />}
      </header>
      <div className="data-panel-body">
        {reading !== null && <p role="status">Reading the folder: {counted(reading, "file")} so far…</p>}
        {!under && reading === null && <Pickers again={selection !== null} onPick={onPick} />}
        {archives.names.length > 0 && !under && (
          <label className="check">
            <input type="checkbox" checked={archives.unpacked} onChange={(event) => { archives.setUnpacked(event.target.checked); }} />
            Unpack {archives.names.length === 1 ? <Name name={archives.names[0] ?? ""} /> : counted(archives.names.length, "archive")}
          </label>
        )}
        {archives.reading !== null && <p role="status">Unpacking: {counted(archives.reading.files, "file")} so far{archives.reading.share > 0 && `, ${percent(archives.reading.share, 0)} of ${archives.names.length === 1 ? "the archive" : "this archive"}`}…</p>}
        {archives.error && <ErrorNote error={archives.error} />}
        {plan && (
          <>
            {plan.writes.length === 0 && <p className="data-none">Nothing here can be imported. Choose other files.</p>}
            {plan.writes.length > 0 && (
              <form
                className="data-form"
                onSubmit={(event) => {
                  event.preventDefault();
                  start();
                }}
              >
                <p className="data-sum">
                  <strong>{counted(plan.writes.length, "file")}</strong>, {bytes(plan.size)}, onto the branch <strong>{branch}</strong>
                </p>
                <label>
                  Into the folder <span className="faint">(empty: the top of the repo)</span>
                  <input className="field" value={folder} disabled={under !== null} onChange={(event) => { setFolder(event.target.value); }} placeholder="the top" dir="auto" spellCheck={false} />
                </label>
                {common !== null && (
                  <label className="check">
                    <input type="checkbox" checked={!flatten} disabled={under !== null} onChange={(event) => { setFlatten(!event.target.checked); }} />
                    <span>Keep the folder “<Name name={common} />”</span>
                  </label>
                )}
                <label>
                  What is it? <span className="faint">(message of the version)</span>
                  <input className="field" value={message} disabled={under !== null} onChange={(event) => { setMessage(event.target.value); }} placeholder={defaultMessage(plan.writes, folder)} dir="auto" />
                </label>
                {under ? (
                  <Progress under={under} files={plan.writes.length} />
                ) : (
                  <div className="data-acts">
                    <button ref={begin} type="submit" className="button main">
                      Import {counted(plan.writes.length, "file")}
                    </button>
                    <Button onClick={onClose}>Cancel</Button>
                  </div>
                )}
                {stopped && <p role="status" className="data-note">Stopped. Nothing was saved.</p>}
                {failed && (
                  <ErrorNote error={failed.code === "branch_moved" ? { message: "Somebody saved a version meanwhile.", help: "The preview is up to date again. Look at what would be replaced, then import." } : failed} />
                )}
              </form>
            )}
            <Told replaced={replaced} plan={plan} />
            <Sheet writes={plan.writes} />
            <ol className="data-list" aria-label="Files to be written">
              {plan.writes.slice(0, SHOWN).map((write) => (
                <li key={write.path}>
                  <Icon name="file" size={14} />
                  <Name name={write.path} />
                  {replaced.data?.paths.has(write.path) && <span className="tag need">replaces</span>}
                  <span className="size faint">{bytes(write.file.size)}</span>
                </li>
              ))}
              {plan.writes.length > SHOWN && <li className="faint">and {counted(plan.writes.length - SHOWN, "more file")}</li>}
            </ol>
          </>
        )}
      </div>
    </aside>
  );
}

function Pickers({ again, onPick }: { again: boolean; onPick: (selection: Selection) => void }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const picked = (event: ChangeEvent<HTMLInputElement>) => {
    if (event.target.files?.length) onPick(filesOfInput(event.target.files));
    event.target.value = "";
  };
  return (
    <div className={again ? "data-pick again" : "data-pick"}>
      {!again && <p>Drop files, a folder, a zip or a table (CSV, Parquet) anywhere on this page, or choose them:</p>}
      <div className="data-acts">
        <Button small={again} icon="file" onClick={() => files.current?.click()}>
          {again ? "Choose other files" : "Choose files"}
        </Button>
        <Button small={again} icon="folder" onClick={() => folder.current?.click()}>
          {again ? "Another folder" : "Choose a folder"}
        </Button>
      </div>
      <input ref={files} type="file" multiple hidden aria-label="Files to import" onChange={picked} />
      <input ref={folder} type="file" hidden aria-label="Folder to import" onChange={picked} {...{ webkitdirectory: "" }} />
    </div>
  );
}

function Progress({ under, files }: { under: Underway; files: number }) {
  const { read, sent, total, samples, upload } = under;
  const reading = read < files && sent === 0;
  const rate = rateOf(samples);
  const done = sent >= total && total > 0;
  return (
    <div className="data-progress" role="status">
      <progress max={Math.max(1, reading ? files : total)} value={reading ? read : sent} aria-label={reading ? "Read" : "Sent"} />
      <span>
        {reading
          ? `Reading ${count(read)} of ${counted(files, "file")}…`
          : done
          ? `All sent. Saving ${counted(files, "file")} as one version…`
          : `${bytes(sent)} of ${bytes(total)}${rate ? `, ${bytes(rate)} a second, ${leftWords((total - sent) / rate)}` : ""}`}
      </span>
      {/* Once all is sent the server saves it whatever we do: undo is the way back then, and stop would lie. */}
      {!done && (
        <Button small icon="stop" onClick={upload.stop}>
          Stop; save nothing
        </Button>
      )}
    </div>
  );
}

function Told({ replaced, plan }: { replaced: ReturnType<typeof useReplaced>; plan: ReturnType<typeof planImport> }) {
  const found = replaced.data;
  return (
    <ul className="data-told-list">
      {plan.writes.length > 0 && (
        <li className={found && found.paths.size > 0 ? "need" : "quiet"}>
          {replaced.error
            ? `Could not look for files that would be replaced: ${replaced.error.message}`
            : !found
              ? "Looking for files that would be replaced…"
              : found.paths.size === 0 && found.complete
                ? "No file is replaced."
                : `${found.complete ? "" : "At least "}${counted(found.paths.size, "file")} of the same name will be replaced. The old ones stay in the history.`}
        </li>
      )}
      {plan.leftOut.length > 0 && (
        <li className="quiet" title={plan.leftOut.slice(0, 50).map(shownName).join("\n")}>
          {counted(plan.leftOut.length, "system file")} left out ({shownName(plan.leftOut[0]?.split("/").at(-1) ?? "")}
          {plan.leftOut.length > 1 && ", …"}).
        </li>
      )}
      {plan.refused.length > 0 && (
        <li className="need">
          {counted(plan.refused.length, "file")} cannot be imported:
          <ul>
            {plan.refused.slice(0, 5).map((one, index) => (
              <li key={index}>
                <bdi>{shownName(one.path)}</bdi>: {one.why}
              </li>
            ))}
            {plan.refused.length > 5 && <li>and {count(plan.refused.length - 5)} more</li>}
          </ul>
        </li>
      )}
    </ul>
  );
}

/** The picked files with their zip archives unpacked, unless the person wants them as they are. */
function useArchives(selection: Selection | null) {
  const [unpacked, setUnpacked] = useState(true);
  const [found, setFound] = useState({ files: 0, share: 0 });
  const names = useMemo(() => selection?.files.filter(isArchive).map(({ path }) => path) ?? [], [selection]);
  const wanted = unpacked && names.length > 0;
  const inside = useQuery<Selection, BadArchive>({
    queryKey: ["data.unzip", selection && numberOf(selection)],
    queryFn: ({ signal }) => {
      setFound({ files: 0, share: 0 });
      return unpack(selection ?? { files: [], leftOut: [] }, (files, share) => { setFound({ files, share }); }, () => signal.aborted);
    },
    enabled: wanted,
    retry: false,
    gcTime: 0,
    staleTime: Infinity,
  });
  return {
    names,
    unpacked,
    setUnpacked,
    reading: wanted && inside.isPending ? found : null,
    error: wanted ? inside.error : null,
    selection: wanted ? (inside.data ?? null) : selection,
  };
}

const numbers = new WeakMap<object, number>();
let given = 0;

/** A short stand-in for a list in a query's key: a hundred thousand paths would be hashed at every paint. */
function numberOf(list: object): number {
  const number = numbers.get(list) ?? ++given;
  numbers.set(list, number);
  return number;
}

function useReplaced(repo: string, head: string | null, writes: readonly Write[]) {
  return useQuery<{ paths: ReadonlySet<string>; complete: boolean }, ApiError>({
    queryKey: ["data.replaced", repo, head, numberOf(writes)],
    queryFn: async ({ signal }) => {
      if (head === null) return { paths: new Set<string>(), complete: true };
      const found = await findReplaced(
        writes.map((write) => write.path),
        async (after) => {
          const page = await call("files.walk", { reference: referenceOf(repo, head), limit: 1000, ...(after ? { after } : {}) }, signal);
          return { items: page.items, next: page.next ?? null };
        },
      );
      return { paths: new Set(found.files.map((file) => file.path)), complete: found.complete };
    },
    enabled: writes.length > 0,
    gcTime: 0,
    staleTime: Infinity,
  });
}
