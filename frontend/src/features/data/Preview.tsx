import { type ReactNode, useState } from "react";

import { useRead } from "@/api/queries";
import { bytes, count, counted } from "@/lib/format";
import { Button, ErrorNote, Loading } from "@/ui";

import { useBytes, useObjectAddress } from "./content";
import { JsonTree } from "./JsonTree";
import { hexLines, kindOf, textOf } from "./kinds";
import type { FileInfo } from "./level";
import { referenceOf } from "./reference";
import { withoutRowNumbers } from "./rowDiff";
import { RowsTable } from "./RowsTable";

const MB = 1_000_000;
const TEXT_MOST = 200_000;
const JSON_MOST = 2 * MB;
const TABLE_MOST = 60 * MB;
/** What is shown without asking, and what is shown at all. */
const AT_ONCE = { image: 32 * MB, audio: 16 * MB, video: 16 * MB };
const AT_ALL = { image: 200 * MB, audio: 500 * MB, video: 500 * MB };

interface Of {
  repo: string;
  commit: string;
  file: FileInfo;
}

/** What is in a file, as far as it can be shown safely. */
export function Preview({ repo, commit, file }: Of) {
  const kind = file.kind === "link" ? "text" : kindOf(file.path);
  if (file.size === 0) return <p className="data-none">This file is empty.</p>;
  if (kind === "image" || kind === "audio" || kind === "video") return <Media key={file.path} {...{ repo, commit, file, kind }} />;
  if (kind === "table") return <TablePreview {...{ repo, commit, file }} />;
  if (kind === "json" && file.size <= JSON_MOST) return <JsonPreview {...{ repo, commit, file }} />;
  return <TextPreview {...{ repo, commit, file }} />;
}

function Media({ repo, commit, file, kind }: Of & { kind: "image" | "audio" | "video" }) {
  const [asked, setAsked] = useState(false);
  const wanted = file.size <= AT_ONCE[kind] || asked;
  const data = useBytes(repo, commit, file, AT_ALL[kind], wanted);
  const address = useObjectAddress(data.data, file.path);
  const [broken, setBroken] = useState(false);
  if (file.size > AT_ALL[kind])
    return <p className="data-none">{bytes(file.size)} is too large to show here. Download it to look at it.</p>;
  if (!wanted)
    return (
      <p className="data-none">
        <Button onClick={() => { setAsked(true); }}>Load {bytes(file.size)} to show it</Button>
      </p>
    );
  if (data.error) return <ErrorNote error={data.error} retry={() => void data.refetch()} />;
  if (broken)
    return (
      <>
        <p className="data-none">
          This {kind} is broken, or of a kind that browsers cannot show. Its first bytes:
        </p>
        {data.data && <Hex data={data.data.subarray(0, 160)} />}
      </>
    );
  if (!address) return <Loading what={`Loading ${bytes(file.size)}…`} />;
  const failed = () => { setBroken(true); };
  if (kind === "audio") return <audio className="data-audio" src={address} controls onError={failed} />;
  if (kind === "video") return <video className="data-video" src={address} controls onError={failed} />;
  return <Picture address={address} alt={file.path} onError={failed} />;
}

/** An image as a whole: small ones enlarged by a whole number with crisp pixels, large ones shrunk, and both said. */
export function Picture({ address, alt, onError }: { address: string; alt: string; onError?: () => void }) {
  const [size, setSize] = useState<{ width: number; height: number; shown: number } | null>(null);
  const small = size !== null && Math.max(size.width, size.height) <= 160;
  const times = size && small ? Math.max(1, Math.floor(288 / Math.max(size.width, size.height, 1))) : 1;
  return (
    <figure className="data-picture">
      <div className="frame">
        <img
          src={address}
          alt={alt}
          className={small ? "crisp" : ""}
          style={size && small ? { width: size.width * times, height: size.height * times } : {}}
          onLoad={(event) => {
            const { naturalWidth: width, naturalHeight: height, clientWidth: shown } = event.currentTarget;
            if (!size) setSize({ width, height, shown });
          }}
          onError={onError}
        />
      </div>
      {size && (
        <figcaption className="faint">
          {count(size.width)} × {count(size.height)} pixels
          {small && times > 1 && `, shown ${times} times larger`}
          {!small && size.shown > 0 && size.shown < size.width && `, shown at ${Math.round((100 * size.shown) / size.width)} %`}
        </figcaption>
      )}
    </figure>
  );
}

function TextPreview({ repo, commit, file }: Of) {
  const data = useBytes(repo, commit, file, TEXT_MOST);
  if (data.error) return <ErrorNote error={data.error} retry={() => void data.refetch()} />;
  if (!data.data) return <Loading what="Loading the text…" />;
  const cut = file.size > data.data.length;
  const text = textOf(data.data, cut);
  if (text === null)
    return (
      <>
        <p className="data-none">This is not text, and there is no preview for files of this kind. Its first bytes:</p>
        <Hex data={data.data.subarray(0, 256)} />
      </>
    );
  return (
    <>
      <pre className="data-text" dir="auto" tabIndex={0}>
        {text}
      </pre>
      {cut && <Cut>the first {bytes(TEXT_MOST)} of {bytes(file.size)}</Cut>}
    </>
  );
}

function JsonPreview({ repo, commit, file }: Of) {
  const data = useBytes(repo, commit, file, JSON_MOST);
  if (data.error) return <ErrorNote error={data.error} retry={() => void data.refetch()} />;
  if (!data.data) return <Loading what="Loading the text…" />;
  let value: unknown;
  try {
    value = JSON.parse(textOf(data.data, false) ?? "");
  } catch {
    return (
      <>
        <p className="data-none">This is not valid JSON; as text:</p>
        <TextPreview {...{ repo, commit, file }} />
      </>
    );
  }
  return <JsonTree value={value} />;
}

function TablePreview({ repo, commit, file }: Of) {
  const [asked, setAsked] = useState(false);
  const wanted = file.size <= TABLE_MOST || asked;
  const reference = referenceOf(repo, commit, file.path);
  const rows = useRead("datasets.rows", { reference, limit: 20 }, { enabled: wanted });
  const total = useRead("datasets.count", { reference }, { enabled: rows.data !== undefined });
  if (!wanted)
    return (
      <p className="data-none">
        <Button onClick={() => { setAsked(true); }}>Read this table of {bytes(file.size)}</Button>
      </p>
    );
  if (rows.error)
    return (
      <>
        <ErrorNote error={rows.error} />
        {!file.path.endsWith(".parquet") && <TextPreview {...{ repo, commit, file }} />}
      </>
    );
  if (!rows.data) return <Loading what="Reading the table…" />;
  return (
    <>
      <RowsTable rows={withoutRowNumbers(rows.data.items)} />
      <Cut>
        {total.data === undefined ? "the first 20 rows" : total.data > 20 ? `the first 20 of ${counted(total.data, "row")}` : counted(total.data, "row")}
      </Cut>
    </>
  );
}

export function Hex({ data }: { data: Uint8Array }) {
  return (
    <pre className="data-text data-hex" dir="ltr">
      {hexLines(data).map((line) => `${line.at}  ${line.hex.padEnd(47)}  ${line.text}`).join("\n")}
    </pre>
  );
}

function Cut({ children }: { children: ReactNode }) {
  return <p className="data-cut faint">{children}</p>;
}
