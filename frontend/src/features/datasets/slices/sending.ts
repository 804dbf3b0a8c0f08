/** The short form of a new labeling project, as text fields, and as the server takes it. Pure. */

export interface Form {
  name: string;
  task: string;
  question: string;
  /** One per line. */
  classes: string;
  guidelines: string;
  overlap: string;
  price: string;
  budget: string;
}

interface Known {
  name: string;
  classes: readonly string[];
}

/** A new project's form, with a name that none of the dataset's own projects has. */
export function startOf(dataset: Known, taken: ReadonlySet<string> = new Set()): Form {
  const first = `${dataset.name}-again`.slice(0, 52);
  let name = first;
  for (let turn = 2; taken.has(name); turn++) name = `${first}-${turn}`;
  return { name, task: "classification", question: "", classes: dataset.classes.join("\n"), guidelines: "", overlap: "3", price: "", budget: "" };
}

/** Return the form's fields; empty ones are left out. */
export function formOf(form: Form): Record<string, unknown> {
  const classes = [...new Set(form.classes.split("\n").map((one) => one.trim()).filter(Boolean))];
  const number = (text: string): number | undefined => (text.trim() === "" || !Number.isFinite(Number(text)) ? undefined : Number(text));
  const overlap = number(form.overlap);
  const price = number(form.price);
  const budget = number(form.budget);
  return {
    name: form.name.trim(),
    task: form.task,
    ...(form.question.trim() ? { question: form.question.trim() } : {}),
    ...(form.task === "text" ? {} : { classes }),
    ...(form.guidelines.trim() ? { guidelines: form.guidelines } : {}),
    ...(overlap === undefined ? {} : { overlap: Math.max(1, Math.round(overlap)) }),
    ...(price === undefined ? {} : { price }),
    ...(budget === undefined ? {} : { budget }),
  };
}
