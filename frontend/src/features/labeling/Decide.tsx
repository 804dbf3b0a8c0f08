import type { LabelingInfo } from "@/api/client";
import { colourOf } from "@/lib/colours";
import { Kbd } from "@/ui";

import { choicesOf } from "./choices";

/** The classes as buttons, the first nine with their key. Nothing where people draw or write. */
export function Classes({ it, held, choose, busy = false }: { it: LabelingInfo; held?: unknown; choose: (label: string) => void; busy?: boolean }) {
  const classes = choicesOf(it.config ?? "");
  return (
    <div className="classes" role="group" aria-label="Classes">
      {classes.map((label, at) => (
        <button key={label} type="button" className={`button${held === label ? " held" : ""}`} disabled={busy} onClick={() => { choose(label); }}>
          {at < 9 && <Kbd>{at + 1}</Kbd>}
          <span className="dot" style={{ background: colourOf(at) }} />
          <bdi>{label}</bdi>
        </button>
      ))}
    </div>
  );
}

/** Tell whether a key was meant for something that is written in. */
export function writes(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}
