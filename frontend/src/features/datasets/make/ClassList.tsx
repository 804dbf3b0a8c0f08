import { useState } from "react";

import { keysSaid } from "@/lib/choices";
import { COLOURS, colourOf } from "@/lib/colours";
import { counted } from "@/lib/format";
import { Icon } from "@/ui";

import type { Draft } from "./draft";

/** The classes in their order, each with its colour; some may be left out or added. */
export function ClassList({ classes, onChange }: { classes: Draft["classes"]; onChange: (classes: Draft["classes"]) => void }) {
  const [typed, setTyped] = useState("");
  return (
    <div className="make-classes">
      <span className="quiet">
        {classes.length === 0 ? "The classes are taken from the labels." : `${counted(classes.length, "class", "classes")} found; ${keysSaid(classes.map((one) => one.name))}. A click on the dot gives another colour.`}
      </span>
      <ul>
        {classes.map((one, index) => (
          <li key={one.name} className="class-row">
            <button
              type="button"
              className="colour"
              aria-label={`Another colour for ${one.name}`}
              onClick={() => { onChange(classes.map((other, at) => (at === index ? { ...other, colour: (other.colour % COLOURS) + 1 } : other))); }}
            >
              <span className="dot" style={{ background: colourOf(one.colour - 1) }} />
            </button>
            <bdi>{one.name}</bdi>
            <button type="button" className="take-out" aria-label={`Leave out the class ${one.name}`} onClick={() => { onChange(classes.filter((_, at) => at !== index)); }}>
              <Icon name="cross" size={12} />
            </button>
          </li>
        ))}
        <li>
          <input
            className="field"
            aria-label="Another class"
            placeholder="another class"
            value={typed}
            dir="auto"
            onChange={(event) => { setTyped(event.target.value); }}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              const name = typed.trim();
              if (name && !classes.some((one) => one.name === name)) onChange([...classes, { name, colour: (classes.length % COLOURS) + 1 }]);
              setTyped("");
            }}
          />
        </li>
      </ul>
    </div>
  );
}
