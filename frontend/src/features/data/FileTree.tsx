import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";

import { bytes } from "@/lib/format";
import { Empty, ErrorNote, Icon, Loading } from "@/ui";

import { type TreeRow, useReadyCommit, useTree } from "./level";
import { Name } from "./Name";
import { baseName, folderOf } from "./reference";
import { Thumb, isPicture } from "./Thumb";

/** The files of one version. Arrows move and open folders, Enter shows a file, letters jump to a name. */
export function FileTree({
  repo,
  commit,
  selected,
  onSelect,
  onFolder,
}: {
  repo: string;
  commit: string;
  selected: string | null;
  onSelect: (path: string | null) => void;
  /** Hears which folder was opened last. */
  onFolder?: (folder: string) => void;
}) {
  const tree = useTree(repo, useReadyCommit(repo, commit), selected);
  const [active, setActive] = useState<string | null>(selected);
  const [typed, setTyped] = useState({ text: "", at: 0 });
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const rows = tree.rows;
  const index = Math.max(0, rows.findIndex((row) => row.path === active));
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => 28,
    overscan: 12,
  });
  // A link may name a file far down: it is brought into sight once, when it is known where it stands.
  const shownOnce = useRef(false);
  const place = selected === null ? -1 : rows.findIndex((row) => row.path === selected);
  useEffect(() => {
    if (shownOnce.current || place < 0) return;
    shownOnce.current = true;
    virtual.scrollToIndex(place, { align: "center" });
  }, [place, virtual]);
  const items = virtual.getVirtualItems();
  const lastSeen = items.at(-1)?.index ?? 0;
  useEffect(() => {
    for (const row of rows.slice(items[0]?.index ?? 0, lastSeen + 1)) if (row.kind === "more") tree.more(row.folder);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [lastSeen, rows.length]);

  function moveTo(next: number): void {
    const to = Math.max(0, Math.min(rows.length - 1, next));
    const row = rows[to];
    if (!row) return;
    setActive(row.path);
    virtual.scrollToIndex(to);
    if (selected !== null && row.kind === "entry" && row.info.kind !== "folder") onSelect(row.path);
  }
  function act(row: TreeRow): void {
    if (row.kind !== "entry") return;
    if (row.info.kind !== "folder") onSelect(row.path);
    else if (row.open) tree.close(row.path);
    else {
      tree.open(row.path);
      onFolder?.(row.path);
    }
  }
  function onKey(event: KeyboardEvent): void {
    const row = rows[index];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const folder = row.kind === "entry" && row.info.kind === "folder";
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 280) / 28) - 1);
    if (event.key === "ArrowDown") moveTo(index + 1);
    else if (event.key === "ArrowUp") moveTo(index - 1);
    else if (event.key === "PageDown") moveTo(index + page);
    else if (event.key === "PageUp") moveTo(index - page);
    else if (event.key === "Home") moveTo(0);
    else if (event.key === "End") moveTo(rows.length - 1);
    else if (event.key === "Enter" || event.key === " ") act(row);
    else if (event.key === "ArrowRight" && folder) {
      if (row.open) moveTo(index + 1);
      else tree.open(row.path);
    } else if (event.key === "ArrowLeft") {
      if (folder && row.open) tree.close(row.path);
      else moveTo(rows.findIndex((one) => one.path === folderOf(row.path)));
    } else if (event.key.length === 1) {
      const text = (Date.now() - typed.at < 800 ? typed.text : "") + event.key.toLowerCase();
      setTyped({ text, at: Date.now() });
      const order = [...rows.keys()].map((_, step) => (index + step + (text.length === 1 ? 1 : 0)) % rows.length);
      const to = order.find((one) => baseName(rows[one]?.path ?? "").toLowerCase().startsWith(text));
      if (to !== undefined) moveTo(to);
    } else return;
    event.preventDefault();
  }
  if (tree.error && rows.length === 0) return <ErrorNote error={tree.error} retry={tree.retry} />;
  if (tree.pending) return <Loading what="Reading the files…" />;
  if (rows.length === 0)
    return (
      <Empty title="No files in this version">
        <p>Drop files or a folder anywhere on this page to put some here.</p>
      </Empty>
    );
  return (
    <div
      ref={box}
      className="data-tree"
      role="tree"
      aria-label="Files"
      tabIndex={0}
      aria-activedescendant={`${id}-${index}`}
      onKeyDown={onKey}
    >
      <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const at = { height: item.size, transform: `translateY(${item.start}px)`, paddingLeft: 8 + row.depth * 16 };
          if (row.kind !== "entry")
            return (
              <div key={row.path} className="row quiet" style={at}>
                {row.kind === "error" ? row.error.message : "Loading more…"}
              </div>
            );
          const folder = row.info.kind === "folder";
          return (
            <div
              key={row.path}
              id={`${id}-${item.index}`}
              role="treeitem"
              aria-level={row.depth + 1}
              aria-selected={row.path === selected}
              {...(folder ? { "aria-expanded": row.open } : {})}
              className={`row${item.index === index ? " active" : ""}${row.path === selected ? " selected" : ""}`}
              style={at}
              onClick={() => {
                setActive(row.path);
                act(row);
              }}
            >
              <span className="twist">{folder && <Icon name={row.open ? "down" : "right"} size={12} />}</span>
              {!folder && isPicture(row.path) ? <Thumb repo={repo} commit={commit} file={row.info} side={20} instead={<Icon name="file" size={14} />} /> : <Icon name={folder ? "folder" : "file"} size={14} />}
              <Name name={baseName(row.path)} />
              {row.info.kind === "link" && <span className="tag">link</span>}
              <span className="size faint">{folder ? "" : bytes(row.info.size)}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
