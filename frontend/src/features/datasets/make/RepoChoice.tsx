import { type Ref, useMemo } from "react";

import { useRead } from "@/api/queries";
import type { Pick } from "@/lib/likely";
import { RepoOptions } from "@/ui";

import { isTable } from "./draft";

/** Choose a repo of those that may hold the data. */
export function RepoChoice({ value, of, waiting = false, chooser, onChange }: { value: string; of: readonly Pick[]; waiting?: boolean; chooser?: Ref<HTMLSelectElement>; onChange: (repo: string) => void }) {
  return (
    <select ref={chooser} className="field" value={value} onChange={(event) => { onChange(event.target.value); }}>
      <option value="" disabled>
        {waiting ? "reading…" : "choose one"}
      </option>
      <RepoOptions picks={of} />
    </select>
  );
}

/** The first thousand files of a repo, and which of them are tables. */
export function useFiles(repo: string) {
  const read = useRead("files.walk", { reference: `${repo}@main`, limit: 1000 }, { enabled: repo !== "" });
  const paths = useMemo(() => (read.data?.items ?? []).filter((one) => one.kind === "file").map((one) => one.path.replace(/^\//, "")), [read.data]);
  return { paths, tables: paths.filter(isTable), more: Boolean(read.data?.next), waiting: read.isPending, error: read.error };
}
