import { Link } from "@tanstack/react-router";

import type { CommitInfo } from "@/api/client";
import { usePages } from "@/api/queries";
import { bytes, counted, plain } from "@/lib/format";
import { Button, ErrorNote, Loading, Section } from "@/ui";

/** The files of a version: a click traces one of them down to items, labels and people. */
export function FilesOf({ commit, chosen }: { commit: CommitInfo; chosen: string | null }) {
  const place = `${plain(commit.repo)}@${commit.id}`;
  const files = usePages("files.walk", { reference: place, limit: 50 }, { enabled: chosen === null });
  if (chosen !== null)
    return (
      <p>
        <Link to="/lineage" search={{ of: place }}>Show the whole version</Link>
      </p>
    );
  return (
    <Section title="Trace one file of it" aside={counted(commit.files, "file")}>
      {files.error ? (
        <ErrorNote error={files.error} retry={files.retry} />
      ) : files.isPending ? (
        <Loading what="Reading its files…" />
      ) : (
        <div className="chips">
          {files.items.map((file) => (
            <Link key={file.path} to="/lineage" search={{ of: `${place}:${file.path}` }} className="button small" title={bytes(file.size)}>
              {file.path}
            </Link>
          ))}
          {files.hasMore && (
            <Button small look="plain" disabled={files.isLoadingMore} onClick={files.more}>More files</Button>
          )}
        </div>
      )}
    </Section>
  );
}
