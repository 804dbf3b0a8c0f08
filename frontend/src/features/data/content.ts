/** The bytes of stored files. They are fetched as data and never opened as pages. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { type ApiError, addressOf, call, send } from "@/api/client";

import type { FileInfo } from "./level";
import { mediaTypeOf } from "./kinds";
import { baseName, byBytes, justBefore, referenceOf } from "./reference";

/** Read the first `most` bytes of a file; kept by content, so that equal files are read once. */
export function useBytes(repo: string, commit: string, file: FileInfo, most: number, enabled = true) {
  return useQuery<Uint8Array<ArrayBuffer>, ApiError>({
    queryKey: ["data.bytes", file.digest ?? `${repo}@${commit}:${file.path}`, most],
    queryFn: async ({ signal }) => {
      const reference = referenceOf(repo, commit, file.path);
      const answer = await send(addressOf("files.read", { reference, start: 0, stop: Math.min(most, file.size) }), { signal });
      return new Uint8Array(await answer.arrayBuffer());
    },
    staleTime: Infinity,
    gcTime: 60_000,
    enabled,
  });
}

/** Return an address under which the page itself may show the bytes as the media of this file's name. */
export function useObjectAddress(data: Uint8Array<ArrayBuffer> | undefined, path: string): string | null {
  const [made, setMade] = useState<{ of: Uint8Array; address: string } | null>(null);
  useEffect(() => {
    if (!data) return;
    const address = URL.createObjectURL(new Blob([data], { type: mediaTypeOf(path) }));
    let wanted = true;
    queueMicrotask(() => { if (wanted) setMade({ of: data, address }); });
    return () => {
      wanted = false;
      URL.revokeObjectURL(address);
    };
  }, [data, path]);
  return made && made.of === data ? made.address : null;
}

/** Find one file in a version; null when it is not there (which is no error: one may look at another moment). */
export function useFile(repo: string, commit: string, path: string | null) {
  return useQuery<FileInfo | null, ApiError>({
    queryKey: ["data.file", repo, commit, path],
    queryFn: async ({ signal }) => {
      if (path === null) return null;
      let after: string | null = justBefore(path) || null;
      for (let pages = 0; pages < 20; pages++) {
        const args = { reference: referenceOf(repo, commit), limit: 50, ...(after === null ? {} : { after }) };
        const page = await call("files.walk", args, signal);
        const found = page.items.find((item) => item.path === path);
        const last = page.items.at(-1);
        if (found) return found;
        if (!last || page.next == null || byBytes(last.path, path) > 0) return null;
        after = page.next;
      }
      return call("files.stat", { reference: referenceOf(repo, commit, path) }, signal);
    },
    staleTime: Infinity,
  });
}

export interface Download {
  done: number;
  stop: () => void;
}

/** What the files of a folder are packed into. */
export type Packed = "zip" | "tar";

/** Save a file, or all files below a folder as one archive. Returns what is under way, and what went wrong. */
export function useDownload(): {
  state: Download | null;
  error: ApiError | null;
  start: (reference: string, path: string, packed?: Packed) => void;
} {
  const [state, setState] = useState<Download | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  function start(reference: string, path: string, packed?: Packed): void {
    const abort = new AbortController();
    const stop = () => { abort.abort(); };
    setError(null);
    setState({ done: 0, stop });
    const address = packed ? addressOf("files.archive", { reference, format: packed }) : addressOf("files.read", { reference });
    save(address, packed ? `${baseName(path)}.${packed}` : baseName(path), abort.signal, (done) => {
      setState({ done, stop });
    })
      .catch((problem: unknown) => {
        if (!abort.signal.aborted) setError(problem as ApiError);
      })
      .finally(() => { setState(null); });
  }
  return { state, error, start };
}

async function save(address: string, name: string, signal: AbortSignal, told: (done: number) => void): Promise<void> {
  const answer = await send(address, { signal });
  const reader = answer.body?.getReader();
  const parts: BlobPart[] = [];
  let done = 0;
  let toldAt = 0;
  while (reader) {
    const piece = await reader.read();
    if (piece.done) break;
    parts.push(piece.value);
    done += piece.value.length;
    if (Date.now() - toldAt > 200) {
      toldAt = Date.now();
      told(done);
    }
  }
  const made = URL.createObjectURL(new Blob(parts, { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = made;
  link.download = name.replace(/[/\\]/g, "_") || "files";
  link.click();
  setTimeout(() => { URL.revokeObjectURL(made); }, 10_000);
}
