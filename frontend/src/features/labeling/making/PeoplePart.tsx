import { useEffect, useEffectEvent, useState } from "react";

import { type Pick, firstOf } from "@/lib/likely";
import { ErrorNote, Loading, RepoOptions } from "@/ui";

import { guessColumns } from "@/features/labeling/guess";

import { Column } from "./ItemsPart";
import { type Known, KNOWN_BEFORE_BAN, type Project, nowhere } from "./project";
import { useSource, useTable } from "./source";

const CURRENCIES = ["EUR", "USD", "GBP", "CHF", "JPY", "INR"] as const;

interface Props {
  project: Project;
  /** Repos, those with tables first. */
  picks: readonly Pick[];
  set: (change: Partial<Project>) => void;
}

/** How many people answer, how they are checked, and what it may cost. */
export function PeoplePart({ project, picks, set }: Props) {
  const { until, known } = project;
  return (
    <fieldset className="making-part">
      <legend>3. Who answers, and how is it checked?</legend>
      <div className="making-row">
        <label>
          People per item
          <input className="field short" type="number" min={1} max={20} value={project.people} onChange={(event) => { set({ people: whole(event.target.value, 1, 20) }); }} />
        </label>
        {project.template.categorical && (
          <label className="check">
            <input type="checkbox" checked={until !== null} onChange={(event) => { set({ until: event.target.checked ? { most: project.people + 2, confidence: 0.9 } : null }); }} />
            ask more where they disagree
          </label>
        )}
        {until && (
          <>
            <label>
              up to
              <input className="field short" type="number" min={project.people} max={20} value={until.most} onChange={(event) => { set({ until: { ...until, most: whole(event.target.value, project.people, 20) } }); }} />
            </label>
            <label>
              until it is sure to
              <select className="field short" value={until.confidence} onChange={(event) => { set({ until: { ...until, confidence: Number(event.target.value) } }); }}>
                {[0.8, 0.9, 0.95, 0.99].map((share) => <option key={share} value={share}>{Math.round(share * 100)} %</option>)}
              </select>
            </label>
          </>
        )}
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={known !== null}
          onChange={(event) => { set({ known: event.target.checked ? { table: "", item: "", answer: "", every: 5 } : null }); }}
        />
        Mix in items whose answer is known <span className="faint">(the surest way to learn whom to trust)</span>
      </label>
      {known && <KnownPart known={known} picks={picks} rows={project.items.kind === "rows"} from={project.items.repo} onChange={(part) => { set({ known: { ...known, ...part } }); }} />}
      {known && (
        <label className="check">
          <input type="checkbox" checked={project.banBelow !== null} onChange={(event) => { set({ banBelow: event.target.checked ? 0.7 : null }); }} />
          Ban who has fewer than
          <select className="field short" value={project.banBelow ?? 0.7} disabled={project.banBelow === null} onChange={(event) => { set({ banBelow: Number(event.target.value) }); }}>
            {[0.5, 0.6, 0.7, 0.8, 0.9].map((share) => <option key={share} value={share}>{Math.round(share * 100)} %</option>)}
          </select>
          of them right, after {KNOWN_BEFORE_BAN}
        </label>
      )}
      <label className="check">
        <input type="checkbox" checked={project.banFast} onChange={(event) => { set({ banFast: event.target.checked }); }} />
        Ban who answers in under a second, 5 times of 10
      </label>
      <div className="making-row">
        <Amount label="Pay per answer" value={project.price} onChange={(price) => { set({ price: price ?? 0 }); }} />
        <Amount label="Budget" none="none" value={project.budget} onChange={(budget) => { set({ budget }); }} />
        <label>
          Currency
          <input className="field short" list="currencies" maxLength={8} spellCheck={false} placeholder="EUR" value={project.currency} onChange={(event) => { set({ currency: event.target.value }); }} />
          <datalist id="currencies">{CURRENCIES.map((one) => <option key={one} value={one} />)}</datalist>
        </label>
        <label>
          Publish labels
          <select className="field" value={project.publish} onChange={(event) => { set({ publish: event.target.value === "often" ? "often" : "complete" }); }}>
            <option value="complete">when all items are done</option>
            <option value="often">every minute, as they come</option>
          </select>
        </label>
      </div>
    </fieldset>
  );
}

function KnownPart({ known, picks, rows, from, onChange }: { known: Known; picks: readonly Pick[]; rows: boolean; from: string; onChange: (part: Partial<Known>) => void }) {
  const [repo, setRepo] = useState(rows ? from : (firstOf(picks) ?? ""));
  const source = useSource(repo);
  const table = useTable(known.table || null);
  const tables = (source.data?.tables ?? []).filter((path) => !path.endsWith(".parquet"));
  // A repo's only table is the one that is meant, and its columns mostly say by their names what they are.
  const [only] = tables.length === 1 ? tables : [];
  const suggest = useEffectEvent((part: Partial<Known>) => { onChange(part); });
  useEffect(() => { if (known.table === "" && only !== undefined) suggest({ table: `${repo}@main:${only}`, item: "", answer: "" }); }, [known.table, repo, only]);
  const columns = table.data?.columns;
  useEffect(() => {
    if (known.table === "" || columns === undefined) return;
    const { item, answer } = guessColumns(columns);
    suggest({ item, answer });
  }, [known.table, columns]);
  return (
    <div className="making-inner">
      <div className="making-row">
        <label>
          They are in
          <select
            className="field"
            value={repo}
            onChange={(event) => {
              setRepo(event.target.value);
              onChange({ table: "", item: "", answer: "" });
            }}
          >
            <RepoOptions picks={picks} />
          </select>
        </label>
        <label>
          the table
          <select className="field" value={known.table} onChange={(event) => { onChange({ table: event.target.value, item: "", answer: "" }); }}>
            <option value="">{tables.length ? "choose one…" : source.isPending ? "looking…" : "it has no table"}</option>
            {tables.map((path) => <option key={path} value={`${repo}@main:${path}`}>{path}</option>)}
          </select>
        </label>
        <label>
          One in
          <input className="field short" type="number" min={2} max={100} value={known.every} onChange={(event) => { onChange({ every: whole(event.target.value, 2, 100) }); }} />
        </label>
      </div>
      {source.data && tables.length === 0 && (
        <p className="quiet">
          {repo} has no table (CSV or JSON lines). Import one there with two columns, such as <code>path</code> and <code>answer</code>, and come back; or go on
          without known answers and review a sample instead.
        </p>
      )}
      {table.error && <ErrorNote error={table.error} />}
      {known.table !== "" && table.isPending && <Loading what="Reading its first rows…" />}
      {!rows && known.item !== "" && known.files === null && <p className="need" role="alert">{nowhere(known, from)}</p>}
      {!rows && known.item !== "" && known.files && <p className="quiet">Their files are in {known.files}.</p>}
      {table.data && (
        <div className="making-columns">
          <Column label={rows ? "What is shown is in" : "The file's path is in"} columns={table.data.columns} value={known.item} example={table.data.rows[0]?.[known.item]} onPick={(item) => { onChange({ item: item ?? "" }); }} />
          <Column label="The answer is in" columns={table.data.columns} value={known.answer} example={table.data.rows[0]?.[known.answer]} onPick={(answer) => { onChange({ answer: answer ?? "" }); }} />
        </div>
      )}
    </div>
  );
}

function Amount({ label, value, none = "0", onChange }: { label: string; value: number | null; none?: string; onChange: (value: number | null) => void }) {
  return (
    <label>
      {label}
      <input
        className="field short"
        type="number"
        min={0}
        step="0.01"
        placeholder={none}
        value={value === null || (value === 0 && none === "0") ? "" : value}
        onChange={(event) => {
          const amount = Number(event.target.value);
          onChange(event.target.value === "" || !Number.isFinite(amount) || amount < 0 ? null : Math.round(amount * 1e6) / 1e6);
        }}
      />
    </label>
  );
}

function whole(text: string, low: number, high: number): number {
  const value = Math.round(Number(text));
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : low;
}
