import { useState } from "react";
import { Link } from "@tanstack/react-router";

import { useMay } from "@/api/may";
import { useAct, usePages, useRead } from "@/api/queries";
import { MediaView } from "@/canvas/MediaView";
import { count, counted, plain } from "@/lib/format";
import { Button, ConfirmButton, ErrorNote, Loading, SidePanel, When } from "@/ui";

import { thumbnailOf } from "@/features/datasets/media";
import type { Go } from "@/features/datasets/place";
import type { DatasetInfo } from "@/features/datasets/types";
import { ExportForm } from "./ExportForm";
import { SendForm } from "./SendForm";
import type { SliceInfo } from "./types";
import { TYPES, doneOf, sliceFilter, verbOf } from "./words";

interface Props {
  name: string;
  dataset: DatasetInfo;
  slice: string;
  go: Go;
}

/** One slice: what it is for, how far it is, what was said, and what one can do with it. */
export function SlicePanel({ name, dataset, slice, go }: Props) {
  const found = useRead("slices.get", { dataset: name, name: slice }, { every: 15_000 });
  const [note, setNote] = useState<{ words: string; commit: string | null } | null>(null);
  const [open, setOpen] = useState<"send" | "export" | null>(null);
  const mayWrite = useMay("slices.update");
  const told = (words: string) => (done: { commit?: string | null }) => { setNote({ words: done.commit ? words : "Nothing changed", commit: done.commit ?? null }); };
  const update = useAct("slices.update", told("Saved"));
  const undo = useAct("datasets.undo", () => { setNote({ words: "Taken back", commit: null }); });
  const remove = useAct("slices.delete", () => { go({ of: undefined }); });
  const close = (): void => { go({ of: undefined }); };
  const info = found.data;
  const where = sliceFilter(slice);
  const busy = update.isPending || undo.isPending;
  const error = update.error ?? undo.error ?? remove.error;
  return (
    <SidePanel title={<bdi title={slice}>{slice}</bdi>} label="the slice" onClose={close}>
      {found.error && <ErrorNote error={found.error} retry={() => void found.refetch()} />}
      {!info && !found.error && <Loading what="Reading the slice…" />}
      {error && <ErrorNote error={error} />}
      {note && (
        <p className="slice-told" role="status">
          {note.words}
          {note.commit !== null && (
            <Button small disabled={busy} onClick={() => { if (note.commit) undo.mutate({ name, commit: note.commit }); }}>
              undo
            </Button>
          )}
        </p>
      )}
      {info && (
        <>
          <section className="slice-part">
            <div className="slice-line">
              <span className={`tag ${info.state === "resolved" ? "good" : info.state === "triage" || info.state === "in review" ? "need" : ""}`}>{info.state}</span>
              {mayWrite &&
                info.next.map((state, at) => (
                  <Button key={state} small {...(at === 0 ? { look: "main" as const } : {})} disabled={busy} onClick={() => { update.mutate({ dataset: name, name: slice, state }); }}>
                    {verbOf(info.state, state)}
                  </Button>
                ))}
            </div>
            <About key={`${info.owner}\n${info.note}`} info={info} mayWrite={mayWrite} busy={busy} onSave={(change) => { update.mutate({ dataset: name, name: slice, ...change }); }} />
          </section>
          <section className="slice-part">
            <h3>Items</h3>
            {info.where && (
              <p className="quiet">
                {info.live ? "Whatever matches is in it: " : "Made of what matched "}
                <code dir="auto">{info.where}</code>
              </p>
            )}
            <div className="slice-line">
              <Button icon="datasets" onClick={() => { go({ view: undefined, where, of: undefined }); }}>
                {info.items == null ? "Show its items" : `Show ${counted(info.items, "item")}`}
              </Button>
              {mayWrite && <Button aria-expanded={open === "send"} onClick={() => { setOpen(open === "send" ? null : "send"); }}>Send to people…</Button>}
              <Button aria-expanded={open === "export"} onClick={() => { setOpen(open === "export" ? null : "export"); }}>Export…</Button>
            </div>
            {open === "send" && (
              <SendForm
                dataset={dataset}
                target={{ slice }}
                model={null}
                done={(words, commit) => { setNote({ words, commit: commit ?? null }); }}
                close={() => { setOpen(null); }}
              />
            )}
            {open === "export" && <ExportForm dataset={dataset} where={where} model={null} at={null} close={() => { setOpen(null); }} />}
            <Items info={info} mayWrite={mayWrite} go={go} onDone={told("Saved")} />
          </section>
          {info.rounds.length > 0 && <Rounds info={info} />}
          <Comments info={info} mayWrite={mayWrite} onDone={told("Said")} />
          {mayWrite && (
            <div>
              <ConfirmButton small look="danger" question={`Delete the slice ${slice}? Its items stay.`} verb="Delete it" onConfirm={() => { remove.mutate({ dataset: name, name: slice }); }}>
                Delete this slice…
              </ConfirmButton>
              <p className="faint">Deleting can be taken back in the dataset’s history.</p>
            </div>
          )}
        </>
      )}
    </SidePanel>
  );
}

function About({ info, mayWrite, busy, onSave }: { info: SliceInfo; mayWrite: boolean; busy: boolean; onSave: (change: { type?: string; owner?: string; note?: string }) => void }) {
  const [note, setNote] = useState(info.note);
  const [owner, setOwner] = useState(info.owner);
  const changed = note !== info.note || owner !== info.owner;
  if (!mayWrite)
    return (
      <>
        <p className="quiet">{info.type}, owner {info.owner ? plain(info.owner) : "nobody"}</p>
        {info.note && <p dir="auto" className="slice-text">{info.note}</p>}
      </>
    );
  return (
    <form
      className="slice-about"
      onSubmit={(event) => {
        event.preventDefault();
        onSave({ note, owner });
      }}
    >
      <label>
        <span>Type</span>
        <select className="field" value={info.type} disabled={busy} onChange={(event) => { onSave({ type: event.target.value }); }}>
          {TYPES.map((one) => (
            <option key={one.type} value={one.type}>
              {one.type}: {one.about}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Owner</span>
        <input className="field" value={owner} placeholder="nobody yet" dir="auto" onChange={(event) => { setOwner(event.target.value); }} />
      </label>
      <label>
        <span>What it is about</span>
        <textarea className="field" rows={2} value={note} dir="auto" onChange={(event) => { setNote(event.target.value); }} />
      </label>
      {changed && (
        <div className="slice-line">
          <Button small look="main" type="submit" disabled={busy}>
            {busy ? "Saving…" : "Save these changes"}
          </Button>
          <Button small look="plain" onClick={() => { setNote(info.note); setOwner(info.owner); }}>
            Leave as it was
          </Button>
        </div>
      )}
      <p className="faint">
        made by {plain(info.made_by)}, <When ms={info.made_ms} />
      </p>
    </form>
  );
}

const STATUS_VERBS = [
  { status: "done", verb: "Done" },
  { status: "set aside", verb: "Set aside" },
  { status: "open", verb: "Open again" },
] as const;

/** The items with their status, a few at a time. */
function Items({ info, mayWrite, go, onDone }: { info: SliceInfo; mayWrite: boolean; go: Go; onDone: (done: { commit?: string | null }) => void }) {
  const items = usePages("slices.items", { dataset: info.dataset, name: info.name, limit: 20 });
  const mark = useAct("slices.set_items", onDone);
  const done = doneOf(info);
  if (items.error) return <ErrorNote error={items.error} retry={items.retry} />;
  return (
    <>
      {done && (
        <p className="quiet">
          {count(done.done)} of {count(done.total)} done{done.aside > 0 ? `, ${count(done.aside)} set aside` : ""}
        </p>
      )}
      {mark.error && <ErrorNote error={mark.error} />}
      <ul className="slice-items">
        {items.items.map((item) => (
          <li key={item.key} className={item.status === "open" ? "" : "settled"}>
            <button type="button" className="slice-item" onClick={() => { go({ item: item.key, view: undefined, of: undefined, where: sliceFilter(info.name) }); }}>
              <Thumb dataset={info.dataset} itemKey={item.key} />
              <bdi className="ellipsis">{item.key}</bdi>
            </button>
            {item.status !== "open" && <span className={`tag ${item.status === "done" ? "good" : ""}`}>{item.status}</span>}
            {mayWrite &&
              STATUS_VERBS.filter((one) => one.status !== item.status && (one.status !== "set aside" || item.status === "open")).map((one) => (
                <Button key={one.status} small look="plain" disabled={mark.isPending} onClick={() => { mark.mutate({ dataset: info.dataset, name: info.name, keys: [item.key], status: one.status }); }}>
                  {one.verb}
                </Button>
              ))}
          </li>
        ))}
      </ul>
      {items.hasMore && (
        <Button small onClick={items.more} disabled={items.isLoadingMore}>
          {items.isLoadingMore ? "Loading…" : "More items"}
        </Button>
      )}
    </>
  );
}

function Thumb({ dataset, itemKey }: { dataset: string; itemKey: string }) {
  const found = useRead("datasets.item", { name: dataset, key: itemKey });
  const item = found.data?.item;
  return (
    <span className="slice-thumb" aria-hidden>
      {item && item.media.kind !== "none" && <MediaView media={item.media} name="" address={thumbnailOf(dataset, item, 40, null)} fit="tile" />}
    </span>
  );
}

/** What was sent to people, and how far they are with it. */
function Rounds({ info }: { info: SliceInfo }) {
  return (
    <section className="slice-part">
      <h3>Sent to people</h3>
      <ul className="slice-rounds">
        {info.progress.map((one) => (
          <li key={one.pipeline}>
            <Link to="/labeling/$pipeline" params={{ pipeline: one.pipeline }}>
              <bdi>{one.pipeline}</bdi>
            </Link>
            <span className="quiet">
              {count(one.asked)} asked, {count(one.answered)} with answers, <strong>{count(one.settled)} settled</strong>
            </span>
          </li>
        ))}
      </ul>
      <ul className="faint slice-rounds">
        {info.rounds.map((round) => (
          <li key={round.at_ms}>
            {plain(round.by)} sent {counted(round.items, "item")} to <bdi>{round.pipeline}</bdi>, {count(round.new)} of them new, <When ms={round.at_ms} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Comments({ info, mayWrite, onDone }: { info: SliceInfo; mayWrite: boolean; onDone: (done: { commit?: string | null }) => void }) {
  const [text, setText] = useState("");
  const say = useAct("slices.comment", (done) => {
    setText("");
    onDone(done);
  });
  return (
    <section className="slice-part">
      <h3>
        Comments <small className="faint">{count(info.comments.length)}</small>
      </h3>
      <ol className="slice-comments">
        {info.comments.map((one, at) => (
          <li key={at}>
            <div className="faint">
              <strong>{plain(one.by)}</strong>, <When ms={one.at_ms} />
              {one.key && <> about <bdi>{one.key}</bdi></>}
            </div>
            <p dir="auto" className="slice-text">{one.text}</p>
          </li>
        ))}
      </ol>
      {say.error && <ErrorNote error={say.error} />}
      {mayWrite && (
        <form
          className="slice-say"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim()) say.mutate({ dataset: info.dataset, name: info.name, text });
          }}
        >
          <textarea className="field" rows={2} aria-label="A comment" placeholder="Say something about these items" value={text} dir="auto" onChange={(event) => { setText(event.target.value); }} />
          <Button small type="submit" disabled={say.isPending || !text.trim()}>
            {say.isPending ? "Saving…" : "Comment"}
          </Button>
        </form>
      )}
    </section>
  );
}
