/** A project that is being described: kept by this browser's tab until it is made, whatever page one looks at meanwhile. */
import type { Project } from "./project";
import { templateOf } from "./templates";

// A tab shows one workspace: another one has another address, and with it another store.
const KEY = "tilth.new-labeling";

interface Kept {
  /** The repo that the page's address named. */
  asked?: string;
  project: Omit<Project, "template"> & { template: string };
}

/** Return what was described last; null where nothing was, or what is kept cannot be read any more. */
export function keptDraft(asked: string | undefined, isThere: (repo: string) => boolean): Project | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Kept | null;
    const template = kept ? templateOf(kept.project.template) : undefined;
    if (!kept || !template || !isThere(kept.project.items.repo)) return null;
    // A link that names another repo begins another project.
    return asked === undefined || asked === kept.asked || asked === kept.project.items.repo ? { ...kept.project, template } : null;
  } catch {
    return null;
  }
}

/** Keep what is described. Where the store is full or shut the page still works. */
export function keepDraft(asked: string | undefined, project: Project): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ asked, project: { ...project, template: project.template.id } }));
  } catch {
    // Nothing is kept then.
  }
}

export function forgetDraft(): void {
  sessionStorage.removeItem(KEY);
}
