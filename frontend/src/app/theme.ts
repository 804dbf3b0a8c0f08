import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
const KEY = "tilth.theme";
const listeners = new Set<() => void>();
const system = window.matchMedia("(prefers-color-scheme: dark)");

function chosen(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

function show(): void {
  const theme = chosen();
  const dark = theme === "dark" || (theme === "system" && system.matches);
  document.documentElement.dataset["theme"] = dark ? "dark" : "light";
}

system.addEventListener("change", show);

/** The colour theme, and how to choose one. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const theme = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, chosen);
  return [
    theme,
    (next) => {
      localStorage.setItem(KEY, next);
      show();
      for (const listener of listeners) listener();
    },
  ];
}
