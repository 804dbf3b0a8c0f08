import { type Ref, useEffect, useEffectEvent, useImperativeHandle, useRef, useState } from "react";

import "./editor.css";

/** One region or choice, as Label Studio writes it. */
export type Answer = readonly Readonly<Record<string, unknown>>[];

/** What the page asks of the editor while it is shown. */
export interface EditorHandle {
  /** The answer now. With `check`, what the config requires is asked for first, in words, and `valid` tells whether it is there. */
  collect: (check: boolean) => Promise<{ result: Answer; valid: boolean }>;
  /** Do what a key does in the editor; for keys that were pressed while the page had the focus. */
  press: (key: string) => void;
  focus: () => void;
}

interface Props {
  /** Names what is shown; another id loads the editor anew, without a reload of its frame. */
  id: string;
  /** Label Studio's labeling config (XML). */
  config: string;
  data: Readonly<Record<string, unknown>>;
  /** The files that variables show: bytes, or an address of this server that they are read from. */
  media?: Readonly<Record<string, Blob | string>>;
  result?: Answer | null;
  readOnly?: boolean;
  /** What the frame is called by those who hear it. */
  title?: string;
  /** Kept ready out of sight. */
  hidden?: boolean;
  ref?: Ref<EditorHandle>;
  onReady?: () => void;
  onChange?: (result: Answer) => void;
  /** Enter, u, s, z or ?, pressed in the editor, if the config gives the key no meaning of its own. */
  onKey?: (key: string, repeat: boolean) => void;
  onError?: (message: string) => void;
}

interface Told {
  tilth?: unknown;
  kind?: unknown;
  id?: unknown;
  ask?: unknown;
  result?: unknown;
  valid?: unknown;
  key?: unknown;
  repeat?: unknown;
  height?: unknown;
  message?: unknown;
}

const HEIGHT_MOST = 4000;
/** Pictures are fitted to the height of the frame, so the frame must not wait for theirs. */
const FITTED = /<(Image|Video)\b/;

/**
 * Label Studio's editor, in a frame of an origin of its own: what a stranger wrote may do there what it likes, and
 * reaches neither the session nor the API. Its protocol: public/editor/frame.js.
 */
export function Editor({
  id, config, data, media, result = null, readOnly = false, title = "Task", hidden = false, ref, onReady, onChange, onKey, onError,
}: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  const asked = useRef(new Map<number, (told: { result: Answer; valid: boolean }) => void>());
  const asks = useRef(0);
  const [up, setUp] = useState(0);
  const [height, setHeight] = useState(0);
  const [readyOf, setReadyOf] = useState("");
  const least = FITTED.test(config) ? Math.max(420, window.innerHeight - 300) : 60;

  const say = (message: Readonly<Record<string, unknown>>) => {
    // The frame's origin is none, so it cannot be named; what is sent is the task alone, and only this frame gets it.
    frame.current?.contentWindow?.postMessage(message, "*");
  };

  const hear = useEffectEvent((told: Told) => {
    if (told.kind === "hello") setUp((times) => times + 1);
    else if (told.kind === "size" && typeof told.height === "number") setHeight(Math.min(told.height, HEIGHT_MOST));
    else if (told.kind === "failed") onError?.(String(told.message));
    else if (told.id !== id) return;
    else if (told.kind === "ready") {
      setReadyOf(id);
      onReady?.();
    } else if (told.kind === "changed" && Array.isArray(told.result)) onChange?.(told.result as Answer);
    else if (told.kind === "key" && typeof told.key === "string") onKey?.(told.key, told.repeat === true);
    else if (told.kind === "collected" && typeof told.ask === "number" && Array.isArray(told.result)) {
      asked.current.get(told.ask)?.({ result: told.result as Answer, valid: told.valid === true });
      asked.current.delete(told.ask);
    }
  });
  useEffect(() => {
    function onMessage(event: MessageEvent<unknown>): void {
      if (event.source !== frame.current?.contentWindow || event.origin !== "null") return;
      if (typeof event.data === "object" && event.data !== null && (event.data as Told).tilth === "editor") hear(event.data as Told);
    }
    window.addEventListener("message", onMessage);
    return () => { window.removeEventListener("message", onMessage); };
  }, []);

  const load = useEffectEvent(async (signal: AbortSignal) => {
    const files: Record<string, Blob> = {};
    try {
      await Promise.all(
        Object.entries(media ?? {}).map(async ([name, from]) => { files[name] = typeof from === "string" ? await bytesOf(from, signal) : from; }),
      );
    } catch (error) {
      if (!signal.aborted) onError?.(error instanceof Error ? error.message : String(error));
      return;
    }
    if (!signal.aborted) say({ kind: "load", id, config, data, media: files, result, readOnly, dark: isDark() });
  });
  useEffect(() => {
    if (up === 0) return undefined;
    const ended = new AbortController();
    void load(ended.signal);
    return () => { ended.abort(); };
  }, [up, id, config, readOnly]);
  useEffect(() => {
    const watch = new MutationObserver(() => { say({ kind: "theme", dark: isDark() }); });
    watch.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => { watch.disconnect(); };
  }, []);

  useImperativeHandle(ref, () => ({
    collect: (check) =>
      new Promise((done) => {
        asks.current += 1;
        asked.current.set(asks.current, done);
        say({ kind: "collect", id, ask: asks.current, check });
      }),
    press: (key) => { say({ kind: "press", key }); },
    focus: () => { frame.current?.focus(); },
  }), [id]);

  return (
    <div className={["editor", hidden ? "editor-hidden" : "", readyOf === id ? "" : "editor-opening"].filter(Boolean).join(" ")} aria-busy={readyOf !== id} inert={hidden}>
      <iframe ref={frame} data-task={id} src="/editor/frame.html" sandbox="allow-scripts" title={title} style={{ height: Math.max(height, least) }} tabIndex={hidden ? -1 : 0} />
      {readyOf !== id && !hidden && <p className="quiet editor-wait">Opening the editor…</p>}
    </div>
  );
}

function isDark(): boolean {
  return document.documentElement.dataset["theme"] === "dark";
}

async function bytesOf(address: string, signal: AbortSignal): Promise<Blob> {
  const answer = await fetch(address, { credentials: "same-origin", headers: { "X-Tilth-Console": "1" }, signal });
  if (!answer.ok) throw new Error(`What is to be shown cannot be read (the server answered ${answer.status}).`);
  return answer.blob();
}
