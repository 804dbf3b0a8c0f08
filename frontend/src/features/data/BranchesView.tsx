import { useState } from "react";

import type { BranchInfo } from "@/api/client";
import { useMay } from "@/api/may";
import { useAct, usePages, useRead } from "@/api/queries";
import { useNow } from "@/lib/clock";
import { authorName, count, counted } from "@/lib/format";
import { Button, ConfirmButton, ErrorNote, Loading, Section, State, When } from "@/ui";

import { changeKind } from "./ChangesView";
import type { Moment } from "./moment";
import type { Go } from "./place";
import { nameProblem, referenceOf, shownName } from "./reference";
import { Tags } from "./Tags";
import { clockWords } from "./wording";

/** Branches: make one here, move one, delete one; and where the shown branch has been. */
export function BranchesView({ name, moment, go }: { name: string; moment: Moment; go: Go }) {
  const mayWrite = useMay("branches.create");
  const [moving, setMoving] = useState<string | null>(null);
  return (
    <div className="data-columns">
      <Section title={counted(moment.branches.length, "branch", "branches")}>
        <ul className="panel data-branches">
          {moment.branches.map((branch) => (
            <li key={branch.name}>
              <BranchRow
                {...{ name, moment, branch, go, mayWrite }}
                moving={moving === branch.name}
                onMove={(on) => { setMoving(on ? branch.name : null); }}
              />
            </li>
          ))}
        </ul>
        {mayWrite ? <Create {...{ name, moment, go }} /> : <p className="quiet">You may look at branches, and not change them.</p>}
      </Section>
      <Tags {...{ name, moment, go, mayWrite }} />
      {moment.branch && <Moves name={name} branch={moment.branch} go={go} />}
    </div>
  );
}

interface RowProps {
  name: string;
  moment: Moment;
  branch: BranchInfo;
  go: Go;
  mayWrite: boolean;
  moving: boolean;
  onMove: (on: boolean) => void;
}

function BranchRow({ name, moment, branch, go, mayWrite, moving, onMove }: RowProps) {
  const commit = useRead("commits.get", { reference: referenceOf(name, branch.head) }, { enabled: branch.head != null });
  const remove = useAct("branches.delete", () => { if (moment.branch?.name === branch.name) go({ branch: undefined, at: undefined }); });
  const owner = branch.owner ?? moment.repo.owner;
  return (
    <>
      <div className="data-branch-row">
        <button type="button" className="link" aria-current={moment.branch?.name === branch.name} onClick={() => { go({ branch: branch.name === "main" ? undefined : branch.name, at: undefined }); }}>
          {branch.name}
        </button>
        <span className="ellipsis quiet">
          {branch.head == null ? "no version yet" : commit.data ? <bdi>{shownName(commit.data.message) || "no message"}</bdi> : "…"}
        </span>
        {commit.data && <span className="faint"><When ms={commit.data.at_ms} /></span>}
        {owner && <span className="tag" title={`Only the pipeline ${owner} writes here`}>written by {owner.replace(/^default\//, "")}</span>}
        {mayWrite && !owner && branch.head != null && (
          <Button small onClick={() => { onMove(!moving); }} aria-expanded={moving}>
            Move
          </Button>
        )}
        {mayWrite && !owner && moment.branches.length > 1 && (
          <ConfirmButton
            small
            look="danger"
            question={`Delete ${branch.name}? Its versions stay.`}
            verb={`Delete ${branch.name}`}
            onConfirm={() => { remove.mutate({ repo: name, name: branch.name }); }}
          >
            Delete
          </ConfirmButton>
        )}
      </div>
      {remove.error && <ErrorNote error={remove.error} />}
      {moving && <Move {...{ name, moment, branch }} onDone={() => { onMove(false); }} />}
    </>
  );
}

function Create({ name, moment, go }: { name: string; moment: Moment; go: Go }) {
  const [value, setValue] = useState("");
  const [touched, setTouched] = useState(false);
  const act = useAct("branches.create", (made) => {
    setValue("");
    setTouched(false);
    go({ branch: made.name, at: undefined });
  });
  const now = useNow();
  const problem = nameProblem(value) ?? (moment.branches.some((one) => one.name === value) ? "There is a branch of this name." : null);
  return (
    <form
      className="data-inline"
      onSubmit={(event) => {
        event.preventDefault();
        setTouched(true);
        if (!problem) act.mutate({ repo: name, name: value, ...(moment.commit ? { head: moment.commit.id } : {}) });
      }}
    >
      <label>
        <span className="offscreen">Name of the new branch</span>
        <input className="field" placeholder="new-branch" value={value} onChange={(event) => { setValue(event.target.value); }} spellCheck={false} aria-invalid={touched && problem !== null} />
      </label>
      <Button type="submit" icon="plus">
        {moment.commit ? `Make a branch at ${moment.past ? "this moment" : "this version"} (${clockWords(moment.commit.at_ms, now)})` : "Make an empty branch"}
      </Button>
      {touched && problem && <span className="data-note need" role="alert">{problem}</span>}
      {act.error && <ErrorNote error={act.error} />}
    </form>
  );
}

/** Move a head, after seeing what that changes. */
function Move({ name, moment, branch, onDone }: { name: string; moment: Moment; branch: BranchInfo; onDone: () => void }) {
  const [to, setTo] = useState(moment.commit && moment.commit.id !== branch.head ? moment.commit.id : "");
  const [message, setMessage] = useState("");
  const log = usePages("commits.log", { reference: referenceOf(name, branch.head), limit: 50 });
  const others = moment.branches.filter((one) => one.name !== branch.name && one.head != null && one.head !== branch.head);
  const now = useNow();
  const known = log.items.some((one) => one.id === to) || others.some((one) => one.head === to);
  const diff = useRead(
    "commits.diff",
    { old: referenceOf(name, branch.head), new: referenceOf(name, to), limit: 1000 },
    { enabled: to !== "" },
  );
  const act = useAct("branches.move", onDone);
  const totals = { added: 0, changed: 0, deleted: 0 };
  for (const change of diff.data?.items ?? []) totals[changeKind(change)] += 1;
  const more = diff.data?.next != null ? "+" : "";
  return (
    <form
      className="data-move data-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (to) act.mutate({ repo: name, name: branch.name, to, message });
      }}
      onKeyDown={(event) => { if (event.key === "Escape") onDone(); }}
    >
      <label>
        Move {branch.name} to the version
        <select className="field" autoFocus value={to} onChange={(event) => { setTo(event.target.value); }}>
          <option value="">choose one…</option>
          {to !== "" && !known && <option value={to}>the version shown above</option>}
          {others.length > 0 && (
            <optgroup label="Other branches">
              {others.map((one) => (
                <option key={one.name} value={one.head ?? ""}>
                  newest of {one.name}
                </option>
              ))}
            </optgroup>
          )}
          <optgroup label={`Earlier on ${branch.name}`}>
            {log.items.filter((one) => one.id !== branch.head).map((one) => (
              <option key={one.id} value={one.id}>
                {clockWords(one.at_ms, now)}: {shownName(one.message).slice(0, 80) || "no message"}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      {to !== "" && (
        <p role="status">
          {diff.error ? diff.error.message : !diff.data ? "Looking at what will change…" : totals.added + totals.changed + totals.deleted === 0
            ? "No file will differ."
            : `On ${branch.name}, ${count(totals.added)}${more} files will come, ${count(totals.changed)}${more} will change and ${count(totals.deleted)}${more} will go. Pipelines that read it will run.`}
        </p>
      )}
      <label>
        Why? <span className="faint">(may be empty)</span>
        <input className="field" value={message} onChange={(event) => { setMessage(event.target.value); }} dir="auto" />
      </label>
      <div className="data-acts">
        <Button type="submit" look="main" disabled={to === "" || act.isPending}>
          Move {branch.name}
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
      {act.error && <ErrorNote error={act.error} />}
    </form>
  );
}

function Moves({ name, branch, go }: { name: string; branch: BranchInfo; go: Go }) {
  const moves = usePages("branches.moves", { repo: name, name: branch.name, limit: 50 });
  return (
    <Section title={`Where ${branch.name} has been`}>
      {moves.error && <ErrorNote error={moves.error} retry={moves.retry} />}
      {moves.isPending && <Loading what="Reading the moves…" />}
      <ol className="panel data-history">
        {moves.items.map((move, index) => (
          <li key={move.position}>
            <button type="button" disabled={move.new == null} onClick={() => { go({ view: undefined, at: move.new === branch.head ? undefined : (move.new ?? undefined) }); }}>
              <bdi className="ellipsis">{shownName(move.message) || "no message"}</bdi>
              <span className="faint ellipsis">by {shownName(authorName(move.author))}</span>
              <span className="faint nowrap"><When ms={move.at_ms} /></span>
              {index === 0 && <State state="success" word="now" />}
            </button>
          </li>
        ))}
      </ol>
      {moves.hasMore && <Button small onClick={moves.more} disabled={moves.isLoadingMore}>Show older ones</Button>}
    </Section>
  );
}
