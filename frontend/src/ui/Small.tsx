import type { ReactNode } from "react";

import { useNow } from "@/lib/clock";
import { ago, moment, short } from "@/lib/format";

import { useCopied } from "./copied";

/** A time as people say it, with the full moment on hover. */
export function When({ ms }: { ms: number }) {
  const now = useNow();
  return (
    <time className="nowrap" dateTime={new Date(ms).toISOString()} title={moment(ms)}>
      {ago(ms, Math.max(now, ms))}
    </time>
  );
}

/** A shortened id; a click copies all of it. */
export function Id({ id }: { id: string }) {
  const [copied, copy] = useCopied();
  return (
    <button type="button" className="id" title={`${id} (click to copy)`} onClick={() => { copy(id); }}>
      {copied === null ? short(id) : "copied"}
    </button>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="kbd">{children}</kbd>;
}

/** Parts of a whole as one bar; the words beside it say the numbers. */
export function Meter({ parts, total, label }: { parts: readonly { value: number; colour: string }[]; total: number; label: string }) {
  return (
    <div className="meter" role="img" aria-label={label}>
      {parts.map((part) => (
        <span key={part.colour} style={{ width: `${total ? (100 * part.value) / total : 0}%`, background: part.colour }} />
      ))}
    </div>
  );
}

/** Named numbers in a row. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode] | null)[] }) {
  return (
    <dl className="facts">
      {facts.map(
        (fact) =>
          fact && (
            <div key={fact[0]}>
              <dt>{fact[0]}</dt>
              <dd>{fact[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
