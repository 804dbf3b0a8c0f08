/** The classes of a dataset: in order, with their colours and the digits that name them. */
import { useMemo } from "react";

import { classColours } from "@/lib/colours";

import type { DatasetInfo } from "./types";

export interface Classes {
  names: readonly string[];
  colour: (label: string | null | undefined) => string;
  /** The key that gives this class: "1" … "9", then "0"; null beyond ten. */
  digit: (label: string) => string | null;
  /** The class that a key names. */
  byDigit: (key: string) => string | null;
}

export function classesOf(dataset: Pick<DatasetInfo, "classes" | "definition">): Classes {
  const names = [...dataset.classes];
  const places = new Map(names.map((name, index) => [name, index]));
  // Where the classes are digits, each is its own key.
  const digits = names.length > 0 && names.every((name) => /^[0-9]$/.test(name));
  return {
    names,
    colour: classColours(dataset),
    digit: (label) => {
      if (digits) return label;
      const place = places.get(label);
      return place === undefined || place > 9 ? null : String((place + 1) % 10);
    },
    byDigit: (key) => (digits ? (places.has(key) ? key : null) : /^[0-9]$/.test(key) ? (names[(Number(key) + 9) % 10] ?? null) : null),
  };
}

export function useClasses(dataset: DatasetInfo): Classes {
  return useMemo(() => classesOf(dataset), [dataset]);
}
