import { useEffect } from "react";

import type { BulkProps } from "@/features/datasets/props";
import { seedsText } from "./seeds";

/** Go and look for items like the selected ones. */
export function FindMore({ target, go, close }: BulkProps) {
  const keys = "keys" in target ? target.keys : null;
  useEffect(() => {
    if (!keys) return;
    close();
    go({ view: "similar", of: seedsText(keys), item: undefined });
    // Once, when the button is pressed.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  return keys ? null : <p>Select a few items that show what you look for, rather than everything that matches.</p>;
}
