import { useState } from "react";

import { addressOf } from "@/api/client";
import { useRead } from "@/api/queries";
import { bytes, counted } from "@/lib/format";
import { Button, ErrorNote } from "@/ui";

import type { DatasetInfo } from "@/features/datasets/types";
import "./slices.css";

interface Props {
  dataset: DatasetInfo;
  where: string;
  model: string | null;
  at: string | null;
  close: () => void;
}

const FORMATS: Readonly<Record<string, { label: string; about: string }>> = {
  csv: { label: "CSV", about: "a table for spreadsheets and programs, files beside it" },
  jsonl: { label: "JSON lines", about: "one item per line, files beside it" },
  parquet: { label: "Parquet", about: "a table that keeps its types, files beside it" },
  coco: { label: "COCO", about: "images/ and annotations.json: boxes, or one class per image" },
  yolo: { label: "YOLO", about: "images and labels as its trainers read them, with data.yaml" },
  huggingface: { label: "Hugging Face dataset", about: "a folder that load_dataset() loads, with a dataset card" },
  imagefolder: { label: "Hugging Face image folder", about: "images in folders with a metadata table" },
};

/** Take items away: formats with what they are for, and how large it becomes. */
export function ExportForm({ dataset, where, model, at, close }: Props) {
  const [format, setFormat] = useState("csv");
  const [media, setMedia] = useState(true);
  const [safe, setSafe] = useState(true);
  const question = { name: dataset.name, ...(where ? { where } : {}), ...(model === null ? {} : { model }), ...(at === null ? {} : { at }) };
  const plan = useRead("datasets.plan_export", question);
  const files = plan.data?.media ?? 0;
  const whole = format === "imagefolder";
  return (
    <div className="bulk-form" role="group" aria-label="Export">
      <fieldset className="wide formats">
        <legend>As what?</legend>
        {(plan.data?.formats ?? ["csv", "jsonl", "parquet", "huggingface"]).map((one) => (
          <label key={one} className="check">
            <input type="radio" name="format" checked={format === one} onChange={() => { setFormat(one); }} />
            <span>
              <strong>{FORMATS[one]?.label ?? one}</strong> <span className="quiet">{FORMATS[one]?.about}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {files > 0 && (
        <label className="check wide">
          <input type="checkbox" checked={media || whole} disabled={whole} onChange={(event) => { setMedia(event.target.checked); }} />
          <span>With {counted(files, "file")} ({bytes(plan.data?.media_bytes ?? 0)}); else they are named by reference</span>
        </label>
      )}
      {format === "csv" && (
        <label className="check wide">
          <input type="checkbox" checked={safe} onChange={(event) => { setSafe(event.target.checked); }} />
          <span>Safe to open in a spreadsheet: text that looks like a formula gets an apostrophe before it</span>
        </label>
      )}
      {plan.error && <ErrorNote error={plan.error} />}
      <div className="bulk-acts">
        {plan.data ? (
          <a
            className="button main"
            href={addressOf("datasets.export", { ...question, format, media: media || whole, spreadsheet_safe: safe })}
            download={`${dataset.name}-${format}.zip`}
            onClick={() => { setTimeout(close, 0); }}
          >
            Export {counted(plan.data.items, "item")}
          </a>
        ) : (
          <span className="quiet">Counting…</span>
        )}
        <Button look="plain" onClick={close}>
          Cancel
        </Button>
        <span className="faint">One zip file; export.json inside says how it was chosen.</span>
      </div>
    </div>
  );
}
