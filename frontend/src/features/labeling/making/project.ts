/** A labeling project as a form fills it, and the pipeline spec that it becomes. */
import { type Fields, type Shows, type Template, classesOf, configOf } from "./templates";

/** Where items come from: every matching file, or every row of a table. */
export type Items =
  | { kind: "files"; repo: string; glob: string }
  | { kind: "rows"; repo: string; path: string; key: string | null; item: string; other: string | null };

export interface Known {
  /** `REPO@BRANCH:PATH` of a table. */
  table: string;
  /** Its column that names the item: a path for files, what is shown for rows. */
  item: string;
  answer: string;
  /** The repo that holds the files it names; null where none does, undefined until it was looked. */
  files?: string | null | undefined;
  /** One in so many tasks is a known one. */
  every: number;
}

export interface Project {
  name: string;
  template: Template;
  items: Items;
  question: string;
  classes: string;
  guidelines: string;
  people: number;
  /** Ask more people, up to so many, until the answer is this sure; null: always `people`. */
  until: { most: number; confidence: number } | null;
  known: Known | null;
  /** Ban who gets fewer of the known answers right than this share; null: nobody. */
  banBelow: number | null;
  banFast: boolean;
  price: number;
  /** What price and budget are in, as people write it; empty: not named. */
  currency: string;
  budget: number | null;
  publish: "complete" | "often";
}

const VARIABLE: Readonly<Record<Shows, string>> = { image: "image", text: "text", audio: "audio", pair: "text" };

/** Known answers that someone must have seen before their share says anything. */
export const KNOWN_BEFORE_BAN = 5;

export function fieldsOf(project: Pick<Project, "items" | "template">): Fields {
  const { items, template } = project;
  if (items.kind === "files") return { item: VARIABLE[template.shows] };
  return { item: items.item, ...(items.other ? { other: items.other } : {}) };
}

export function configOfProject(project: Project): string {
  return configOf(project.template, project.question, project.template.classes ? classesOf(project.classes).classes : [], fieldsOf(project));
}

/** What keeps the form from being sent, in the order of its fields. */
export function problemsOf(project: Project): string[] {
  const told: string[] = [];
  const { items, template } = project;
  if (items.kind === "rows" && template.shows !== "text" && template.shows !== "pair") told.push("Rows of a table are shown as text: choose a question about text, or a repo of files.");
  if (items.kind === "files" && template.shows === "pair") told.push("Two texts are compared from a table with a column for each.");
  if (items.kind === "rows" && !items.item) told.push("Say which column people are shown.");
  if (items.kind === "rows" && template.shows === "pair" && (!items.other || items.other === items.item)) told.push("Say which column holds the second text.");
  if (template.classes) {
    const { problem } = classesOf(project.classes);
    if (problem) told.push(problem);
  }
  if (project.currency && !/^[^\s\d]{1,8}$/.test(project.currency.trim())) told.push("Name the currency with up to 8 letters or a sign, such as EUR or $.");
  if (!/^[A-Za-z0-9_-]{1,63}$/.test(project.name)) told.push("Name it with 1 to 63 letters, digits, “-” or “_”.");
  if (project.known && (!project.known.table || !project.known.item || !project.known.answer)) told.push("Say where the known answers are, and in which columns.");
  else if (project.known && items.kind === "files" && project.known.files === null) told.push(nowhere(project.known, items.repo));
  return told;
}

/** What to say of known answers whose files are in neither repo. */
export function nowhere(known: Pick<Known, "table" | "item">, repo: string): string {
  const own = known.table.split("@")[0] ?? "";
  return `The files that the column “${known.item}” names are ${own === repo ? `not in ${own}` : `neither in ${own} nor in ${repo}`}. Choose the column of the file's path as the repo has it (such as a/b.png), or import the files.`;
}

/** Return the pipeline spec of a project that has no problems. */
export function specOf(project: Project): Record<string, unknown> {
  const { items, known } = project;
  const input =
    items.kind === "files"
      ? { pfs: { repo: items.repo, glob: items.glob, name: VARIABLE[project.template.shows] } }
      : { pfs: { repo: items.repo, glob: `/${items.path}`, rows: true, ...(items.key ? { key: items.key } : {}) } };
  const rules = {
    ...(known && project.banBelow !== null ? { golden: { min_answers: KNOWN_BEFORE_BAN, min_accuracy: project.banBelow } } : {}),
    ...(project.banFast ? { fast: { seconds: "1s", count: 5, of: 10 } } : {}),
  };
  return {
    pipeline: { name: project.name },
    description: project.question.trim() || project.template.title,
    input,
    labeling: {
      config: configOfProject(project),
      guidelines: project.guidelines,
      overlap: project.until ? { min: project.people, max: Math.max(project.people, project.until.most), confidence: project.until.confidence } : project.people,
      ...(known ? { golden: goldenOf(known, items, fieldsOf(project)) } : {}),
      ...(Object.keys(rules).length ? { rules } : {}),
      ...(project.price > 0 ? { price: project.price } : {}),
      ...(project.currency.trim() ? { currency: project.currency.trim() } : {}),
      ...(project.budget !== null ? { budget: project.budget } : {}),
      publish: project.publish === "complete" ? "complete" : { every: "1m" },
    },
  };
}

function goldenOf(known: Known, items: Items, fields: Fields): Record<string, unknown> {
  return {
    from: known.table,
    answer: known.answer,
    every: known.every,
    ...(items.kind === "files" ? { path: known.item, items: known.files ?? items.repo } : { columns: { [fields.item]: known.item } }),
  };
}

export interface Estimate {
  answers: { least: number; most: number };
  cost: { least: number; most: number };
}

/** What `items` items cost: an answer per person and item, and the known answers among them, which are paid as well. */
export function estimateOf(project: Project, items: number): Estimate {
  const share = project.known ? 1 / (project.known.every - 1) : 0;
  const answers = (people: number) => Math.ceil(items * people * (1 + share));
  const least = answers(project.people);
  const most = answers(project.until ? Math.max(project.people, project.until.most) : project.people);
  return { answers: { least, most }, cost: { least: least * project.price, most: most * project.price } };
}

/** Guess a template for files by the endings of a few of them. */
export function showsOf(kinds: readonly ("image" | "audio" | "video" | "text" | "table" | null)[]): "image" | "audio" | "text" | "table" | null {
  const counts = new Map<string, number>();
  for (const kind of kinds) if (kind) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const [first] = [...counts].sort((a, b) => b[1] - a[1]);
  return first && first[0] !== "video" ? (first[0] as "image" | "audio" | "text" | "table") : null;
}
