import { type ReactNode, useSyncExternalStore } from "react";
import { createPortal } from "react-dom";

/** The id of the place in the top bar that belongs to the page. */
export const TOP_SLOT = "top-slot";

const never = () => () => undefined;

/** Show something of the page in the top bar: which moment it shows. */
export function TopSlot({ children }: { children: ReactNode }) {
  const slot = useSyncExternalStore(never, () => document.getElementById(TOP_SLOT));
  return slot ? createPortal(children, slot) : null;
}
