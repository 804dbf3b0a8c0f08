import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";

import { type ComparedItem, type ModelComparison, addressOf, call } from "@/api/client";
import { useMay } from "@/api/may";
import { usePages, useRead } from "@/api/queries";
import { MediaView } from "@/canvas/MediaView";
import { classColours } from "@/lib/colours";
import { count, percent } from "@/lib/format";
import { Button, Empty, ErrorNote, Kbd, Loading } from "@/ui";

import { OUTCOMES, type Outcome } from "@/features/models/place";

/** Why an item went wrong, by the keys 1 to 4. */
const REASONS = [
  ["model_wrong", "the model is wrong"],
  ["label_wrong", "the label is wrong"],
  ["ambiguous", "could be either"],
  ["bad_data", "the item is bad"],
] as const;

interface Asked {
  first: string;
  second: string;
  dataset?: string;
  where?: string;
  at?: string;
}

/** The items that broke, were fixed, or are still wrong; worst first, and a key says why. */
export function ComparedItems({ asked, compared, which, onWhich }: { asked: Asked; compared: ModelComparison; which: Outcome; onWhich: (which: Outcome) => void }) {
  const items = usePages("models.compared", { ...asked, outcome: which, limit: 60 });
  const dataset = useRead("datasets.get", { name: compared.dataset });
  const mayMark = useMay("datasets.mark") && !asked.at;
  const cache = useQueryClient();
  const [said, setSaid] = useState<{ words: string; commit: string } | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [marks, setMarks] = useState<ReadonlyMap<string, string | null>>(new Map());
  const box = useRef<HTMLUListElement>(null);
  const counts: Record<Outcome, number> = { broken: compared.broken, fixed: compared.fixed, still_wrong: compared.still_wrong };
  const colour = useMemo(() => classColours(dataset.data ?? { classes: [], definition: {} }), [dataset.data]);

  async function mark(item: ComparedItem, reason: (typeof REASONS)[number]): Promise<void> {
    const taken = (marks.get(item.key) ?? item.mark) === reason[0];
    setFailed(null);
    try {
      const act = await call("datasets.mark", { name: compared.dataset, mark: taken ? null : reason[0], keys: [item.key] });
      setMarks((now) => new Map(now).set(item.key, taken ? null : reason[0]));
      setSaid({ words: taken ? `Took the mark off ${item.key}` : `Marked ${item.key}: ${reason[1]}`, commit: act.commit });
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
  }
  async function undo(commit: string): Promise<void> {
    try {
      await call("datasets.undo", { name: compared.dataset, commit });
      setSaid(null);
      setMarks(new Map());
      void cache.invalidateQueries({ queryKey: ["models.compared"] });
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
  }
  function onKey(event: React.KeyboardEvent): void {
    const tiles = [...(box.current?.querySelectorAll<HTMLElement>("[data-place]") ?? [])];
    const at = tiles.indexOf(document.activeElement as HTMLElement);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const across = Math.max(1, tiles.filter((tile) => tile.offsetTop === tiles[0]?.offsetTop).length);
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across };
    const step = steps[event.key];
    const reason = REASONS[Number(event.key) - 1];
    const item = items.items[at];
    if (step !== undefined) {
      event.preventDefault();
      tiles[Math.max(0, Math.min(tiles.length - 1, at + step))]?.focus();
    } else if (reason && item && mayMark) {
      event.preventDefault();
      void mark(item, reason);
      tiles[at + 1]?.focus();
    }
  }
  return (
    <section className="section" aria-label="Items">
      <div className="models-bar">
        <div className="chips" role="group" aria-label="Which items">
          {OUTCOMES.map(([value, word]) => (
            <button key={value} type="button" className="chip" aria-pressed={which === value} onClick={() => { onWhich(value); }}>{word} {count(counts[value])}</button>
          ))}
        </div>
        <span className="faint">
          {which === "fixed" ? "Where the first was surest, first" : "Where the second is surest, first"}
          {mayMark && <>. On an item: {REASONS.map(([, word], index) => <span key={word}> <Kbd>{index + 1}</Kbd> {word}</span>)}</>}
        </span>
      </div>
      <div role="status" className="compare-said">
        {said && <>{said.words}, saved. <button type="button" className="button plain small" onClick={() => void undo(said.commit)}>Undo</button></>}
      </div>
      {failed && <ErrorNote error={{ message: failed }} />}
      {items.error && <ErrorNote error={items.error} retry={items.retry} />}
      {items.isPending && <Loading what="Finding the items…" />}
      {!items.isPending && !items.error && items.items.length === 0 && (
        <div className="panel"><Empty title={which === "broken" ? "Nothing broke" : which === "fixed" ? "Nothing was fixed" : "Nothing is still wrong"} /></div>
      )}
      <ul className={`compare-items${items.items[0]?.media.kind === "text" || items.items[0]?.media.kind === "none" ? " words" : ""}`} ref={box} onKeyDown={onKey}>
        {items.items.map((item, index) => (
          <li key={item.key} data-place={index} tabIndex={0} aria-label={`${item.key}: label ${item.label}, was ${item.first}, is ${item.second}`}>
            {item.media.kind === "none" ? (
              <div className="compare-none"><bdi>{item.key}</bdi></div>
            ) : (
              <div className="compare-media"><MediaView media={item.media} name={item.key} address={addressFor(compared.dataset, item)} fit="tile" /></div>
            )}
            <div className="compare-words">
              <Said word="label" label={item.label} colour={colour(item.label)} solid />
              <Said word="was" label={item.first} colour={colour(item.first)} sure={item.first_confidence} right={item.first === item.label} />
              <Said word="is" label={item.second} colour={colour(item.second)} sure={item.second_confidence} right={item.second === item.label} />
            </div>
            <div className="compare-foot">
              <Link to="/datasets/$name" params={{ name: compared.dataset }} search={{ item: item.key }} className="ellipsis" title={item.key}><bdi>{item.key}</bdi></Link>
              {markOf(marks.has(item.key) ? marks.get(item.key) : item.mark)}
            </div>
          </li>
        ))}
      </ul>
      {items.hasMore && <div><Button onClick={items.more} disabled={items.isLoadingMore}>{items.isLoadingMore ? "Loading…" : "Show more items"}</Button></div>}
    </section>
  );
}

function Said({ word, label, colour, sure, solid, right }: { word: string; label: string; colour: string | undefined; sure?: number | null; solid?: boolean; right?: boolean }) {
  return (
    <div className="compare-word">
      <span className="faint">{word}</span>
      <span className={`compare-label${solid ? "" : " dashed"}`} style={{ borderColor: colour ?? "var(--ink-3)" }}><bdi>{label}</bdi></span>
      {sure != null && <small className="faint">{percent(sure, 0)}</small>}
      {right !== undefined && <small className={right ? "faint" : "need"}>{right ? "right" : "wrong"}</small>}
    </div>
  );
}

function markOf(mark: string | null | undefined) {
  if (!mark) return null;
  return <span className="tag need">{REASONS.find(([value]) => value === mark)?.[1] ?? mark}</span>;
}

function addressFor(dataset: string, item: ComparedItem): string | null {
  if (!item.media.reference) return null;
  return item.media.kind === "image" ? addressOf("datasets.thumbnail", { name: dataset, key: item.key, size: 256 }) : addressOf("files.read", { reference: item.media.reference });
}
