import { useState } from "react";

import { useAct } from "@/api/queries";
import { counted } from "@/lib/format";
import { Button, ErrorNote } from "@/ui";

import { asked } from "@/features/datasets/place";
import type { BulkProps } from "@/features/datasets/props";
import "./slices.css";
import { TYPES, nameOf } from "./words";

/** Make a slice of the selected items, or one that follows the filter which found them. */
export function MakeSlice({ name, question, count, target, go, done, close }: BulkProps) {
  const [words, setWords] = useState("");
  const [type, setType] = useState("bucket");
  const [note, setNote] = useState("");
  const [live, setLive] = useState(false);
  const [add, setAdd] = useState(false);
  const slice = nameOf(words);
  const byFilter = "where" in target;
  const where = byFilter ? target.where : "";
  const create = useAct("slices.create", (made) => {
    done(`Slice ${slice} made of ${live ? "what matches" : counted(made.count, "item")}`, made.commit ?? undefined);
    close();
    go({ view: "slices", of: slice });
  });
  const extend = useAct("slices.set_items", (made) => {
    done(made.commit ? `${counted(made.count, "item")} added to slice ${slice}` : `All of them were in slice ${slice} already`, made.commit ?? undefined);
    close();
  });
  const error = create.error ?? extend.error;
  const busy = create.isPending || extend.isPending;
  return (
    <form
      className="bulk-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!slice) return;
        if (add && "keys" in target) extend.mutate({ dataset: name, name: slice, add: target.keys });
        else
          create.mutate({
            dataset: name,
            name: slice,
            type,
            note,
            live,
            ...("keys" in target ? { keys: target.keys } : { ...asked({ ...question, where }), where: where || "key is not missing" }),
            expect: count,
          });
      }}
    >
      <label>
        <span>What shall it be called?</span>
        <input className="field" autoFocus value={words} dir="auto" placeholder="Blurry photos" onChange={(event) => { setWords(event.target.value); }} />
        {slice && slice !== words && <small className="faint">It will be named {slice}</small>}
      </label>
      {!add && (
        <>
          <label>
            <span>What is it for?</span>
            <select className="field" value={type} onChange={(event) => { setType(event.target.value); }}>
              {TYPES.map((one) => (
                <option key={one.type} value={one.type}>
                  {one.type}: {one.about}
                </option>
              ))}
            </select>
          </label>
          <label className="wide">
            <span>Note (may be empty)</span>
            <input className="field" value={note} dir="auto" onChange={(event) => { setNote(event.target.value); }} />
          </label>
        </>
      )}
      {byFilter && where && (
        <label className="check">
          <input type="checkbox" checked={live} onChange={(event) => { setLive(event.target.checked); }} />
          <span>Follow the filter: whatever matches later is in it, too</span>
        </label>
      )}
      {!byFilter && (
        <label className="check">
          <input type="checkbox" checked={add} onChange={(event) => { setAdd(event.target.checked); }} />
          <span>Add to a slice of that name that exists already</span>
        </label>
      )}
      {error && <ErrorNote error={error} />}
      <div className="bulk-acts">
        <button type="submit" className="button main" disabled={!slice || busy}>
          {busy ? "Saving…" : add ? `Add ${counted(count, "item")}` : live ? "Make a slice that follows the filter" : `Make a slice of ${counted(count, "item")}`}
        </button>
        <Button look="plain" onClick={close}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
