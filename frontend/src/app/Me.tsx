import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import type { UserInfo } from "@/api/client";
import { may } from "@/api/may";
import { logOut } from "@/api/session";
import { roleWords } from "@/lib/roles";
import { Button, Icon, type IconName } from "@/ui";

import { type Theme, useTheme } from "./theme";

const THEMES: readonly (readonly [Theme, string, IconName])[] = [
  ["system", "As the system", "system"],
  ["light", "Light", "sun"],
  ["dark", "Dark", "moon"],
];

/** Who I am, light or dark, and the way out. */
export function Me({ user }: { user: UserInfo }) {
  const [open, setOpen] = useState(false);
  const [theme, setTheme] = useTheme();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    function away(event: Event): void {
      if (event instanceof KeyboardEvent ? event.key === "Escape" : !box.current?.contains(event.target as Node))
        setOpen(false);
    }
    document.addEventListener("pointerdown", away);
    document.addEventListener("keydown", away);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("keydown", away);
    };
  }, [open]);
  return (
    <div className="me" ref={box}>
      <Button look="plain" icon="person" aria-expanded={open} onClick={() => { setOpen(!open); }}>
        <bdi>{user.display || user.name}</bdi>
      </Button>
      {open && (
        <div className="float">
          <div className="quiet">
            <bdi>{user.display || user.name}</bdi>, {user.role}
            <br />
            <small>{roleWords(user.role)}</small>
          </div>
          {may(user.role, "access.list_tokens") && (
            <Link className="button" to="/settings/$part" params={{ part: "tokens" }} onClick={() => { setOpen(false); }}>
              My tokens and browsers
            </Link>
          )}
          <div className="chips" role="group" aria-label="Colours">
            {THEMES.map(([name, word, icon]) => (
              <button
                key={name}
                type="button"
                className="chip with-icon"
                aria-pressed={theme === name}
                onClick={() => { setTheme(name); }}
              >
                <Icon name={icon} size={14} /> {word}
              </button>
            ))}
          </div>
          <Button
            onClick={() => {
              void logOut().then(() => { window.location.assign("/"); });
            }}
          >
            Log out of this browser
          </Button>
        </div>
      )}
    </div>
  );
}
