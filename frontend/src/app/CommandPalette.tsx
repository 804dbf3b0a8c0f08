import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import { may, useRole } from "@/api/may";
import { useRead } from "@/api/queries";
import { useNow } from "@/lib/clock";
import { ago, plain } from "@/lib/format";
import { fullName } from "@/lib/names";
import { matching } from "@/lib/search";
import { SETTINGS } from "@/features/settings/parts";
import { Icon, type IconName, Kbd, toldState } from "@/ui";

import { PLACES, needOf } from "./places";
import { useBelow } from "./below";

interface Entry {
  label: string;
  kind: string;
  icon: IconName;
  /** Where name and kind do not tell two apart. */
  id?: string;
  go: () => void;
}

/** Ctrl-K: go anywhere by typing. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const before = useRef(document.activeElement);
  const role = useRole();
  const now = useNow();
  const reads = { enabled: may(role, "repos.list") };
  const repos = useRead("repos.list", { limit: 1000 }, reads);
  const pipelines = useRead("pipelines.list", { limit: 1000 }, reads);
  const labelings = useRead("labeling.list", {});
  const datasets = useRead("datasets.list", { limit: 1000 }, reads);
  const models = useRead("models.list", { limit: 1000 }, reads);
  const runs = useRead("jobs.list", { limit: 100 }, reads);
  const below = useBelow((datasets.data?.items ?? []).map((one) => plain(one.name)), words);

  useEffect(() => {
    const focused = before.current;
    return () => {
      if (focused instanceof HTMLElement) focused.focus();
    };
  }, []);

  const entries: Entry[] = [
    ...PLACES.filter((place) => may(role, needOf(place.to))).map((place): Entry => ({ label: place.label, kind: "page", icon: place.icon, go: () => void navigate({ to: place.to }) })),
    ...(pipelines.data?.items ?? []).map((pipeline): Entry => {
      const name = fullName(pipeline.project, pipeline.name);
      return { label: name, kind: "pipeline", icon: "pipelines", go: () => void navigate({ to: "/pipelines/$name", params: { name } }) };
    }),
    ...(labelings.data?.items ?? []).map(({ pipeline }): Entry => ({
      label: plain(pipeline),
      kind: "labeling",
      icon: "labeling",
      go: () => void navigate({ to: "/labeling/$pipeline", params: { pipeline: plain(pipeline) } }),
    })),
    ...(repos.data?.items ?? []).flatMap((repo): Entry[] => {
      const name = fullName(repo.project, repo.name);
      return [
        { label: name, kind: "repo", icon: "data", go: () => void navigate({ to: "/data/$repo", params: { repo: name } }) },
        { label: name, kind: "where it came from", icon: "lineage", go: () => void navigate({ to: "/lineage", search: { of: name } }) },
      ];
    }),
    ...(datasets.data?.items ?? []).map(({ name }): Entry => ({
      label: plain(name),
      kind: "dataset",
      icon: "datasets",
      go: () => void navigate({ to: "/datasets/$name", params: { name: plain(name) } }),
    })),
    ...(models.data?.items ?? []).map(({ name }): Entry => ({
      label: plain(name),
      kind: "model",
      icon: "models",
      go: () => void navigate({ to: "/models/$model", params: { model: plain(name) } }),
    })),
    ...below.slices.map(({ dataset, slice }): Entry => ({
      label: slice,
      kind: `slice of ${dataset}`,
      icon: "datasets",
      go: () => void navigate({ to: "/datasets/$name", params: { name: dataset }, search: { view: "slices", of: slice } }),
    })),
    ...SETTINGS.filter((part) => may(role, part.needs)).map((part): Entry => ({
      label: part.label,
      kind: "settings",
      icon: "settings",
      go: () => void navigate({ to: "/settings/$part", params: { part: part.part } }),
    })),
    ...(runs.data?.items ?? []).map((run): Entry => ({
      label: plain(run.pipeline),
      kind: `run ${ago(run.created_ms, now)}, ${toldState(run.state).word}`,
      id: run.id,
      icon: "play",
      go: () => void navigate({ to: "/runs/$run", params: { run: run.id } }),
    })),
  ];
  // Items were found by the server; what is here is found by its words.
  const items = below.items.map(({ dataset, key }): Entry => ({
    label: key,
    kind: `item of ${dataset}`,
    icon: "file",
    go: () => void navigate({ to: "/datasets/$name", params: { name: dataset }, search: { item: key } }),
  }));
  const found = [...matching(entries, words, (entry) => `${entry.label} ${entry.kind}`).slice(0, 60), ...items];
  const chosen = Math.min(at, found.length - 1);
  const waits = [repos, pipelines, labelings, datasets, models, runs].some((read) => read.isLoading);
  const [entered, setEntered] = useState(false);
  // Enter pressed before all lists are here chooses from the whole of them: a fast hand must not land elsewhere.
  const due = entered && !waits;
  const chosenNow = useRef<Entry | undefined>(undefined);
  useEffect(() => { chosenNow.current = found[chosen]; });
  useEffect(() => {
    if (!due) return;
    const entry = chosenNow.current;
    if (!entry) return;
    onClose();
    entry.go();
  }, [due, onClose]);

  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  function choose(entry: Entry | undefined): void {
    if (!entry) return;
    onClose();
    entry.go();
  }

  return (
    <div className="palette-veil" onPointerDown={(event) => { if (event.target === event.currentTarget) onClose(); }}>
      <div className="palette" role="dialog" aria-modal="true" aria-label="Go to">
        <div className="palette-field">
          <Icon name="search" />
          <input
            autoFocus
            value={words}
            placeholder="A page, a dataset, a slice, an item, a model, a pipeline, a repo, a run"
            aria-label="Go to"
            role="combobox"
            aria-expanded
            aria-controls="palette-list"
            aria-activedescendant={chosen >= 0 ? `entry-${chosen}` : undefined}
            onChange={(event) => {
              setWords(event.target.value);
              setAt(0);
              setEntered(false);
            }}
            onKeyDown={(event) => {
              if (event.key === "Escape") onClose();
              else if (event.key === "Tab") event.preventDefault();
              else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
                event.preventDefault();
                const step = event.key === "ArrowDown" ? 1 : -1;
                if (found.length) setAt((chosen + step + found.length) % found.length);
              } else if (event.key === "Enter") {
                // The focus goes back to where it was before this key is done with: it must press nothing there.
                event.preventDefault();
                if (waits) setEntered(true);
                else choose(found[chosen]);
              }
            }}
          />
          <Kbd>Esc</Kbd>
        </div>
        <ul id="palette-list" role="listbox" ref={list}>
          {found.map((entry, index) => (
            <li
              key={`${entry.kind} ${entry.label} ${entry.id ?? ""}`}
              id={`entry-${index}`}
              role="option"
              aria-selected={index === chosen}
              onPointerMove={() => { setAt(index); }}
              onClick={() => { choose(entry); }}
            >
              <Icon name={entry.icon} />
              <span className="ellipsis">{entry.label}</span>
              <span className="faint kind">{entry.kind}</span>
            </li>
          ))}
        </ul>
        {found.length === 0 && <p className="quiet palette-none" role="status">{below.looking ? "Looking among the items…" : `Nothing here is called “${words}”.`}</p>}
      </div>
    </div>
  );
}
