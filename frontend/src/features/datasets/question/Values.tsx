/** The parts of a chip's editor: its values, yes or no, a range, or words. */
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";

import { useRead } from "@/api/queries";
import { Histogram } from "@/canvas/Histogram";
import type { Filter, Value } from "@/lib/filter";
import { count } from "@/lib/format";
import { ErrorNote, Loading } from "@/ui";

import type { Classes } from "@/features/datasets/classes";
import { type Question, asked } from "@/features/datasets/place";
import type { ColumnInfo } from "@/features/datasets/types";
import { Choices } from "./Choices";
import { fieldName, holdsClasses, valueName } from "./fields";

interface ValueProps {
  name: string;
  /** The question without this chip. */
  question: Question;
  classes: Classes;
  onChange: (chip: Filter) => void;
}

export function Values({ name, question, classes, chip, column, onChange }: ValueProps & { chip: Extract<Filter, { kind: "in" }>; column: ColumnInfo | undefined }) {
  const [typed, setTyped] = useState("");
  const found = useRead("datasets.values", { name, column: chip.column, prefix: typed, ...asked(question), limit: 50 }, { keep: true });
  const number = column?.kind === "number";
  const chosen = useMemo(() => new Set(chip.values.map(String)), [chip.values]);
  const choices = useMemo(() => {
    // While the answer is on its way the last one stays, less what does not fit.
    const fits = (value: string): boolean => !found.isPlaceholderData || value.toLowerCase().startsWith(typed.toLowerCase());
    const values = (found.data ?? []).filter((one) => fits(one.value)).map((one) => ({ id: one.value, count: one.count as number | null }));
    const listed = new Set(values.map((one) => one.id));
    const rest = typed ? [] : [...chosen].filter((one) => !listed.has(one)).map((one) => ({ id: one, count: null }));
    return [...rest, ...values];
  }, [found.data, found.isPlaceholderData, chosen, typed]);
  if (found.error) return <ErrorNote error={found.error} />;
  return (
    <Choices
      label={`Values of ${fieldName(chip.column)}`}
      placeholder="Find a value"
      typed={typed}
      onType={setTyped}
      choices={choices}
      waiting={found.isPending || found.isPlaceholderData}
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
      none={found.isPending || found.isPlaceholderData ? "Looking…" : typed ? `No value begins with “${typed}”.` : "No values here."}
    />
  );
}

export function Booleans({ chip, onChange }: { chip: Extract<Filter, { kind: "in" }>; onChange: (chip: Filter) => void }) {
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

export function Range({ name, question, chip, time, onChange }: ValueProps & { chip: Extract<Filter, { kind: "range" }>; time: boolean }) {
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

export function TextTest({ chip, onChange }: { chip: Extract<Filter, { kind: "text" }>; onChange: (chip: Filter) => void }) {
  const [typed, setTyped] = useState(chip.value);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => { field.current?.focus(); }, []);
  const take = (): void => { if (typed !== chip.value) onChange({ ...chip, value: typed }); };
  // A moment after the last key; at once when one is done with it, so that no word is lost.
  const later = useEffectEvent(take);
  useEffect(() => {
    const timer = setTimeout(later, 300);
    return () => { clearTimeout(timer); };
  }, [typed]);
  return <input ref={field} className="field" aria-label="Words" placeholder="Words, in any case" value={typed} dir="auto" onChange={(event) => { setTyped(event.target.value); }} onBlur={take} onKeyDown={(event) => { if (event.key === "Enter") take(); }} />;
}
