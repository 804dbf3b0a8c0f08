/** What one may do to items, each act one commit that can be taken back. */
import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { type ApiError, call } from "@/api/client";
import { counted } from "@/lib/format";

import { type Question, asked } from "@/features/datasets/place";
import type { ActInfo, ItemDetail, ItemPage } from "@/features/datasets/types";
import { forgetLater } from "./passing";

export type Target = { keys: string[] } | { where: string };

/** What is told about the last act, with the way back. */
export interface Note {
  words: string;
  at_ms: number;
  /** The commit to undo; null where there is nothing to take back. */
  commit: string | null;
  error: ApiError | null;
}

export interface Acts {
  note: Note | null;
  busy: string | null;
  closeNote: () => void;
  fix: (label: string, target: Target, count: number, reason?: string) => Promise<boolean>;
  /** Mark items; null takes the mark off. */
  mark: (mark: string | null, keys: readonly string[]) => Promise<boolean>;
  undo: (commit?: string) => Promise<void>;
  /** Say what another act of the page did. */
  told: (words: string, commit?: string) => void;
}

export const MARKS: readonly { mark: string; key: string; word: string; about: string }[] = [
  { mark: "model_wrong", key: "m", word: "Model wrong", about: "The label is right, and the model's prediction is not." },
  { mark: "ambiguous", key: "a", word: "Ambiguous", about: "Experts could disagree." },
  { mark: "bad_data", key: "b", word: "Bad data", about: "The item itself is broken, empty or not of this dataset." },
];

export function markWord(mark: string): string {
  return MARKS.find((one) => one.mark === mark)?.word.toLowerCase() ?? mark.replaceAll("_", " ");
}

/** Said where a fix decides a task: what is certain also tells how much each labeler is worth. Pure. */
export function movesOthers(ruled: number): string {
  return ruled === 0 ? "" : ". Your word is final; it also tells whose answers to trust, so labels of other items that people disagree on may follow";
}

export function useActs(name: string, question: Question): Acts {
  const cache = useQueryClient();
  const [note, setNote] = useState<Note | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const done = useRef<string[]>([]);

  // What went well is told for a while; it stays in History, and z still takes it back.
  useEffect(() => {
    return forgetLater(note, () => { setNote((now) => (now === note ? null : now)); });
  }, [note]);
  const refresh = useCallback(() => {
    void cache.invalidateQueries({ predicate: ({ queryKey: [operation] }) => typeof operation === "string" && /^(datasets|slices|analysis|models|commits)\./.test(operation) });
  }, [cache]);
  const attempt = useCallback(
    async (words: string, act: () => Promise<ActInfo>, said: (info: ActInfo) => string): Promise<boolean> => {
      setBusy(words);
      try {
        const info = await act();
        if (info.undoable) done.current.push(info.commit);
        setNote({ words: said(info), at_ms: info.at_ms, commit: info.undoable ? info.commit : null, error: null });
        return true;
      } catch (error) {
        setNote({ words, at_ms: Date.now(), commit: null, error: error as ApiError });
        return false;
      } finally {
        setBusy(null);
        refresh();
      }
    },
    [refresh],
  );
  /** Show what will be, at once; the server's answer follows. */
  const foresee = useCallback(
    (keys: readonly string[], change: Partial<ItemPage["items"][number]>) => {
      const known = new Set(keys);
      const changed = (page: ItemPage): ItemPage =>
        page.items.some((item) => known.has(item.key))
          ? { ...page, items: page.items.map((item) => (known.has(item.key) ? { ...item, ...change } : item)) }
          : page;
      // The open item, too: it is read by itself.
      cache.setQueriesData<ItemDetail>({ queryKey: ["datasets.item"] }, (data) =>
        data && known.has(data.item.key) ? { ...data, item: { ...data.item, ...change } } : data,
      );
      // One page, or pages that are read one after the other.
      cache.setQueriesData<ItemPage | InfiniteData<ItemPage>>({ queryKey: ["datasets.items"] }, (data) =>
        data && ("pages" in data ? { ...data, pages: data.pages.map(changed) } : changed(data)),
      );
    },
    [cache],
  );
  const args = useCallback(
    (target: Target, count: number) =>
      "keys" in target ? { keys: target.keys } : { ...asked({ ...question, where: target.where }), where: target.where, expect: count },
    [question],
  );
  return {
    note,
    busy,
    closeNote: () => { setNote(null); },
    fix: (label, target, count, reason = "") => {
      if ("keys" in target) foresee(target.keys, { label, labeled_by: "fixed" });
      return attempt(
        `Relabeling ${counted(count, "item")}…`,
        () => call("datasets.fix", { name, label, reason, ...args(target, count) }),
        (info) => `${counted(info.count, "item")} relabeled ${label}${movesOthers(info.ruled ?? 0)}`,
      );
    },
    mark: (mark, keys) => {
      foresee(keys, { mark });
      return attempt(
        mark === null ? "Taking the mark off…" : `Marking ${counted(keys.length, "item")}…`,
        () => call("datasets.mark", { name, mark, keys: [...keys] }),
        (info) => (mark === null ? `The mark is taken off ${counted(info.count, "item")}` : `${counted(info.count, "item")} marked ${markWord(mark)}`),
      );
    },
    undo: async (commit) => {
      const wanted = commit ?? done.current.at(-1);
      if (wanted === undefined) {
        setNote({ words: "There is nothing of yours to undo since this page was opened. Older acts are in History.", at_ms: Date.now(), commit: null, error: null });
        return;
      }
      await attempt("Undoing…", () => call("datasets.undo", { name, commit: wanted }), (info) => `Undone: ${info.message.replace(/^Undo:?\s*/i, "")}`);
      done.current = done.current.filter((one) => one !== wanted);
    },
    told: (words, commit) => {
      if (commit) done.current.push(commit);
      setNote({ words, at_ms: Date.now(), commit: commit ?? null, error: null });
      refresh();
    },
  };
}
