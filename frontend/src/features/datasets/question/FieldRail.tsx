import { useMemo, useState } from "react";

import { useRead } from "@/api/queries";
import { Histogram, ValueBars } from "@/canvas/Histogram";
import { count } from "@/lib/format";
import { ErrorNote, Icon, Loading } from "@/ui";

import { chosenRange, chosenValues, withRange, withValue } from "@/features/datasets/chips";
import type { Classes } from "@/features/datasets/classes";
import { type Question, asked } from "@/features/datasets/place";
import type { ColumnInfo, HistogramInfo } from "@/features/datasets/types";
import { fieldName, holdsClasses, opensItself, ordered, valueName } from "./fields";

interface Props {
  name: string;
  question: Question;
  columns: readonly ColumnInfo[];
  classes: Classes;
  onChange: (where: string) => void;
}

const AT_FIRST = 6;

/** The fields with how they spread: matching items in front, all items as ghosts behind. A bar, or a brush, filters. */
export function FieldRail({ name, question, columns, classes, onChange }: Props) {
  const listed = useMemo(() => ordered(columns), [columns]);
  const first = useMemo(() => new Set(listed.filter(opensItself).slice(0, AT_FIRST).map((column) => column.name)), [listed]);
  const [changed, setChanged] = useState<Readonly<Record<string, boolean>>>({});
  const isOpen = (column: string): boolean => changed[column] ?? first.has(column);
  const open = listed.filter((column) => isOpen(column.name)).map((column) => column.name);
  const { where, ...rest } = asked(question);
  const filtered = useRead("datasets.histograms", { name, columns: open, ...rest, ...(where ? { where } : {}), bins: 24 }, { keep: true, enabled: open.length > 0 });
  const all = useRead("datasets.histograms", { name, columns: open, ...rest, bins: 24 }, { keep: true, enabled: open.length > 0 });
  const now = new Map((filtered.data ?? []).map((one) => [one.column, one]));
  const before = new Map((all.data ?? []).map((one) => [one.column, one]));
  return (
    <div className={`field-rail${filtered.isPlaceholderData ? " waiting" : ""}`} role="group" aria-label="Fields">
      {filtered.error && !question.where && <ErrorNote error={filtered.error} />}
      {listed.map((column) => {
        const opened = isOpen(column.name);
        const found = now.get(column.name);
        const whole = before.get(column.name);
        return (
          <section key={column.name} className={`rail-field${opened ? " open" : ""}`}>
            <button type="button" className="rail-head" aria-expanded={opened} onClick={() => { setChanged({ ...changed, [column.name]: !opened }); }}>
              <Icon name={opened ? "down" : "right"} size={12} />
              <span className="grow" dir="auto" title={column.name}>
                {fieldName(column.name)}
              </span>
              {opened && found && found.missing > 0 && <small title={`${count(found.missing)} of ${count(found.n)} items have none`}>{count(found.missing)} without</small>}
            </button>
            {opened &&
              (whole ? (
                <Spread {...{ column, found, whole, classes, question, onChange }} />
              ) : filtered.isPending ? (
                <Loading what="Counting…" />
              ) : null)}
          </section>
        );
      })}
    </div>
  );
}

function Spread({
  column,
  found,
  whole,
  classes,
  question,
  onChange,
}: {
  column: ColumnInfo;
  found: HistogramInfo | undefined;
  whole: HistogramInfo;
  classes: Classes;
  question: Question;
  onChange: (where: string) => void;
}) {
  const { where } = question;
  const coloured = holdsClasses(column.name);
  const ghost = where ? whole : null;
  if (column.kind === "number") {
    if (whole.bins.length === 0) return <p className="faint rail-note">no numbers</p>;
    const highest = whole.bins.at(-1)?.high ?? 0;
    return (
      <Histogram
        label={`${fieldName(column.name)} of ${count(found?.n ?? whole.n)} items`}
        bins={(found ?? whole).bins}
        all={ghost?.bins}
        chosen={clipped(chosenRange(where, column.name), whole)}
        onChoose={(range) => { onChange(withRange(where, column.name, range, highest)); }}
      />
    );
  }
  const inFilter = new Map((found ?? whole).values.map((one) => [one.value, one.count]));
  const place = new Map(classes.names.map((label, index) => [label, index]));
  const listed = (ghost ?? whole).values.slice(0, 12);
  // Classes stand in their own order, so that bars do not jump; other values by how common they are.
  if (coloured && column.distinct <= 12) listed.sort((a, b) => (place.get(a.value) ?? 99) - (place.get(b.value) ?? 99));
  const shown = listed.map((one) => ({
    value: one.value,
    count: inFilter.get(one.value) ?? 0,
    colour: coloured ? classes.colour(one.value) : undefined,
  }));
  const chosen = column.kind === "boolean" ? new Set([...chosenValues(where, column.name)]) : chosenValues(where, column.name);
  return (
    <>
      <ValueBars
        label={`${fieldName(column.name)} of ${count(found?.n ?? whole.n)} items`}
        values={shown}
        all={ghost ? new Map(ghost.values.map((one) => [one.value, one.count])) : undefined}
        chosen={chosen}
        nameOf={(value) => (column.kind === "boolean" ? (value === "true" ? "yes" : "no") : valueName(column.name, value))}
        onChoose={(value) => { onChange(withValue(where, column.name, column.kind === "boolean" ? value === "true" : value)); }}
      />
      {column.distinct > shown.length && whole.values.length + (whole.other ? 1 : 0) > shown.length && (
        <p className="faint rail-note">{count(Math.max(0, column.distinct - shown.length))} more: find them with + Filter</p>
      )}
    </>
  );
}

function clipped(range: { low: number; high: number } | null, whole: HistogramInfo): { low: number; high: number } | null {
  if (!range) return null;
  const low = whole.bins[0]?.low ?? 0;
  const high = whole.bins.at(-1)?.high ?? 1;
  return { low: Math.max(low, Math.min(high, range.low)), high: Math.max(low, Math.min(high, range.high)) };
}
