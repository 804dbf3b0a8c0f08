import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from "react";

import { type Filter, FilterError, filterWords, parseFilter, textAnd } from "@/lib/filter";
import { count } from "@/lib/format";
import { Button, Icon } from "@/ui";

import { chipsOf, withChip } from "@/features/datasets/chips";
import type { Classes } from "@/features/datasets/classes";
import type { Question } from "@/features/datasets/place";
import type { ColumnInfo } from "@/features/datasets/types";
import { ChipEditor } from "./ChipEditor";
import { fieldName, valueName } from "./fields";

interface Props {
  name: string;
  question: Question;
  columns: readonly ColumnInfo[];
  classes: Classes;
  total: number | null;
  matching: number | null;
  /** What the server says against the filter. */
  problem: { message: string; help: string } | null;
  onChange: (where: string) => void;
}

/** The filter as chips, or as text for experts; how many items match it, always. */
export function ChipBar({ name, question, columns, classes, total, matching, problem, onChange }: Props) {
  const { where } = question;
  const chips = chipsOf(where);
  /** The chip that is being changed; one beyond the last is a new one. */
  const [open, setOpen] = useState<number | null>(null);
  const [left, setLeft] = useState(0);
  const [asText, setAsText] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const textual = asText || chips === null;

  function onChipKey(event: KeyboardEvent, index: number): void {
    const all = [...(box.current?.querySelectorAll<HTMLElement>("[data-chip]") ?? [])];
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (move !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      all[index + move]?.focus();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      onChange(withChip(where, index, null));
      (all[index - 1] ?? box.current?.querySelector<HTMLElement>(".add-chip"))?.focus();
    }
  }
  function openAt(index: number, button: HTMLElement): void {
    const bar = box.current?.getBoundingClientRect();
    if (bar) setLeft(Math.max(0, Math.min(bar.width - 340, button.getBoundingClientRect().left - bar.left)));
    setOpen(open === index ? null : index);
  }
  const close = useCallback(() => {
    setOpen(null);
    requestAnimationFrame(() => { box.current?.querySelector<HTMLElement>(".add-chip")?.focus(); });
  }, []);
  return (
    <div className="chip-bar" ref={box} role="group" aria-label="Filter">
      {textual ? (
        <FilterTextField key={where} where={where} problem={problem} onChange={onChange} onChips={() => { setAsText(false); }} />
      ) : (
        <>
          {chips.map((chip, index) => (
            <span key={index} className={`filter-chip${open === index ? " open" : ""}${problem ? " doubtful" : ""}`}>
              <button
                type="button"
                data-chip
                aria-expanded={open === index}
                title="Change it (Enter); take it out (Delete)"
                onClick={(event) => { openAt(index, event.currentTarget); }}
                onKeyDown={(event) => { onChipKey(event, index); }}
              >
                <ChipColour chip={chip} classes={classes} />
                <bdi>{filterWords(told(chip), fieldName)}</bdi>
              </button>
              <button type="button" className="take-out" tabIndex={-1} aria-label={`Take out: ${filterWords(chip, fieldName)}`} onClick={() => { setOpen(null); onChange(withChip(where, index, null)); }}>
                <Icon name="cross" size={12} />
              </button>
            </span>
          ))}
          <button
            type="button"
            className="add-chip"
            aria-expanded={open === chips.length}
            onClick={(event) => { openAt(chips.length, event.currentTarget); }}
            title="Filter by a field (f)"
          >
            <Icon name="plus" size={14} /> Filter
          </button>
          {chips.length > 0 && (
            <Button small look="plain" onClick={() => { setOpen(null); onChange(""); }}>
              Clear
            </Button>
          )}
          <Button small look="plain" onClick={() => { setAsText(true); setOpen(null); }}>
            as text
          </Button>
        </>
      )}
      <output className="chip-count">
        {problem ? null : matching === null || total === null ? (
          <span className="faint">counting…</span>
        ) : where.trim() === "" ? (
          <>
            <strong>{count(total)}</strong> {total === 1 ? "item" : "items"}
          </>
        ) : (
          <>
            <strong>{count(matching)}</strong> of {count(total)} items
          </>
        )}
      </output>
      {open !== null && !textual && (
        <div className="chip-editor-place" style={{ left }}>
          <ChipEditor
            key={open}
            {...{ name, columns, classes }}
            question={{ ...question, where: open < chips.length ? withChip(where, open, null) : where }}
            chip={chips[open] ?? null}
            onChange={(next) => {
              if (open < chips.length) onChange(withChip(where, open, next));
              else if (next) onChange(textAnd(where, next));
            }}
            onClose={close}
          />
        </div>
      )}
      {problem && !textual && (
        <p className="chip-problem" role="alert">
          {problem.message} <span className="quiet">{problem.help}</span>
        </p>
      )}
    </div>
  );
}

/** A chip with the plain words for values that Tilth itself gives. */
function told(chip: Filter): Filter {
  if (chip.kind === "in") return { ...chip, values: chip.values.map((one) => (typeof one === "string" ? valueName(chip.column, one) : one)) };
  if (chip.kind === "all" || chip.kind === "any") return { ...chip, parts: chip.parts.map(told) };
  if (chip.kind === "not") return { ...chip, part: told(chip.part) };
  return chip;
}

function ChipColour({ chip, classes }: { chip: Filter; classes: Classes }) {
  if (chip.kind !== "in" || chip.values.length > 4) return null;
  if (chip.column !== "label" && chip.column !== "prediction" && chip.column !== "given_label") return null;
  return (
    <>
      {chip.values.map((value) => (
        <span
          key={String(value)}
          className={chip.column === "prediction" ? "dot dashed" : "dot"}
          style={{ background: classes.colour(String(value)), borderColor: classes.colour(String(value)) }}
        />
      ))}
    </>
  );
}

/** The filter as text; what is wrong with it stands below, at its place. */
function FilterTextField({
  where,
  problem,
  onChange,
  onChips,
}: {
  where: string;
  problem: Props["problem"];
  onChange: (where: string) => void;
  onChips: () => void;
}) {
  const [typed, setTyped] = useState(where);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => { field.current?.focus(); }, []);
  let wrong: { message: string; at: number } | null = null;
  try {
    parseFilter(typed);
  } catch (error) {
    if (error instanceof FilterError) wrong = { message: error.message, at: error.at };
  }
  const serverAt = /at character (\d+)/.exec(problem?.message ?? "")?.[1];
  const shown = typed === where && problem ? { message: `${problem.message} ${problem.help}`, at: wrong?.at ?? (serverAt ? Number(serverAt) - 1 : null) } : null;
  const at = shown?.at ?? null;
  return (
    <form
      className="filter-text"
      onSubmit={(event) => {
        event.preventDefault();
        onChange(typed.trim());
      }}
    >
      <input
        ref={field}
        className="field mono"
        value={typed}
        spellCheck={false}
        autoComplete="off"
        aria-label="Filter as text"
        aria-invalid={shown !== null}
        placeholder="label = 'cat' and confidence < 0.5"
        onChange={(event) => { setTyped(event.target.value); }}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.stopPropagation();
            if (chipsOf(where)) onChips();
          }
        }}
      />
      <Button type="submit" small look="main" disabled={typed.trim() === where.trim()}>
        Filter
      </Button>
      <Button small look="plain" onClick={() => { if (chipsOf(where) === null) onChange(""); onChips(); }}>
        {chipsOf(where) === null ? "Clear" : "as chips"}
      </Button>
      {shown ? (
        <div className="filter-wrong" role="alert">
          {at !== null && at <= typed.length && (
            <code aria-hidden>
              {typed.slice(Math.max(0, at - 24), at)}
              <mark>{typed.slice(at, at + 1) || "▁"}</mark>
              {typed.slice(at + 1, at + 16)}
            </code>
          )}
          {shown.message}
        </div>
      ) : (
        wrong && typed !== where && <div className="filter-wrong quiet">{wrong.message}</div>
      )}
    </form>
  );
}
