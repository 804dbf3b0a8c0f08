/** Labeling configs that ask one choice about a text or a picture: they need no editor to be answered. */

export interface Choices {
  /** What is shown, in order: a header, or a variable of the task as text or as a picture. */
  shown: readonly { kind: "header" | "text" | "image"; value: string }[];
  name: string;
  about: string;
  multiple: boolean;
  required: boolean;
  choices: readonly { value: string; said: string; key: string; hint: string }[];
}

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  View: [],
  Header: ["value", "size", "name"],
  Text: ["name", "value"],
  Image: ["name", "value", "zoom", "zoomControl", "rotateControl", "width", "height", "maxWidth"],
  Choices: ["name", "toName", "choice", "required", "requiredMessage", "showInline", "showInLine"],
  Choice: ["value", "alias", "hotkey", "hint", "html", "background"],
};

/** Return what a config asks if it is of that simple kind; null for all others. Answers are those the editor gives. */
export function choicesOf(config: string): Choices | null {
  const read = new DOMParser().parseFromString(config, "text/xml");
  const tags = [...read.querySelectorAll("*")];
  if (read.querySelector("parsererror") || tags[0]?.tagName !== "View") return null;
  for (const tag of tags)
    if (!KNOWN[tag.tagName] || [...tag.attributes].some((attribute) => !KNOWN[tag.tagName]?.includes(attribute.name) && tag.tagName !== "View")) return null;
  if (tags.some((tag) => tag.tagName === "View" && [...tag.attributes].some((attribute) => attribute.name !== "style" && attribute.name !== "className"))) return null;
  const asked = tags.filter((tag) => tag.tagName === "Choices");
  const [one] = asked;
  const objects = tags.filter((tag) => tag.tagName === "Text" || tag.tagName === "Image");
  if (!one || asked.length > 1 || !objects.some((tag) => tag.getAttribute("name") === one.getAttribute("toName"))) return null;
  const choices = tags.filter((tag) => tag.tagName === "Choice");
  const choice = one.getAttribute("choice") ?? "single";
  if (choices.length < 2 || choices.some((tag) => tag.parentElement !== one || tag.children.length > 0)) return null;
  if (choice !== "single" && choice !== "single-radio" && choice !== "multiple") return null;
  if (objects.some((tag) => !/^\$\w+$/.test(tag.getAttribute("value") ?? ""))) return null;
  return {
    shown: tags
      .filter((tag) => tag.tagName === "Header" || objects.includes(tag))
      .map((tag) => ({
        kind: tag.tagName === "Header" ? ("header" as const) : tag.tagName === "Text" ? ("text" as const) : ("image" as const),
        value: (tag.getAttribute("value") ?? "").replace(/^\$/, tag.tagName === "Header" ? "$" : ""),
      })),
    name: one.getAttribute("name") ?? "",
    about: one.getAttribute("toName") ?? "",
    multiple: choice === "multiple",
    required: one.getAttribute("required") === "true",
    choices: withKeys(choices),
  };
}

function withKeys(choices: readonly Element[]): Choices["choices"] {
  const values = choices.map((tag) => tag.getAttribute("value") ?? "");
  const keys = keysFor(values, choices.map((tag) => tag.getAttribute("hotkey")));
  return choices.map((tag, at) => {
    const said = values[at] ?? "";
    return { value: tag.getAttribute("alias") ?? said, said, key: keys[at] ?? "", hint: tag.getAttribute("hint") ?? "" };
  });
}

/** Their own hotkeys, else digits in order, as the editor gives them; the tenth is 0. Digits answer to themselves. */
export function keysFor(values: readonly string[], hotkeys: readonly (string | null)[]): string[] {
  if (hotkeys.every((key) => key === null) && values.every((value) => /^\d$/.test(value))) return [...values];
  const free = [..."1234567890"].filter((key) => !hotkeys.includes(key));
  return hotkeys.map((key) => key ?? free.shift() ?? "");
}

/** Which keys the classes get, in words: "the keys 0 to 9", "the first ten get the keys 1 to 9 and 0". */
export function keysSaid(values: readonly string[]): string {
  const keys = keysFor(values, values.map(() => null)).filter(Boolean);
  const [first] = keys;
  if (first === undefined) return "the first ten get the keys 1 to 9 and 0";
  const range = keys.length === 1 ? `the key ${first}` : keys.length === 2 ? `the keys ${keys.join(" and ")}` : isRun(keys) ? `the keys ${first} to ${keys.at(-1) ?? ""}` : keys.length === 10 ? "the keys 1 to 9 and 0" : `the keys ${keys.join(", ")}`;
  return keys.length < values.length ? `the first ten get ${range}` : `with ${range}`;
}

function isRun(keys: readonly string[]): boolean {
  return keys.every((key, at) => at === 0 || Number(key) === Number(keys[at - 1]) + 1);
}

/** The answer as Label Studio writes it. */
export function answerOf(choices: Choices, chosen: readonly string[]): Readonly<Record<string, unknown>>[] {
  if (!chosen.length) return [];
  return [{ from_name: choices.name, to_name: choices.about, type: "choices", value: { choices: choices.choices.map((one) => one.value).filter((value) => chosen.includes(value)) } }];
}

/** What an answer chose. */
export function chosenIn(choices: Choices, result: readonly Readonly<Record<string, unknown>>[]): string[] {
  for (const region of result) {
    const value = region["value"] as { choices?: unknown } | undefined;
    if (region["from_name"] === choices.name && Array.isArray(value?.choices)) return value.choices.filter((one): one is string => typeof one === "string");
  }
  return [];
}
