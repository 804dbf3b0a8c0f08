/** Kinds of questions that people can be asked, each as a Label Studio config made from plain choices. */

export type Shows = "image" | "text" | "audio" | "pair";

export interface Template {
  id: string;
  shows: Shows;
  title: string;
  /** What one uses it for, in a few words. */
  says: string;
  /** Whether answers come from a list of classes. */
  classes: boolean;
  question: string;
  /** Whether one of a few answers is about the whole item: then more people can be asked until it is sure. */
  categorical: boolean;
}

export const TEMPLATES: readonly Template[] = [
  { id: "image-one", shows: "image", title: "One class per image", says: "Which bird is it?", classes: true, question: "What does it show?", categorical: true },
  { id: "image-many", shows: "image", title: "All classes that apply", says: "Which of these can be seen?", classes: true, question: "What can be seen?", categorical: false },
  { id: "image-boxes", shows: "image", title: "Boxes on images", says: "Where are the cars?", classes: true, question: "Draw a box around each.", categorical: false },
  { id: "image-outlines", shows: "image", title: "Outlines on images", says: "Where exactly is the lesion?", classes: true, question: "Outline each, point by point.", categorical: false },
  { id: "text-one", shows: "text", title: "One class per text", says: "Is this clickbait?", classes: true, question: "What kind of text is it?", categorical: true },
  { id: "text-many", shows: "text", title: "All topics that apply", says: "Which topics does it touch?", classes: true, question: "Which of these apply?", categorical: false },
  { id: "text-spans", shows: "text", title: "Marks in a text", says: "Where are names and places?", classes: true, question: "Mark each in the text.", categorical: false },
  { id: "text-answer", shows: "text", title: "A written answer", says: "Summarise it; translate it.", classes: false, question: "Write your answer.", categorical: false },
  { id: "pair", shows: "pair", title: "The better of two", says: "Which answer is better?", classes: false, question: "Which one is better?", categorical: true },
  { id: "audio-one", shows: "audio", title: "One class per recording", says: "Which animal calls?", classes: true, question: "What is heard?", categorical: true },
  { id: "audio-parts", shows: "audio", title: "Parts of a recording", says: "Who speaks when?", classes: true, question: "Mark each part.", categorical: false },
  { id: "audio-answer", shows: "audio", title: "A transcript", says: "What is said?", classes: false, question: "Write down what is said.", categorical: false },
  { id: "image-rating", shows: "image", title: "Stars for an image", says: "How sharp is it?", classes: false, question: "How good is it?", categorical: true },
];

export function templateOf(id: string): Template | undefined {
  return TEMPLATES.find((one) => one.id === id);
}

/** Which of the item's fields the config shows: the one variable, or two of a pair. */
export interface Fields {
  item: string;
  other?: string;
}

const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#777777", "#7B3FA0", "#8A4B1F", "#7F9C1F", "#C2185B"];

/** Return the Label Studio config of a template. Classes keep their order, which gives their keys. */
export function configOf(template: Template, question: string, classes: readonly string[], fields: Fields): string {
  const head = question.trim() ? `<Header value="${escaped(question.trim())}"/>` : "";
  const item = escaped(fields.item);
  const shown = {
    image: `<Image name="item" value="$${item}"/>`,
    text: `<Text name="item" value="$${item}"${template.id === "text-spans" ? ' granularity="word"' : ""}/>`,
    audio: `<Audio name="item" value="$${item}"/>`,
    pair: `<Text name="left" value="$${item}"/><Text name="right" value="$${escaped(fields.other ?? "")}"/>`,
  }[template.shows];
  // A class that is a digit gets its own key: 3 must not stand for 2.
  const digits = classes.length > 0 && classes.every((name) => /^\d$/.test(name));
  const options = (tag: string, coloured: boolean) =>
    classes.map((name, index) => `<${tag} value="${escaped(name)}"${digits ? ` hotkey="${name}"` : ""}${coloured ? ` background="${COLOURS[index % COLOURS.length] ?? ""}"` : ""}/>`).join("");
  const asked: Readonly<Record<string, string>> = {
    one: `<Choices name="label" toName="item" choice="single" showInLine="true">${options("Choice", false)}</Choices>`,
    many: `<Choices name="label" toName="item" choice="multiple" showInLine="true">${options("Choice", false)}</Choices>`,
    boxes: `<RectangleLabels name="label" toName="item">${options("Label", true)}</RectangleLabels>`,
    outlines: `<PolygonLabels name="label" toName="item">${options("Label", true)}</PolygonLabels>`,
    spans: `<Labels name="label" toName="item">${options("Label", true)}</Labels>`,
    parts: `<Labels name="label" toName="item">${options("Label", true)}</Labels>`,
    answer: `<TextArea name="answer" toName="item" rows="4" editable="true" maxSubmissions="1"/>`,
    rating: `<Rating name="rating" toName="item" maxRating="5"/>`,
    pair: `<Pairwise name="better" toName="left,right"/>`,
  };
  const ask = asked[template.id.split("-").at(-1) ?? ""] ?? "";
  // What is marked is chosen before it is drawn, so its classes stand above it.
  const above = ["boxes", "outlines", "spans", "parts"].some((kind) => template.id.endsWith(kind));
  return `<View>${head}${above ? ask + shown : shown + ask}</View>`;
}

/** Return the classes of a text with one in each line (or set apart by commas), without doubles, and what is wrong. */
export function classesOf(text: string): { classes: string[]; problem: string | null } {
  const parts = (text.includes("\n") ? text.split("\n") : text.split(",")).map((part) => part.trim()).filter(Boolean);
  const classes = [...new Set(parts)];
  if (classes.length < 2) return { classes, problem: "Give two classes or more, one in each line." };
  if (classes.length > 200) return { classes, problem: "More than 200 classes do not fit on a page." };
  const long = classes.find((name) => name.length > 200);
  return { classes, problem: long ? `“${long.slice(0, 40)}…” is longer than 200 characters.` : null };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
