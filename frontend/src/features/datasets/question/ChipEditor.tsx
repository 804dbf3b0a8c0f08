import { useEffect, useMemo, useRef, useState } from "react";

import { type Filter, filterWords } from "@/lib/filter";
import { counted } from "@/lib/format";
import { matching } from "@/lib/search";
import { Button } from "@/ui";

import type { Classes } from "@/features/datasets/classes";
import type { Question } from "@/features/datasets/place";
import type { ColumnInfo } from "@/features/datasets/types";
import { Choices } from "./Choices";
import { fieldName, ordered } from "./fields";
import { Booleans, Range, TextTest, Values } from "./Values";

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
          <span className="faint">{{ number: "number", boolean: "yes or no", time: "time" }[column.kind] ?? (column.distinct <= 5_000 ? counted(column.distinct, "value") : "text")}</span>
        </>
      )}
      none={`No field is called "${typed}".`}
    />
  );
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
