import { type ReactNode, type Ref, useEffect, useRef } from "react";

import { Button } from "./Button";
import "./side.css";

interface Props {
  title: ReactNode;
  /** Read to those who do not see it. */
  label: string;
  /** Buttons beside the title. */
  acts?: ReactNode;
  children: ReactNode;
  onClose: () => void;
  ref?: Ref<HTMLElement>;
}

/** The panel at the right for the selected thing; Escape closes it. It stands beside the page, never over it. */
export function SidePanel({ title, label, acts, children, onClose, ref }: Props) {
  const close = useRef(onClose);
  useEffect(() => { close.current = onClose; }, [onClose]);
  return (
    <aside
      ref={ref}
      className="side-panel"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) {
          event.preventDefault();
          close.current();
        }
      }}
    >
      <header>
        <div className="title">{title}</div>
        {acts}
        <Button small look="plain" icon="cross" aria-label={`Close ${label}`} title="Close (Escape)" onClick={onClose} />
      </header>
      <div className="body">{children}</div>
    </aside>
  );
}
