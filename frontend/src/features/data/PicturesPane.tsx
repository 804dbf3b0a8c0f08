import { useState } from "react";

import { usePages } from "@/api/queries";
import { Button, ErrorNote } from "@/ui";

import { Name } from "./Name";
import { baseName, folderOf, referenceOf, shownName } from "./reference";
import { Thumb, isPicture } from "./Thumb";

const PAGE = 60;

/** The pictures below a folder of one version, a page at a time. */
function usePictures(repo: string, commit: string, folder: string) {
  const walk = usePages("files.walk", { reference: referenceOf(repo, commit, folder), limit: PAGE }, { enabled: commit !== "" });
  return { ...walk, files: walk.items.filter((file) => file.kind === "file" && isPicture(file.path)) };
}

/** Whether the first files below the root are pictures: then a pane for them is worth its place. */
export function useHasPictures(repo: string, commit: string): boolean {
  return usePictures(repo, commit, "").files.length > 0;
}

/** The pictures of a folder, small, beside the list of its files. */
export function PicturesPane({ repo, commit, folder, onSelect, onFolder }: { repo: string; commit: string; folder: string; onSelect: (path: string) => void; onFolder: (folder: string) => void }) {
  const pictures = usePictures(repo, commit, folder);
  const [large, setLarge] = useState(false);
  const side = large ? 176 : 104;
  return (
    <section className="data-pictures" aria-label={folder ? `Pictures in ${shownName(folder)}` : "Pictures"}>
      <header className="data-panel-head">
        <h2>{folder ? <Name name={folder} /> : "Pictures"}</h2>
        {folder && <Button small look="plain" onClick={() => { onFolder(folderOf(folder)); }}>One folder up</Button>}
        <Button small look="plain" aria-pressed={large} onClick={() => { setLarge(!large); }}>{large ? "Smaller" : "Larger"}</Button>
      </header>
      {pictures.error && <ErrorNote error={pictures.error} retry={pictures.retry} />}
      {!pictures.isPending && pictures.files.length === 0 && !pictures.hasMore && <p className="quiet">There are no pictures in this folder.</p>}
      <ul style={{ gridTemplateColumns: `repeat(auto-fill, ${side}px)` }}>
        {pictures.files.map((file) => (
          <li key={file.path}>
            <button type="button" title={shownName(file.path)} onClick={() => { onSelect(file.path); }}>
              <Thumb repo={repo} commit={commit} file={file} side={side} instead={<span className="data-thumb-none" style={{ width: side, height: side }}>cannot be shown</span>} />
              <Name name={baseName(file.path)} />
            </button>
          </li>
        ))}
      </ul>
      {pictures.hasMore && <Button small disabled={pictures.isLoadingMore} onClick={pictures.more}>{pictures.isLoadingMore ? "Loading…" : "Show more pictures"}</Button>}
    </section>
  );
}
