import { addressOf } from "@/api/client";
import { MediaView } from "@/canvas/MediaView";
import { count } from "@/lib/format";
import { parseReference } from "@/lib/names";
import { extensionOf } from "@/lib/mediaTypes";
import { Loading } from "@/ui";

import { type Draft, type Media, endingsOf, folderLabel, globOf, isTable } from "./draft";

const FIRST = 8;

/** The paths that a draft takes in, as far as they are known. */
export function shownPaths(paths: readonly string[], draft: Draft): string[] {
  const folder = parseReference(draft.from).path?.replace(/^\/|\/$/g, "") ?? "";
  const endings = endingsOf(draft.glob);
  return paths.filter((path) => (folder === "" || path.startsWith(`${folder}/`)) && (endings === null || endings.length === 0 ? !isTable(path) : endings.includes(extensionOf(path))));
}

/** Which files are items: all, or those of some kinds; a pattern for whoever needs one. */
export function OnlyFiles({ paths, more, glob, onChange }: { paths: readonly string[]; more: boolean; glob: string; onChange: (glob: string) => void }) {
  const chosen = endingsOf(glob);
  const found = new Map<string, number>();
  for (const path of paths) if (extensionOf(path)) found.set(extensionOf(path), (found.get(extensionOf(path)) ?? 0) + 1);
  for (const ending of chosen ?? []) if (!found.has(ending)) found.set(ending, 0);
  const kinds = [...found].sort((a, b) => b[1] - a[1]).slice(0, 8);
  return (
    <div className="make-only" role="group" aria-label="Which files">
      <span>Which files</span>
      <div className="chips">
        <button type="button" className="chip" aria-pressed={glob === ""} onClick={() => { onChange(""); }}>
          all files
        </button>
        {kinds.map(([ending, many]) => (
          <button
            key={ending}
            type="button"
            className="chip"
            aria-pressed={chosen?.includes(ending) ?? false}
            onClick={() => { onChange(globOf(chosen?.includes(ending) ? chosen.filter((one) => one !== ending) : [...(chosen ?? []), ending])); }}
          >
            .{ending} <span className="faint">{more ? `${count(many)} in the first ${count(paths.length)}` : count(many)}</span>
          </button>
        ))}
      </div>
      <details open={chosen === null}>
        <summary className="faint">by a pattern of their names</summary>
        <input className="field mono" aria-label="Only files named like" placeholder="night/**.jpg" title="* stands for any letters, ** also for folders" value={glob} spellCheck={false} onChange={(event) => { onChange(event.target.value); }} />
      </details>
    </div>
  );
}

/** The first files as the dataset would show them. */
export function FilePreview({ repo, paths, media, labels, waiting }: { repo: string; paths: readonly string[]; media: Media; labels: Draft["labels"]; waiting: boolean }) {
  if (waiting) return <Loading what="Looking at the files…" />;
  if (paths.length === 0) return <p className="quiet">There are no such files in {repo}.</p>;
  return (
    <ul className="make-preview">
      {paths.slice(0, FIRST).map((path) => {
        const reference = `${repo}@main:${path}`;
        return (
          <li key={path}>
            <div className="make-picture">
              <MediaView media={{ kind: media === "text" ? "file" : media, reference }} name={path} address={addressOf("files.read", { reference })} fit="tile" />
            </div>
            <bdi className="ellipsis" title={path}>{path}</bdi>
            {labels === "folder" && <strong className="ellipsis">{folderLabel(path) || "no folder"}</strong>}
          </li>
        );
      })}
    </ul>
  );
}
