/** The classes of a dataset: in order, with their colours and the digits that name them. */
import { useMemo } from "react";

import { colourOf } from "@/lib/colours";

import type { DatasetInfo } from "./types";

export interface Classes {
  names: readonly string[];
  colour: (label: string | null | undefined) => string;
  /** The key that gives this class: "1" … "9", then "0"; null beyond ten. */
  digit: (label: string) => string | null;
  /** The class that a key names. */
  byDigit: (key: string) => string | null;
}

const UNKNOWN = "var(--ink-3)";

export function classesOf(dataset: Pick<DatasetInfo, "classes" | "definition">): Classes {
  const names = [...dataset.classes];
  const said = new Map<string, number>();
  const defined = dataset.definition["classes"];
  if (Array.isArray(defined))
    for (const one of defined as { name?: unknown; colour?: unknown }[])
      if (typeof one.name === "string" && typeof one.colour === "number") said.set(one.name, one.colour);
  const places = new Map(names.map((name, index) => [name, index]));
  // Where the classes are digits, each is its own key.
  const digits = names.length > 0 && names.every((name) => /^[0-9]$/.test(name));
  return {
    names,
    colour: (label) => {
      if (label == null) return UNKNOWN;
      const colour = said.get(label);
      if (colour !== undefined) return colourOf(colour - 1);
      const place = places.get(label);
      return place === undefined ? UNKNOWN : colourOf(place);
    },
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
