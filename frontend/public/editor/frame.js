/*
 * The inside of canvas/Editor.tsx: Label Studio's editor in a sandboxed frame of an origin of its own, which reaches no
 * cookie, no storage and no network. All it knows comes by messages from the page that holds it:
 *   in   load {id, config, data, media, result, readOnly, dark} · collect {id, ask} · press {key} · theme {dark}
 *   out  hello · ready {id} · changed {id, result} · collected {id, ask, result, valid} · key {key, …} · size {height} · failed {id, message}
 */
"use strict";
(() => {
  const home = window.location.origin; // of the address: the frame's own origin is none
  const say = (kind, message = {}) => window.parent.postMessage({ tilth: "editor", kind, ...message }, home);

  // What an origin of its own may not have, kept in memory for as long as the frame lives.
  function memory() {
    const kept = new Map();
    return {
      getItem: (key) => (kept.has(String(key)) ? kept.get(String(key)) : null),
      setItem: (key, value) => void kept.set(String(key), String(value)),
      removeItem: (key) => void kept.delete(String(key)),
      clear: () => kept.clear(),
      key: (index) => [...kept.keys()][index] ?? null,
      get length() { return kept.size; },
    };
  }
  for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { value: memory() });
  Object.defineProperty(document, "cookie", { get: () => "", set: () => undefined });
  // A worker may come only from the frame's own blobs; such a one may load the editor's script.
  const Thread = window.Worker;
  window.Worker = class extends Thread {
    constructor(address, options) {
      const from = new URL(address, document.baseURI);
      const inside = from.protocol === "blob:" ? from : URL.createObjectURL(new Blob([`importScripts(${JSON.stringify(from.href)})`], { type: "text/javascript" }));
      super(inside, options);
    }
  };

  /** Configs whose answers are regions, of which a list stands beside the task where there is room. */
  const REGIONS = /<(\w*Labels|Rectangle|Polygon|Brush|KeyPoint|Ellipse|VideoRectangle)\b/;

  let editor = null;
  let store = null;
  let shown = { id: "", readOnly: false, own: new Set() };
  let addresses = [];
  let told = "";
  let loads = 0;

  function annotation() { return store?.annotationStore?.selected ?? null; }
  function result() { return annotation()?.serializeAnnotation() ?? []; }

  function load(message) {
    editor?.destroy();
    for (const address of addresses) URL.revokeObjectURL(address);
    addresses = [];
    store = null;
    // A place of its own each time: the editor before clears its own, and not at once.
    const place = document.createElement("div");
    place.id = `editor-${loads += 1}`;
    document.getElementById("editor").replaceChildren(place);
    shown = { id: message.id, readOnly: message.readOnly, own: keysOf(message.config) };
    theme(message.dark);
    const data = { ...message.data };
    for (const [name, blob] of Object.entries(message.media)) {
      const address = URL.createObjectURL(blob);
      addresses.push(address);
      data[name] = address;
    }
    const given = message.result;
    editor = new window.LabelStudio(place, {
      config: message.config,
      interfaces: REGIONS.test(message.config) && !message.readOnly && window.innerWidth >= 760 ? ["panel", "side-column"] : ["panel"],
      user: { id: 1, pk: 1, firstName: "", lastName: "", email: "" },
      task: { id: 1, data, predictions: [], annotations: given ? [{ id: "1", result: given, ...(message.readOnly ? { readonly: true } : {}) }] : [] },
      onLabelStudioLoad: (loaded) => {
        store = loaded;
        const all = store.annotationStore;
        const one = all.annotations[0] ?? all.addAnnotation({ userGenerate: true });
        all.selectAnnotation(one.id);
        if (message.readOnly) one.setReadonly?.(true);
        told = JSON.stringify(result());
        say("ready", { id: shown.id });
        size();
      },
    });
  }

  /** Keys that the config gives to a choice or label: they do that and nothing else. */
  function keysOf(config) {
    const parsed = new DOMParser().parseFromString(config, "text/xml");
    return new Set([...parsed.querySelectorAll("[hotkey]")].map((tag) => (tag.getAttribute("hotkey") ?? "").toLowerCase()));
  }

  function theme(dark) { document.documentElement.dataset.theme = dark ? "dark" : "light"; }

  let waiting = 0;
  /** After whatever a person did: tell the result if it is another. Label Studio tells no change of a choice. */
  function look() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (!store || shown.readOnly) return;
      const now = result();
      const text = JSON.stringify(now);
      if (text === told) return;
      told = text;
      say("changed", { id: shown.id, result: now });
    }, 60);
  }
  for (const kind of ["pointerup", "keyup", "input", "click"]) window.addEventListener(kind, look, true);

  const FORWARDED = new Set(["Enter", "u", "s", "z", "?"]);
  window.addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const writing = target?.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]");
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    const submit = key === "Enter" && (ctrlKey || metaKey);
    if (!submit && (writing || ctrlKey || metaKey || altKey || !FORWARDED.has(key) || shown.own.has(key.toLowerCase()))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say("key", { id: shown.id, key, repeat: event.repeat, shift: shiftKey });
  }, true);

  /** A key that was pressed outside, while the page had the focus. */
  function press(key) {
    for (const kind of ["keydown", "keyup"]) {
      const code = key.length === 1 ? key.toUpperCase().charCodeAt(0) : 0;
      const event = new KeyboardEvent(kind, { key, bubbles: true, cancelable: true });
      Object.defineProperties(event, { keyCode: { value: code }, which: { value: code } });
      document.body.dispatchEvent(event);
    }
    look();
  }

  let height = 0;
  function size() {
    const now = Math.ceil(document.getElementById("editor").getBoundingClientRect().height);
    if (now === height) return;
    height = now;
    say("size", { height: now });
  }

  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== home) return;
    const message = event.data;
    try {
      if (message.kind === "load") load(message);
      else if (message.kind === "theme") theme(message.dark);
      else if (message.kind === "press") press(message.key);
      else if (message.kind === "collect" && message.id === shown.id && store) {
        const one = annotation();
        const valid = message.check ? one?.validate?.() !== false : true;
        say("collected", { id: shown.id, ask: message.ask, result: result(), valid });
      }
    } catch (error) {
      say("failed", { id: shown.id, message: error instanceof Error ? error.message : String(error) });
    }
  });
  window.addEventListener("error", (event) => say("failed", { id: shown.id, message: event.message || "A part of the editor did not load." }));
  window.addEventListener("DOMContentLoaded", () => {
    new ResizeObserver(size).observe(document.getElementById("editor"));
    if (window.LabelStudio) say("hello");
    else say("failed", { id: "", message: "The annotation editor is not part of this build." });
  });
})();
