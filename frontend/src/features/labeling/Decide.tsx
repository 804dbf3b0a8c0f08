import type { LabelingInfo } from "@/api/client";
import { colourOf } from "@/lib/colours";
import { Kbd } from "@/ui";

import { classKeysOf } from "./choices";

/** Keys of the pages that decide: accept, reject, skip, undo. */
const OWN_KEYS = "arsz";

/** The classes as buttons, each with the key that people who label have for it. Nothing where people draw or write. */
export function Classes({ it, held, choose, busy = false }: { it: LabelingInfo; held?: unknown; choose: (label: string) => void; busy?: boolean }) {
  const classes = classKeysOf(it.config ?? "", OWN_KEYS);
  return (
    <div className="classes" role="group" aria-label="Classes">
      {classes.map(({ label, key }, at) => (
        <button key={label} type="button" className={`button${held === label ? " held" : ""}`} disabled={busy} onClick={() => { choose(label); }}>
          {key && <Kbd>{key}</Kbd>}
          <span className="dot" style={{ background: colourOf(at) }} />
          <bdi>{label}</bdi>
        </button>
      ))}
    </div>
  );
}

/** The class that a key stands for, as its button says. */
export function classOfKey(it: LabelingInfo, key: string): string | undefined {
  return classKeysOf(it.config ?? "", OWN_KEYS).find((one) => one.key === key)?.label;
}

/** Tell whether a key was meant for something that is written in. */
export function writes(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}
