import { Link } from "@tanstack/react-router";
import { type KeyboardEvent, type MouseEvent, type ReactNode, Suspense, useState } from "react";

import { useRead } from "@/api/queries";
import { MediaView } from "@/canvas/MediaView";
import { count, percent, plain, short } from "@/lib/format";
import { Button, ErrorNote, Icon, Kbd, Loading, SidePanel, When } from "@/ui";

import { type Acts, MARKS, markWord } from "@/features/datasets/acts/useActs";
import { withValue } from "@/features/datasets/chips";
import type { Classes } from "@/features/datasets/classes";
import { wholeOf } from "@/features/datasets/media";
import { type Go, type Question, asked } from "@/features/datasets/place";
import { fieldName, valueName } from "@/features/datasets/question/fields";
import type { DatasetInfo, ItemDetail, ItemInfo } from "@/features/datasets/types";
import { ITEM_PARTS } from "@/features/datasets/views";

interface Props {
  name: string;
  dataset: DatasetInfo;
  question: Question;
  classes: Classes;
  acts: Acts;
  mayWrite: boolean;
  itemKey: string;
  /** Its place among the matching items; -1 when it is not among those that are read. */
  place: number;
  matching: number | null;
  known: ItemInfo | undefined;
  go: Go;
  onStep: (by: number) => void;
  onClose: () => void;
}

/** One item: all that is known about it, and what one can do. */
export function ItemPanel({ name, dataset, question, classes, acts, mayWrite, itemKey, place, matching, known, go, onStep, onClose }: Props) {
  const { model, at } = asked(question);
  const found = useRead("datasets.item", { name, key: itemKey, ...(model ? { model } : {}), ...(at ? { at } : {}) });
  const item = found.data?.item ?? known;
  function onKey(event: KeyboardEvent): void {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by === undefined || typing || event.altKey || event.ctrlKey || (event.target as HTMLElement).closest("[role=slider], .media-text")) return;
    event.preventDefault();
    onStep(by);
  }
  return (
    <SidePanel
      title={<bdi title={itemKey}>{itemKey}</bdi>}
      label="the item"
      onClose={onClose}
      acts={
        <>
          <span className="faint nowrap">{place >= 0 && matching !== null ? `${count(place + 1)} of ${count(matching)}` : ""}</span>
          <Button small look="plain" icon="left" aria-label="The item before" title="The item before (←)" disabled={place === 0} onClick={() => { onStep(-1); }} />
          <Button small look="plain" icon="right" aria-label="The next item" title="The next item (→)" disabled={matching !== null && place === matching - 1} onClick={() => { onStep(1); }} />
        </>
      }
    >
      <div className="item-panel" onKeyDown={onKey}>
        {found.error && <ErrorNote error={found.error} retry={() => void found.refetch()} />}
        {!item && !found.error && <Loading what="Reading the item…" />}
        {item && (
          <>
            {item.media.kind !== "none" && <MediaView media={item.media} name={item.key} address={wholeOf(item)} />}
            <Labels item={item} classes={classes} />
            {mayWrite && <Fix {...{ item, classes, acts }} ruling={found.data?.ruling ?? false} />}
            {found.data && found.data.answers.length > 0 && <Answers detail={found.data} classes={classes} />}
            <Fields {...{ item, question, go }} />
            {found.data && <History detail={found.data} classes={classes} />}
            {ITEM_PARTS.map((part) => (
              <Part key={part.id} title={part.label}>
                <Suspense fallback={<Loading what="Looking…" />}>
                  <part.component {...{ name, question, item, go }} />
                </Suspense>
              </Part>
            ))}
            {(item.media.reference || dataset.versions > 0) && (
              <p className="item-from">
                <Icon name="lineage" size={14} />
                <Link to="/lineage" search={{ of: `${name}@${dataset.versions > 0 ? "versions" : "main"}`, dataset: name, item: item.key }}>Where it came from and what came from it</Link>
                <Link to="/report" search={{ of: item.media.reference ?? `${name}@versions`, dataset: name, item: item.key }}>Report</Link>
              </p>
            )}
          </>
        )}
      </div>
    </SidePanel>
  );
}

function Part({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="item-part">
      <h3>
        {title} {aside && <small className="faint">{aside}</small>}
      </h3>
      {children}
    </section>
  );
}

function Labels({ item, classes }: { item: ItemInfo; classes: Classes }) {
  const wrong = item.correct === false;
  return (
    <dl className="item-labels">
      <div>
        <dt>Label</dt>
        <dd>
          {item.label == null ? (
            <span className="faint">none yet</span>
          ) : (
            <>
              <span className="dot" style={{ background: classes.colour(item.label) }} />
              <strong dir="auto">{item.label}</strong>
              {item.label_confidence != null && item.labeled_by !== "fixed" && <span className="faint">{percent(item.label_confidence, 0)} sure</span>}
              <span className="faint">
                {item.labeled_by === "fixed" ? "fixed by an expert" : item.labeled_by === "people" ? "by labelers" : item.labeled_by === "given" ? "as given" : ""}
              </span>
            </>
          )}
        </dd>
        {item.labeled_by === "fixed" && item.given_label != null && item.given_label !== item.label && (
          <dd className="faint">
            before: <s dir="auto">{item.given_label}</s>
          </dd>
        )}
      </div>
      {item.prediction != null && (
        <div>
          <dt>Model says</dt>
          <dd>
            <span className="dot dashed" style={{ borderColor: classes.colour(item.prediction) }} />
            <strong dir="auto" className={wrong ? "wrong" : ""}>
              {item.prediction}
            </strong>
            {item.confidence != null && (
              <>
                <span className="sure" aria-hidden>
                  <span style={{ width: `${100 * item.confidence}%`, background: classes.colour(item.prediction) }} />
                </span>
                <span className="faint">{percent(item.confidence, 0)} sure</span>
              </>
            )}
            {wrong && <span className="tag need">differs from the label</span>}
          </dd>
        </div>
      )}
      {item.mark != null && (
        <div>
          <dt>Mark</dt>
          <dd>{markWord(item.mark)}</dd>
        </div>
      )}
    </dl>
  );
}

/** The second click of a double one on a tile falls on the panel that the first one opened: it was not meant for a button there. */
function meant(event: MouseEvent): boolean {
  return event.detail <= 1;
}

/** Fix the label in place, or say what is wrong; each by one key. */
function Fix({ item, classes, acts, ruling }: { item: ItemInfo; classes: Classes; acts: Acts; ruling: boolean }) {
  const [other, setOther] = useState<string | null>(null);
  return (
    <Part title="The right label is" aside={ruling ? "your word is final for its labeling task, too" : undefined}>
      <div className="class-picks" role="group" aria-label="The right label">
        {classes.names.slice(0, 20).map((name) => (
          <button key={name} type="button" className="class-pick" aria-pressed={item.label === name} disabled={acts.busy !== null} onClick={(event) => { if (meant(event)) void acts.fix(name, { keys: [item.key] }, 1); }}>
            <span className="dot" style={{ background: classes.colour(name) }} />
            <bdi>{name}</bdi>
            {classes.digit(name) !== null && <Kbd>{classes.digit(name)}</Kbd>}
          </button>
        ))}
        {other === null ? (
          <Button small look="plain" onClick={() => { setOther(""); }}>
            another…
          </Button>
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (other.trim()) void acts.fix(other.trim(), { keys: [item.key] }, 1).then((good) => { if (good) setOther(null); });
            }}
          >
            <input className="field other" autoFocus aria-label="Another class" placeholder="another class" value={other} dir="auto" onChange={(event) => { setOther(event.target.value); }} onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); setOther(null); } }} />
          </form>
        )}
      </div>
      <div className="item-marks" role="group" aria-label="Or mark it">
        {MARKS.map((one) => (
          <button key={one.mark} type="button" className="chip" aria-pressed={item.mark === one.mark} title={one.about} disabled={acts.busy !== null} onClick={(event) => { if (meant(event)) void acts.mark(item.mark === one.mark ? null : one.mark, [item.key]); }}>
            {one.word} <Kbd>{one.key}</Kbd>
          </button>
        ))}
      </div>
    </Part>
  );
}

function Answers({ detail, classes }: { detail: ItemDetail; classes: Classes }) {
  const { answers } = detail;
  return (
    <Part title="Who labeled it" aside={`${count(answers.length)} ${answers.length === 1 ? "answer" : "answers"}; people are never named`}>
      <ul className="item-answers">
        {answers.map((answer, index) => {
          const label = answer["label"];
          const seconds = answer["seconds"];
          const said = typeof label === "string" ? label : JSON.stringify(label);
          return (
            <li key={index}>
              <Icon name="person" size={14} />
              <span className="mono faint">{String(answer["worker"] ?? "")}</span>
              <span>
                <span className="dot" style={{ background: classes.colour(said) }} /> <bdi>{said}</bdi>
              </span>
              {answer["unsure"] === true && <span className="tag need">unsure</span>}
              {typeof answer["state"] === "string" && answer["state"] !== "accepted" && <span className="tag">{answer["state"]}</span>}
              <span className="faint">{typeof seconds === "number" ? `${seconds.toFixed(1)} s` : ""}</span>
            </li>
          );
        })}
      </ul>
    </Part>
  );
}

/** Where an item lies on the map says nothing by itself. */
const PLACES: ReadonlySet<string> = new Set(["x", "y"]);

function Fields({ item, question, go }: { item: ItemInfo; question: Question; go: Go }) {
  const entries = Object.entries(item.fields).filter(([name, value]) => value !== null && value !== "" && !name.startsWith("p.") && !PLACES.has(name) && value !== item.key);
  const chances = Object.entries(item.fields)
    .filter((entry): entry is [string, number] => entry[0].startsWith("p.") && typeof entry[1] === "number")
    .sort((a, b) => b[1] - a[1])
    .slice(0, 5);
  return (
    <>
      {chances.length > 0 && (
        <Part title="The model's chances">
          <ul className="chances">
            {chances.map(([name, value]) => (
              <li key={name}>
                <bdi className="ellipsis">{name.slice(2)}</bdi>
                <span className="sure" aria-hidden>
                  <span style={{ width: `${100 * value}%` }} />
                </span>
                <span className="faint">{percent(value)}</span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      {entries.length > 0 && (
        <Part title="Fields">
          <dl className="item-fields">
            {entries.map(([name, value]) => (
              <div key={name}>
                <dt title={name} dir="auto">{fieldName(name)}</dt>
                <dd dir="auto">
                  {typeof value === "string" || typeof value === "boolean" ? (
                    <button type="button" className="field-value" title="Only items like this" onClick={() => { go({ where: withValue(question.where, name, value) || undefined }); }}>
                      {typeof value === "string" ? valueName(name, value) || "(empty)" : value ? "yes" : "no"}
                    </button>
                  ) : typeof value === "number" ? (
                    Number.isInteger(value) ? count(value) : Number(value.toPrecision(5))
                  ) : (
                    JSON.stringify(value)
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </Part>
      )}
    </>
  );
}

function History({ detail, classes }: { detail: ItemDetail; classes: Classes }) {
  if (detail.history.length === 0 && detail.slices.length === 0) return null;
  return (
    <Part title="What happened to it">
      {detail.slices.length > 0 && (
        <p>
          In {detail.slices.map((slice) => <span key={slice} className="tag"><bdi>{slice}</bdi></span>)}
        </p>
      )}
      <ol className="item-history">
        {detail.history.map((event) => (
          <li key={`${event.commit}${event.kind}${event.label ?? ""}`}>
            <span>
              {event.kind === "fixed" ? "fixed to " : event.kind === "marked" ? "marked " : event.label ? "given as " : "a fix taken back: as it was given"}
              {event.kind !== "marked" && event.label && <span className="dot" style={{ background: classes.colour(event.label) }} />}{" "}
              <strong dir="auto">{event.kind === "marked" ? markWord(event.label ?? "") : event.label}</strong>
              {event.reason && <bdi className="quiet">: {event.reason}</bdi>}
            </span>
            <span className="faint">
              {plain(event.by)}{event.at_ms > 0 && <>, <When ms={event.at_ms} /></>} <span className="mono" title={event.commit}>{short(event.commit).slice(0, 7)}</span>
            </span>
          </li>
        ))}
      </ol>
    </Part>
  );
}
