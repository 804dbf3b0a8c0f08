import { type ReactNode } from "react";

import { Icon, type IconName } from "./Icon";
import { State, type Tone, toldState } from "./State";

export const CARD = { width: 176, height: 48 } as const;

/** A repo or pipeline in a graph: what it is, its name, and how it stands. The caller makes it a link. */
export function StageCard({
  icon,
  kind,
  name,
  state,
  note,
}: {
  icon: IconName;
  kind: string;
  name: string;
  state?: string | null | undefined;
  note?: ReactNode;
}) {
  const tone: Tone = state ? toldState(state).tone : "calm";
  return (
    <span className={`stage ${tone}`}>
      <span className="stage-name" title={name}>
        <Icon name={icon} size={14} label={kind} />
        <span className="ellipsis">{name}</span>
      </span>
      <span className="stage-note ellipsis">{state ? <State state={state} /> : null}{note}</span>
    </span>
  );
}
