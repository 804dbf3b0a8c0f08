import { type KeyboardEvent, type ReactNode, useEffect, useEffectEvent, useId, useRef, useState } from "react";

import { Icon } from "@/ui";

/** A list to choose from by typing; arrows move, Enter or Space chooses. */
export function Choices<T extends { id: string }>({
  label,
  placeholder,
  typed,
  onType,
  choices,
  waiting = false,
  chosen,
  onChoose,
  row,
  none,
}: {
  label: string;
  placeholder: string;
  typed: string;
  onType: (typed: string) => void;
  choices: readonly T[];
  /** What is typed is still being looked for; Enter chooses when it is here. */
  waiting?: boolean;
  chosen?: ReadonlySet<string>;
  onChoose: (choice: T) => void;
  row: (choice: T) => ReactNode;
  none: ReactNode;
}) {
  const [at, setAt] = useState(0);
  const [entered, setEntered] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => { field.current?.focus(); }, []);
  const here = Math.min(at, choices.length - 1);
  // What Enter was pressed for while it was looked for; it is chosen when it is found, if no other key came.
  const due = entered !== null && entered === typed && !waiting;
  const once = useRef(false);
  const choose = useEffectEvent(() => {
    if (once.current && choices[here]) onChoose(choices[here]);
    once.current = false;
  });
  useEffect(() => { if (due) choose(); }, [due]);
  function onKey(event: KeyboardEvent): void {
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, PageDown: here + 8, PageUp: here - 8 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const next = Math.max(0, Math.min(choices.length - 1, to));
      setAt(next);
      list.current?.children[next]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && (waiting || choices[here])) {
      event.preventDefault();
      if (waiting) {
        once.current = true;
        setEntered(typed);
      } else if (choices[here]) onChoose(choices[here]);
    }
  }
  return (
    <>
      <input
        ref={field}
        className="field"
        role="combobox"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={choices[here] ? `${id}-${here}` : undefined}
        aria-label={label}
        placeholder={placeholder}
        value={typed}
        onChange={(event) => { onType(event.target.value); setAt(0); setEntered(null); }}
        onKeyDown={onKey}
      />
      <ul id={id} ref={list} className="field-choices" role="listbox" aria-label={label} aria-multiselectable={chosen !== undefined}>
        {choices.map((choice, index) => (
          <li
            key={choice.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={chosen ? chosen.has(choice.id) : index === here}
            className={index === here ? "here" : ""}
            onMouseMove={() => { setAt(index); }}
            onClick={() => { onChoose(choice); }}
          >
            {chosen && <span className="box" aria-hidden>{chosen.has(choice.id) && <Icon name="check" size={12} />}</span>}
            {row(choice)}
          </li>
        ))}
      </ul>
      {choices.length === 0 && <p className="quiet none">{none}</p>}
    </>
  );
}
