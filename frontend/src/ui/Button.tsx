import { type ButtonHTMLAttributes, useEffect, useRef, useState } from "react";

import { Icon, type IconName } from "./Icon";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon?: IconName;
  look?: "main" | "danger" | "plain";
  small?: boolean;
}

/** A verb that one may do: "Label 12 items", not "OK". */
export function Button({ icon, look, small, children, className, ...rest }: ButtonProps) {
  const classes = ["button", look, small ? "small" : "", className].filter(Boolean).join(" ");
  return (
    <button type="button" className={classes} {...rest}>
      {icon && <Icon name={icon} size={small ? 14 : 16} />}
      {children}
    </button>
  );
}

interface ConfirmProps extends Omit<ButtonProps, "onClick"> {
  /** What will happen, asked in place: "Run all 1,277 items again?" */
  question: string;
  /** The verb of the second click. */
  verb: string;
  onConfirm: () => void;
}

/** A button that asks where it stands; Escape or leaving it alone takes it back. */
export function ConfirmButton({ question, verb, onConfirm, look, ...rest }: ConfirmProps) {
  const [asked, setAsked] = useState(false);
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (asked) yes.current?.focus();
  }, [asked]);
  if (!asked)
    return (
      <Button {...(look ? { look } : {})} {...rest} onClick={() => { setAsked(true); }} />
    );
  return (
    <span
      className="confirm"
      role="group"
      aria-label={question}
      onKeyDown={(event) => {
        if (event.key === "Escape") setAsked(false);
      }}
    >
      {question}
      <button
        ref={yes}
        type="button"
        className={`button small ${look === "danger" ? "danger" : "main"}`}
        onClick={() => {
          setAsked(false);
          onConfirm();
        }}
      >
        {verb}
      </button>
      <Button small look="plain" onClick={() => { setAsked(false); }}>
        Cancel
      </Button>
    </span>
  );
}
