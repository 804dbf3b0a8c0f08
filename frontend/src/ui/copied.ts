import { useEffect, useRef, useState } from "react";

const SHOWN_MS = 1_500;

/** Copy words to the clipboard; returns what was copied lately, for the button to say so, and the act. */
export function useCopied(): [string | null, (words: string) => void] {
  const [copied, setCopied] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => { clearTimeout(timer.current); }, []);
  const copy = (words: string): void => {
    void copyWords(words).then((done) => {
      if (!done) return;
      setCopied(words);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => { setCopied(null); }, SHOWN_MS);
    });
  };
  return [copied, copy];
}

/** Browsers lend the clipboard to https and this machine only; elsewhere the old way still works. */
async function copyWords(words: string): Promise<boolean> {
  // The types say that there is always one; over plain http there is none.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard) {
    try {
      await clipboard.writeText(words);
      return true;
    } catch {
      // Not permitted: the old way may be.
    }
  }
  const field = document.createElement("textarea");
  field.value = words;
  field.className = "offscreen";
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
