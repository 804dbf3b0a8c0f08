import { useMemo, useState } from "react";

import type { Schemas } from "@/api/client";
import { useRead } from "@/api/queries";
import { bytes, count, counted } from "@/lib/format";
import { ErrorNote, Loading } from "@/ui";

import { useBytes, useObjectAddress } from "./content";
import { kindOf, textOf } from "./kinds";
import type { FileInfo } from "./level";
import { Hex, Picture } from "./Preview";
import { referenceOf, shownName } from "./reference";
import { type Row, type RowChange, cellText, diffRows, withoutRowNumbers } from "./rowDiff";
import { Cell } from "./RowsTable";
import { diffLines, hunksOf } from "./textDiff";

const TEXT_MOST = 1_000_000;
const IMAGE_MOST = 32_000_000;
const TABLE_MOST = 60_000_000;
const ROWS = 1000;

interface Sides {
  name: string;
  before: string | null;
  after: string;
  change: Schemas["FileChange"];
}

/** What changed in one file, as its kind is read: pictures side by side, rows as rows, text by lines. */
export function FileDiff(sides: Sides) {
  const { old, new: fresh } = sides.change;
  const size = Math.max(old?.size ?? 0, fresh?.size ?? 0);
  const kind = kindOf(sides.change.path);
  if (kind === "image" && size <= IMAGE_MOST) return <ImageDiff {...sides} />;
  if (kind === "table" && size <= TABLE_MOST) return <RowsDiff {...sides} />;
  if (kind !== "audio" && kind !== "video" && size <= TEXT_MOST) return <TextDiff {...sides} />;
  return <SizesDiff {...sides} />;
}

function Side({ word, info, children }: { word: string; info: FileInfo | null | undefined; children?: React.ReactNode }) {
  return (
    <div className="side">
      <h3>
        {word} <span className="faint">{info ? bytes(info.size) : ""}</span>
      </h3>
      {info ? children : <p className="data-none">{word === "Before" ? "It was not there." : "It is gone."}</p>}
    </div>
  );
}

function SizesDiff({ change }: Sides) {
  return (
    <div className="data-sides">
      <Side word="Before" info={change.old}><p className="data-none">No comparison for files of this kind or size.</p></Side>
      <Side word="After" info={change.new}><p className="data-none">Open the file to look at it.</p></Side>
    </div>
  );
}

function ImageDiff({ name, before, after, change }: Sides) {
  return (
    <div className="data-sides">
      <Side word="Before" info={change.old}>
        {change.old && before && <OneImage name={name} commit={before} file={change.old} />}
      </Side>
      <Side word="After" info={change.new}>
        {change.new && <OneImage name={name} commit={after} file={change.new} />}
      </Side>
    </div>
  );
}

function OneImage({ name, commit, file }: { name: string; commit: string; file: FileInfo }) {
  const data = useBytes(name, commit, file, IMAGE_MOST);
  const address = useObjectAddress(data.data, file.path);
  const [broken, setBroken] = useState(false);
  if (data.error) return <ErrorNote error={data.error} retry={() => void data.refetch()} />;
  if (broken) return <p className="data-none">This picture is broken.</p>;
  if (!address) return <Loading what="Loading the picture…" />;
  return <Picture address={address} alt={file.path} onError={() => { setBroken(true); }} />;
}

function useText(name: string, commit: string | null, file: FileInfo | null | undefined) {
  const none: FileInfo = { path: "", kind: "file", size: 0, digest: null, attributes: {} };
  const data = useBytes(name, commit ?? "", file ?? none, TEXT_MOST, Boolean(file && commit));
  return { data: file ? data.data : new Uint8Array(), error: data.error };
}

function TextDiff({ name, before, after, change }: Sides) {
  const old = useText(name, before, change.old);
  const fresh = useText(name, after, change.new);
  const lines = useMemo(() => {
    if (!old.data || !fresh.data) return undefined;
    const [a, b] = [textOf(old.data, false), textOf(fresh.data, false)];
    return a === null || b === null ? null : (diffLines(a, b) ?? "far");
  }, [old.data, fresh.data]);
  const error = old.error ?? fresh.error;
  if (error) return <ErrorNote error={error} />;
  if (lines === undefined) return <Loading what="Comparing the text…" />;
  if (lines === null || lines === "far")
    return (
      <>
        <p className="data-none">
          {lines === null ? "This is not text. Its first bytes, before and after:" : "Nearly every line is another. Look at the two versions one by one."}
        </p>
        {lines === null && old.data && old.data.length > 0 && <Hex data={old.data.subarray(0, 96)} />}
        {lines === null && fresh.data && fresh.data.length > 0 && <Hex data={fresh.data.subarray(0, 96)} />}
      </>
    );
  const hunks = hunksOf(lines);
  const added = lines.filter((line) => line.kind === "added").length;
  const deleted = lines.filter((line) => line.kind === "deleted").length;
  return (
    <>
      <p className="quiet">
        {counted(added, "line")} added, {counted(deleted, "line")} deleted
        {hunks.length === 0 && ": only line ends differ"}
      </p>
      <div className="data-lines mono" tabIndex={0}>
        {hunks.map((hunk, index) => (
          <div key={index}>
            {hunk.skipped > 0 && <div className="skipped faint">{counted(hunk.skipped, "unchanged line")}</div>}
            {hunk.lines.map((line) => (
              <div key={`${line.old}-${line.new}`} className={`line ${line.kind}`}>
                <span className="no">{line.old ?? ""}</span>
                <span className="no">{line.new ?? ""}</span>
                <span className="sign">{line.kind === "added" ? "+" : line.kind === "deleted" ? "−" : " "}</span>
                <bdi className="said">{line.text}</bdi>
              </div>
            ))}
          </div>
        ))}
      </div>
    </>
  );
}

function useRows(name: string, commit: string | null, file: FileInfo | null | undefined) {
  const wanted = Boolean(file && commit && file.size > 0);
  const found = useRead("datasets.rows", { reference: referenceOf(name, commit, file?.path), limit: ROWS }, { enabled: wanted });
  return { rows: wanted ? (found.data?.items as readonly Row[] | undefined) : [], more: found.data?.next != null, error: found.error };
}

function RowsDiff(sides: Sides) {
  const { name, before, after, change } = sides;
  const old = useRows(name, before, change.old);
  const fresh = useRows(name, after, change.new);
  const found = useMemo(() => (old.rows && fresh.rows ? diffRows(withoutRowNumbers(old.rows), withoutRowNumbers(fresh.rows)) : null), [old.rows, fresh.rows]);
  const [most, setMost] = useState(100);
  const error = old.error ?? fresh.error;
  if (error) return change.path.endsWith(".parquet") ? <ErrorNote error={error} /> : <TextDiff {...sides} />;
  if (!found) return <Loading what="Comparing the rows…" />;
  const totals = (kind: RowChange["kind"]) => found.changes.filter((one) => one.kind === kind).length;
  const partly = old.more || fresh.more;
  return (
    <>
      <p className="quiet">
        {partly ? `Of the first ${count(ROWS)} rows on each side: ` : ""}
        {counted(totals("added"), "row")} added, {count(totals("changed"))} changed, {count(totals("deleted"))} deleted,{" "}
        {count(found.same)} the same.{" "}
        {found.key === null ? "No column names each row once, so whole rows are compared." : <>Rows are matched by <bdi>{shownName(found.key)}</bdi>.</>}
      </p>
      {found.changes.length > 0 && (
        <div className="table-wrap data-rows" tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th />
                {found.columns.map((column) => (
                  <th key={column.name} className={column.kind}>
                    <bdi>{shownName(column.name)}</bdi>
                    {column.kind !== "same" && ` (${column.kind})`}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {found.changes.slice(0, most).map((one, index) => (
                <tr key={`${one.kind}${one.key}${index}`} className={`change ${one.kind}`}>
                  <td className="sign" aria-label={one.kind}>{one.kind === "added" ? "+" : one.kind === "deleted" ? "−" : "~"}</td>
                  {found.columns.map(({ name: column }) =>
                    one.fields.includes(column) ? (
                      <td key={column} dir="auto">
                        <del>{shownName(cellText(one.old?.[column])) || "—"}</del> <ins>{shownName(cellText(one.new?.[column])) || "—"}</ins>
                      </td>
                    ) : (
                      <Cell key={column} value={(one.new ?? one.old)?.[column]} />
                    ),
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.changes.length > most && (
        <button type="button" className="chip" onClick={() => { setMost(most + 400); }}>
          Show more of {counted(found.changes.length, "change")}
        </button>
      )}
    </>
  );
}
