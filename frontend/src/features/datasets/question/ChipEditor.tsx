import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";

import { useRead } from "@/api/queries";
import { Histogram } from "@/canvas/Histogram";
import { type Filter, type Value, filterWords } from "@/lib/filter";
import { count } from "@/lib/format";
import { matching } from "@/lib/search";
import { Button, ErrorNote, Icon, Loading } from "@/ui";

import type { Classes } from "@/features/datasets/classes";
import { type Question, asked } from "@/features/datasets/place";
import type { ColumnInfo } from "@/features/datasets/types";
import { fieldName, holdsClasses, ordered, valueName } from "./fields";

interface Props {
  name: string;
  /** The question without this chip, so that its choices say how many items each would give. */
  question: Question;
  columns: readonly ColumnInfo[];
  classes: Classes;
  chip: Filter | null;
  onChange: (chip: Filter | null) => void;
  onClose: () => void;
}

/** Where a chip is made and changed: a field, then its values, its range, or its alternatives. */
export function ChipEditor(props: Props) {
  const { onClose, onChange } = props;
  // What is being made; it becomes the filter's as soon as it says something.
  const [chip, setChip] = useState(props.chip);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    function outside(event: PointerEvent): void {
      if (!box.current?.contains(event.target as Node)) onClose();
    }
    window.addEventListener("pointerdown", outside);
    return () => { window.removeEventListener("pointerdown", outside); };
  }, [onClose]);
  return (
    <div
      ref={box}
      className="chip-editor"
      role="dialog"
      aria-label={chip ? `Change the filter: ${filterWords(chip, fieldName)}` : "Add a filter"}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          onClose();
        }
      }}
    >
      <Inside
        {...props}
        chip={chip}
        onChange={(next) => {
          setChip(next);
          if (next === null || complete(next)) onChange(next);
          if (next === null) onClose();
        }}
      />
    </div>
  );
}

/** Whether a condition says something already. */
function complete(filter: Filter): boolean {
  switch (filter.kind) {
    case "in":
      return filter.values.length > 0;
    case "range":
      return filter.low !== null || filter.high !== null;
    case "text":
      return filter.value !== "";
    case "any":
    case "all":
      return filter.parts.length > 0 && filter.parts.every(complete);
    case "not":
      return complete(filter.part);
    default:
      return true;
  }
}

function Inside(props: Props) {
  const { chip, columns, onChange } = props;
  if (chip === null) return <FieldPicker columns={columns} onPick={(column) => { onChange(firstChip(column)); }} />;
  if (chip.kind === "any" || chip.kind === "all" || chip.kind === "not") return <Group {...props} chip={chip} />;
  const column = columns.find((one) => one.name === chip.column);
  return (
    <>
      <div className="chip-editor-head">
        <strong>{fieldName(chip.column)}</strong>
        {chip.kind !== "range" && chip.kind !== "columns" && (
          <select
            className="field"
            aria-label="How"
            value={`${chip.kind === "text" ? chip.how : chip.kind}${chip.not ? " not" : ""}`}
            onChange={(event) => { onChange(changedHow(chip, event.target.value)); }}
          >
            <option value="in">is</option>
            <option value="in not">is not</option>
            {(column?.kind === "text" || chip.kind === "text") && (
              <>
                <option value="contains">contains</option>
                <option value="contains not">does not contain</option>
                <option value="starts with">starts with</option>
              </>
            )}
            <option value="missing">is missing</option>
            <option value="missing not">is there</option>
          </select>
        )}
      </div>
      {chip.kind === "in" && (column?.kind === "boolean" ? <Booleans chip={chip} onChange={onChange} /> : <Values {...props} chip={chip} column={column} />)}
      {chip.kind === "range" && <Range {...props} chip={chip} time={column?.kind === "time"} />}
      {chip.kind === "text" && <TextTest chip={chip} onChange={onChange} />}
      {chip.kind === "columns" && <p className="quiet">{filterWords(chip, fieldName)}. Change it “as text”.</p>}
      <Foot {...props} chip={chip} />
    </>
  );
}

function Foot({ chip, onChange, onClose }: Props & { chip: Filter }) {
  return (
    <div className="chip-editor-foot">
      <Button small look="plain" onClick={() => { onChange({ kind: "any", parts: [...(chip.kind === "any" ? chip.parts : [chip])] }); }} title="Items that fit this, or something else">
        or…
      </Button>
      <Button small look="plain" onClick={() => { onChange(null); }}>
        Take it out
      </Button>
      <Button small look="main" onClick={onClose}>
        Done
      </Button>
    </div>
  );
}

/** What a new chip of a field asks first. */
function firstChip(column: ColumnInfo): Filter {
  if (column.kind === "boolean") return { kind: "in", column: column.name, values: [true], not: false };
  if (column.kind === "number" || column.kind === "time") return { kind: "range", column: column.name, low: null, high: null };
  if (column.role === "key" || (column.role === "field" && column.distinct > 5_000)) return { kind: "text", column: column.name, how: "contains", value: "", not: false };
  return { kind: "in", column: column.name, values: [], not: false };
}

function changedHow(chip: Exclude<Filter, { kind: "any" | "all" | "not" | "range" | "columns" }>, how: string): Filter {
  const not = how.endsWith(" not");
  const kind = how.replace(" not", "");
  const column = chip.column;
  if (kind === "missing") return { kind: "missing", column, not };
  if (kind === "in") return { kind: "in", column, values: chip.kind === "in" ? chip.values : chip.kind === "text" && chip.value ? [chip.value] : [], not };
  const value = chip.kind === "text" ? chip.value : chip.kind === "in" && typeof chip.values[0] === "string" ? chip.values[0] : "";
  return { kind: "text", column, how: kind as "contains", value, not };
}

/** A list to choose from by typing; arrows move, Enter or Space chooses. */
function Choices<T extends { id: string }>({
  label,
  placeholder,
  typed,
  onType,
  choices,
  chosen,
  onChoose,
  row,
  none,
}: {
  label: string;
  placeholder: string;
  typed: string;
  onType: (typed: string) => void;
  choices: readonly T[];
  chosen?: ReadonlySet<string>;
  onChoose: (choice: T) => void;
  row: (choice: T) => ReactNode;
  none: ReactNode;
}) {
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => { field.current?.focus(); }, []);
  const here = Math.min(at, choices.length - 1);
  function onKey(event: KeyboardEvent): void {
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, PageDown: here + 8, PageUp: here - 8 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const next = Math.max(0, Math.min(choices.length - 1, to));
      setAt(next);
      list.current?.children[next]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && choices[here]) {
      event.preventDefault();
      onChoose(choices[here]);
    }
  }
  return (
    <>
      <input
        ref={field}
        className="field"
        role="combobox"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={choices[here] ? `${id}-${here}` : undefined}
        aria-label={label}
        placeholder={placeholder}
        value={typed}
        onChange={(event) => { onType(event.target.value); setAt(0); }}
        onKeyDown={onKey}
      />
      <ul id={id} ref={list} className="choices" role="listbox" aria-label={label} aria-multiselectable={chosen !== undefined}>
        {choices.map((choice, index) => (
          <li
            key={choice.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={chosen ? chosen.has(choice.id) : index === here}
            className={index === here ? "here" : ""}
            onMouseMove={() => { setAt(index); }}
            onClick={() => { onChoose(choice); }}
          >
            {chosen && <span className="box" aria-hidden>{chosen.has(choice.id) && <Icon name="check" size={12} />}</span>}
            {row(choice)}
          </li>
        ))}
      </ul>
      {choices.length === 0 && <p className="quiet none">{none}</p>}
    </>
  );
}

function FieldPicker({ columns, onPick }: { columns: readonly ColumnInfo[]; onPick: (column: ColumnInfo) => void }) {
  const [typed, setTyped] = useState("");
  const found = useMemo(
    () => matching(ordered(columns), typed, (column) => `${fieldName(column.name)} ${column.name}`).map((column) => ({ id: column.name, column })),
    [columns, typed],
  );
  return (
    <Choices
      label="Field"
      placeholder="Which field?"
      typed={typed}
      onType={setTyped}
      choices={found}
      onChoose={(choice) => { onPick(choice.column); }}
      row={({ column }) => (
        <>
          <span className="grow" dir="auto">{fieldName(column.name)}</span>
          <span className="faint">{{ number: "number", boolean: "yes or no", time: "time" }[column.kind] ?? (column.distinct <= 5_000 ? `${count(column.distinct)} values` : "text")}</span>
        </>
      )}
      none={`No field is called "${typed}".`}
    />
  );
}

function Values({ name, question, classes, chip, column, onChange }: Props & { chip: Extract<Filter, { kind: "in" }>; column: ColumnInfo | undefined }) {
  const [typed, setTyped] = useState("");
  const found = useRead("datasets.values", { name, column: chip.column, prefix: typed, ...asked(question), limit: 50 }, { keep: true });
  const number = column?.kind === "number";
  const chosen = useMemo(() => new Set(chip.values.map(String)), [chip.values]);
  const choices = useMemo(() => {
    const values = (found.data ?? []).map((one) => ({ id: one.value, count: one.count as number | null }));
    const listed = new Set(values.map((one) => one.id));
    const rest = typed ? [] : [...chosen].filter((one) => !listed.has(one)).map((one) => ({ id: one, count: null }));
    return [...rest, ...values];
  }, [found.data, chosen, typed]);
  if (found.error) return <ErrorNote error={found.error} />;
  return (
    <Choices
      label={`Values of ${fieldName(chip.column)}`}
      placeholder="Find a value"
      typed={typed}
      onType={setTyped}
      choices={choices}
      chosen={chosen}
      onChoose={({ id }) => {
        const value: Value = number ? Number(id) : id;
        onChange({ ...chip, values: chip.values.includes(value) ? chip.values.filter((one) => one !== value) : [...chip.values, value] });
      }}
      row={(choice) => (
        <>
          {holdsClasses(chip.column) && <span className={`dot${chip.column === "prediction" ? " dashed" : ""}`} style={{ background: classes.colour(choice.id), borderColor: classes.colour(choice.id) }} />}
          <span className="grow ellipsis" dir="auto" title={choice.id}>{valueName(chip.column, choice.id) || "(empty)"}</span>
          <span className="faint">{choice.count === null ? "" : count(choice.count)}</span>
        </>
      )}
      none={found.isPending ? "Looking…" : typed ? `No value begins with “${typed}”.` : "No values here."}
    />
  );
}

function Booleans({ chip, onChange }: { chip: Extract<Filter, { kind: "in" }>; onChange: (chip: Filter) => void }) {
  const now = chip.values[0] === true;
  return (
    <div className="chips" role="group" aria-label="Which">
      {[true, false].map((value) => (
        <button key={String(value)} type="button" className="chip" aria-pressed={now === value} onClick={() => { onChange({ ...chip, values: [value], not: false }); }}>
          {value ? "yes" : "no"}
        </button>
      ))}
    </div>
  );
}

function Range({ name, question, chip, time, onChange }: Props & { chip: Extract<Filter, { kind: "range" }>; time: boolean }) {
  const args = { name, columns: [chip.column], ...asked(question), bins: 40 };
  const found = useRead("datasets.histograms", args, { keep: true, enabled: !time });
  const histogram = found.data?.[0];
  const bins = histogram?.bins ?? [];
  const highest = bins.at(-1)?.high ?? 0;
  const low = chip.low?.value;
  const high = chip.high?.value;
  return (
    <>
      {found.error && <ErrorNote error={found.error} />}
      {!time && found.isPending && <Loading what="Counting…" />}
      {histogram && bins.length > 0 && (
        <Histogram
          label={`${fieldName(chip.column)}, ${count(histogram.n)} items`}
          bins={bins}
          chosen={typeof low === "number" || typeof high === "number" ? { low: typeof low === "number" ? low : (bins[0]?.low ?? 0), high: typeof high === "number" ? high : highest } : null}
          onChoose={(range) => {
            onChange({
              ...chip,
              low: range && { value: Number(range.low.toPrecision(12)), closed: true },
              high: range && { value: range.high >= highest ? highest : Number(range.high.toPrecision(12)), closed: range.high >= highest },
            });
          }}
        />
      )}
      {histogram && bins.length === 0 && <p className="quiet">No item here has this number.</p>}
      <div className="range-fields">
        {(["low", "high"] as const).map((end) => (
          <BoundField
            key={end}
            label={end === "low" ? "from" : "to"}
            time={time}
            value={chip[end]?.value}
            onChange={(value) => { onChange({ ...chip, [end]: value === null ? null : { value, closed: true } }); }}
          />
        ))}
      </div>
      {histogram && histogram.missing > 0 && <p className="faint">{count(histogram.missing)} items have none.</p>}
    </>
  );
}

function BoundField({ label, value, time, onChange }: { label: string; value: number | string | undefined; time: boolean; onChange: (value: number | string | null) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? (value === undefined ? "" : String(value));
  const wrong = typed !== null && typed.trim() !== "" && (time ? Number.isNaN(Date.parse(typed)) : !Number.isFinite(Number(typed)));
  function take(): void {
    if (typed === null || wrong) return;
    setTyped(null);
    onChange(typed.trim() === "" ? null : time ? typed.trim() : Number(typed));
  }
  return (
    <label>
      {label}
      <input
        className="field"
        inputMode={time ? "text" : "decimal"}
        placeholder={time ? "2026-01-31 10:00" : "any"}
        value={shown}
        aria-invalid={wrong}
        onChange={(event) => { setTyped(event.target.value); }}
        onBlur={take}
        onKeyDown={(event) => { if (event.key === "Enter") take(); }}
      />
    </label>
  );
}

function TextTest({ chip, onChange }: { chip: Extract<Filter, { kind: "text" }>; onChange: (chip: Filter) => void }) {
  const [typed, setTyped] = useState(chip.value);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => { field.current?.focus(); }, []);
  useEffect(() => {
    if (typed === chip.value) return;
    const timer = setTimeout(() => { onChange({ ...chip, value: typed }); }, 300);
    return () => { clearTimeout(timer); };
  });
  return <input ref={field} className="field" aria-label="Words" placeholder="Words, in any case" value={typed} dir="auto" onChange={(event) => { setTyped(event.target.value); }} />;
}

/** Alternatives: any of some conditions, each of which can be changed. */
function Group({ chip, ...props }: Props & { chip: Extract<Filter, { kind: "any" | "all" | "not" }> }) {
  const { onChange, onClose } = props;
  const [open, setOpen] = useState<number | "new" | null>(chip.kind !== "not" && chip.parts.length < 2 ? "new" : null);
  if (chip.kind === "not")
    return (
      <>
        <p>{filterWords(chip, fieldName)}</p>
        <div className="chip-editor-foot">
          <Button small look="plain" onClick={() => { onChange(chip.part); }}>
            The opposite
          </Button>
          <Button small look="plain" onClick={() => { onChange(null); }}>
            Take it out
          </Button>
        </div>
      </>
    );
  function replaced(index: number, part: Filter | null): void {
    if (chip.kind === "not") return;
    const parts = [...chip.parts];
    parts.splice(index, 1, ...(part ? [part] : []));
    const first = parts[0];
    onChange(parts.length === 0 ? null : parts.length === 1 && first ? first : { ...chip, parts });
  }
  return (
    <>
      <div className="chip-editor-head">
        <strong>{chip.kind === "any" ? "Any of these" : "All of these"}</strong>
      </div>
      <ul className="group-parts">
        {chip.parts.map((part, index) => (
          <li key={index}>
            <div className="group-part">
              <button type="button" className="grow" aria-expanded={open === index} onClick={() => { setOpen(open === index ? null : index); }}>
                <bdi>{filterWords(part, fieldName)}</bdi>
              </button>
              <Button small look="plain" icon="cross" aria-label={`Take out: ${filterWords(part, fieldName)}`} onClick={() => { setOpen(null); replaced(index, null); }} />
            </div>
            {open === index && (
              <div className="group-inside">
                <Inside {...props} chip={part} onChange={(next) => { replaced(index, next && next.kind === "any" && chip.kind === "any" && next.parts.length === 1 ? part : next); }} onClose={() => { setOpen(null); }} />
              </div>
            )}
          </li>
        ))}
        <li>
          {open === "new" ? (
            <div className="group-inside">
              <FieldPicker
                columns={props.columns}
                onPick={(column) => {
                  onChange({ ...chip, parts: [...chip.parts, firstChip(column)] });
                  setOpen(chip.parts.length);
                }}
              />
            </div>
          ) : (
            <Button small look="plain" icon="plus" onClick={() => { setOpen("new"); }}>
              {chip.kind === "any" ? "or…" : "and…"}
            </Button>
          )}
        </li>
      </ul>
      <div className="chip-editor-foot">
        <Button small look="plain" onClick={() => { onChange(null); }}>
          Take it out
        </Button>
        <Button small look="main" onClick={onClose}>
          Done
        </Button>
      </div>
    </>
  );
}
