/** The opened folders of one version as rows of a tree, each level read in pages. */
import { type QueryClient, keepPreviousData, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { type ApiError, type Args, type Result, type Schemas, call } from "@/api/client";
import { keyOf } from "@/api/queries";

import { folderOf, referenceOf } from "./reference";

export type FileInfo = Schemas["FileInfo"];

export type TreeRow =
  | { kind: "entry"; path: string; info: FileInfo; depth: number; open: boolean }
  | { kind: "more"; path: string; folder: string; depth: number }
  | { kind: "loading"; path: string; folder: string; depth: number }
  | { kind: "error"; path: string; folder: string; depth: number; error: ApiError };

interface Level {
  items: FileInfo[];
  more: boolean;
}

const PAGE = 1000;

export interface Tree {
  rows: TreeRow[];
  pending: boolean;
  error: ApiError | null;
  open: (folder: string) => void;
  close: (folder: string) => void;
  more: (folder: string) => void;
  retry: () => void;
}

/** Return the commit to show: the wanted one once its files are known, until then the one before, so that nothing jumps. */
export function useReadyCommit(repo: string, commit: string): string {
  const client = useQueryClient();
  const ready = useQuery({
    queryKey: ["data.ready", repo, commit],
    queryFn: async () => {
      await readLevel(client, repo, commit, "", 1);
      return commit;
    },
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
  return ready.data ?? commit;
}

/** Read the tree at a commit, which never changes, so that nothing is read twice. Costs one call per page looked at. */
export function useTree(repo: string, commit: string, reveal: string | null): Tree {
  const client = useQueryClient();
  const [opened, setOpened] = useState<ReadonlySet<string>>(() => new Set(reveal === null ? [] : above(reveal)));
  const [pages, setPages] = useState<Readonly<Record<string, number>>>({});
  const folders = useMemo(() => ["", ...opened], [opened]);
  const levels = useQueries({
    queries: folders.map((folder) => ({
      queryKey: ["data.level", repo, commit, folder, pages[folder] ?? 1] as const,
      queryFn: () => readLevel(client, repo, commit, folder, pages[folder] ?? 1),
      staleTime: Infinity,
      placeholderData: (before: Level | undefined) => before,
    })),
  });
  const found = new Map(folders.map((folder, index) => [folder, levels[index]] as const));
  const rows: TreeRow[] = [];
  function add(folder: string, depth: number): void {
    const level = found.get(folder);
    if (level?.error) rows.push({ kind: "error", path: `${folder}/\u0000e`, folder, depth, error: level.error as ApiError });
    if (!level?.data) {
      if (!level?.error) rows.push({ kind: "loading", path: `${folder}/\u0000l`, folder, depth });
      return;
    }
    for (const info of level.data.items) {
      const open = info.kind === "folder" && opened.has(info.path);
      rows.push({ kind: "entry", path: info.path, info, depth, open });
      if (open) add(info.path, depth + 1);
    }
    if (level.data.more) rows.push({ kind: "more", path: `${folder}/\u0000m`, folder, depth });
  }
  const top = found.get("");
  if (top?.data) add("", 0);
  return {
    rows,
    pending: top?.isPending ?? true,
    error: (top?.error as ApiError | null | undefined) ?? null,
    open: (folder) => { setOpened(new Set([...opened, folder])); },
    close: (folder) => { setOpened(new Set([...opened].filter((one) => one !== folder))); },
    more: (folder) => {
      const level = found.get(folder);
      if (level && !level.isFetching) setPages({ ...pages, [folder]: (pages[folder] ?? 1) + 1 });
    },
    retry: () => { for (const level of levels) if (level.error) void level.refetch(); },
  };
}

async function readLevel(client: QueryClient, repo: string, commit: string, folder: string, pages: number): Promise<Level> {
  const items: FileInfo[] = [];
  let after: string | null = null;
  for (let page = 0; page < pages; page++) {
    const args: Args<"files.list"> = {
      reference: referenceOf(repo, commit, folder),
      limit: PAGE,
      ...(after === null ? {} : { after }),
    };
    const found: Result<"files.list"> = await client.fetchQuery({
      queryKey: keyOf("files.list", args),
      queryFn: ({ signal }) => call("files.list", args, signal),
      staleTime: Infinity,
    });
    items.push(...found.items);
    after = found.next ?? null;
    if (after === null) break;
  }
  return { items, more: after !== null };
}

function above(path: string): string[] {
  const folders: string[] = [];
  for (let folder = folderOf(path); folder !== ""; folder = folderOf(folder)) folders.unshift(folder);
  return folders;
}
