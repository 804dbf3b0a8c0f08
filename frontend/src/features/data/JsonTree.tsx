import { useState } from "react";

import { count } from "@/lib/format";

import { shownName } from "./reference";

const MOST = 100;

/** JSON as a tree that opens; each level shows its first 100 members. */
export function JsonTree({ value }: { value: unknown }) {
  return (
    <div className="data-json mono" dir="ltr">
      <Value name={null} value={value} depth={0} />
    </div>
  );
}

function Value({ name, value, depth }: { name: string | null; value: unknown; depth: number }) {
  const [open, setOpen] = useState(depth < 2);
  const [most, setMost] = useState(MOST);
  const label = name === null ? null : <span className="key">{shownName(name)}: </span>;
  if (value === null || typeof value !== "object")
    return (
      <div>
        {label}
        <span className={`v-${value === null ? "null" : typeof value}`} dir="auto">
          {typeof value === "string" ? JSON.stringify(value) : String(value)}
        </span>
      </div>
    );
  const list = Array.isArray(value);
  const members: [string, unknown][] = list ? value.map((item, index) => [String(index), item]) : Object.entries(value);
  const told = list ? `${count(members.length)} in a list` : `${count(members.length)} fields`;
  return (
    <details open={open} onToggle={(event) => { setOpen(event.currentTarget.open); }}>
      <summary>
        {label}
        <span className="faint">{told}</span>
      </summary>
      {open &&
        members.slice(0, most).map(([key, inner]) => <Value key={key} name={key} value={inner} depth={depth + 1} />)}
      {open && members.length > most && (
        <button type="button" className="chip" onClick={() => { setMost(most + 1000); }}>
          {count(members.length - most)} more
        </button>
      )}
    </details>
  );
}
