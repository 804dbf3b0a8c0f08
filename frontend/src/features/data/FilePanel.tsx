import { Link } from "@tanstack/react-router";
import type { CommitInfo } from "@/api/client";
import { useAct, usePages } from "@/api/queries";
import { bytes } from "@/lib/format";
import { Button, ConfirmButton, ErrorNote, Facts, Icon, Id, Loading, When } from "@/ui";

import { useDownload, useFile } from "./content";
import { kindOf } from "./kinds";
import type { FileInfo } from "./level";
import type { Moment } from "./moment";
import { Name } from "./Name";
import type { Go } from "./place";
import { Preview } from "./Preview";
import { baseName, folderOf, referenceOf, shownName } from "./reference";

interface PanelProps {
  name: string;
  moment: Moment;
  path: string;
  go: Go;
  /** Hears of the version that a change here made. */
  onSaved: (commit: CommitInfo) => void;
}

/** One file: what it is, what one can do with it, its history, where it came from. */
export function FilePanel({ name, moment, path, go, onSaved }: PanelProps) {
  const commit = moment.commit?.id ?? "";
  const file = useFile(name, commit, path);
  const close = () => {
    go({ file: undefined });
    document.querySelector<HTMLElement>(".data-tree")?.focus();
  };
  return (
    <aside
      className="data-panel"
      aria-label={`File ${shownName(path)}`}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      <header className="data-panel-head">
        <h2 title={shownName(path)}>
          <Name name={baseName(path)} />
        </h2>
        <Button small look="plain" icon="cross" onClick={close} aria-label="Close the file" title="Close (Esc)" />
      </header>
      {file.error && <ErrorNote error={file.error} retry={() => void file.refetch()} />}
      {file.isPending && <Loading what="Looking for the file…" />}
      {file.data === null && (
        <p className="data-none">
          This file is not in this version. Move along the time line to a version that has it, or close it.
        </p>
      )}
      {file.data && <Known {...{ name, moment, commit, file: file.data, go, onSaved }} />}
    </aside>
  );
}

function Known({ name, moment, commit, file, go, onSaved }: Omit<PanelProps, "path"> & { commit: string; file: FileInfo }) {
  const download = useDownload();
  const remove = useAct("files.delete", (made) => {
    go({ file: undefined });
    onSaved(made);
  });
  const folder = folderOf(file.path);
  const reference = referenceOf(name, commit, file.path);
  return (
    <div className="data-panel-body">
      <Preview key={file.digest ?? file.path} repo={name} commit={commit} file={file} />
      <div className="data-acts">
        {download.state ? (
          <Button small icon="stop" onClick={download.state.stop}>
            Stop the download ({bytes(download.state.done)})
          </Button>
        ) : (
          <Button small onClick={() => { download.start(reference, file.path); }}>
            Download
          </Button>
        )}
        <Link className="button small" to="/lineage" search={{ of: reference }}>
          <Icon name="lineage" size={14} /> Where it came from
        </Link>
        {kindOf(file.path) === "table" && (
          <Button small icon="datasets" onClick={() => { go({ view: "table", file: file.path }); }}>
            Open as a table
          </Button>
        )}
        {kindOf(file.path) === "table" && folder !== "" && (
          <Button small icon="datasets" onClick={() => { go({ view: "table", file: folder }); }}>
            The whole folder as a table
          </Button>
        )}
        {moment.readOnly === null && moment.branch && (
          <ConfirmButton
            small
            question="Delete it from now on? Earlier versions keep it."
            verb="Delete the file"
            disabled={remove.isPending}
            onConfirm={() => {
              remove.mutate({ reference: referenceOf(name, moment.branch?.name, file.path), message: `Delete ${file.path}` });
            }}
          >
            Delete…
          </ConfirmButton>
        )}
      </div>
      {download.error && <ErrorNote error={download.error} />}
      {remove.error && <ErrorNote error={remove.error} />}
      <Facts
        facts={[
          ["Size", bytes(file.size)],
          ["Path", <bdi key="path">{shownName(file.path)}</bdi>],
          file.digest ? ["Fingerprint", <Id key="id" id={file.digest} />] : null,
          ...Object.entries(file.attributes ?? {}).map(([key, value]) => [shownName(key), shownName(value)] as const),
        ]}
      />
      <History {...{ name, moment, commit, path: file.path, go }} />
    </div>
  );
}

function History({ name, moment, commit, path, go }: { name: string; moment: Moment; commit: string; path: string; go: Go }) {
  const head = moment.branch?.head ?? commit;
  const at = moment.commit?.at_ms ?? 0;
  const log = usePages("commits.log", { reference: referenceOf(name, head, path), limit: 20 });
  // The version that holds now is the newest one that touched the file up to the shown moment.
  const held = log.items.find((one) => one.id === commit) ?? log.items.find((one) => one.at_ms <= at);
  return (
    <section aria-label="History of this file">
      <h3>History</h3>
      {log.error && <ErrorNote error={log.error} retry={log.retry} />}
      {log.isPending && <Loading what="Reading the history…" />}
      <ol className="data-history">
        {log.items.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              className={one === held ? "shown" : ""}
              aria-current={one === held ? "true" : undefined}
              onClick={() => { go({ at: one.id === moment.branch?.head ? undefined : one.id }); }}
            >
              <bdi className="ellipsis">{shownName(one.message) || "no message"}</bdi>
              <span className="faint nowrap">
                <When ms={one.at_ms} />
              </span>
            </button>
            {one.parents.length > 0 && (
              <Button small look="plain" onClick={() => { go({ view: "changes", at: one.id, old: undefined, file: path }); }}>
                Compare
              </Button>
            )}
          </li>
        ))}
      </ol>
      {log.hasMore && (
        <Button small onClick={log.more} disabled={log.isLoadingMore}>
          {log.isLoadingMore ? "Loading…" : "Show older ones"}
        </Button>
      )}
    </section>
  );
}
