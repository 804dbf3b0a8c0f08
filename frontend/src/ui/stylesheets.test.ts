import { expect, test } from "vitest";

const SHEETS = import.meta.glob<string>("../**/*.css", { query: "?raw", import: "default", eager: true });

/** "features/data" of "../features/data/data.css"; other folders are one place. */
function placeOf(path: string): string {
  const [top = "", name = ""] = path.replace(/^\.\.\//, "").replace(/^\.\//, "ui/").split("/");
  return top === "features" ? `${top}/${name}` : top;
}

test("no two features style the same class: a page that was open before would change the next one", () => {
  // Which places style a class by itself ("own"), and which only something in or beside it.
  const owners = new Map<string, { own: Set<string>; near: Set<string> }>();
  for (const [path, text] of Object.entries(SHEETS))
    for (const [, selectors = ""] of text.replace(/\/\*[\s\S]*?\*\//g, "").matchAll(/([^{}]+)\{/g))
      for (const selector of selectors.split(",")) {
        // Only what a selector begins with: below a class of its own, a feature may name things as it likes.
        const [, name, rest = ""] = /^\.([\w-]+)(.*)$/s.exec(selector.trim()) ?? [];
        if (name === undefined) continue;
        const known = owners.get(name) ?? { own: new Set(), near: new Set() };
        owners.set(name, known);
        (/^(:[\w-]+)*$/.test(rest) ? known.own : known.near).add(placeOf(path));
      }
  expect(owners.size).toBeGreaterThan(300);
  // What ui says of others' classes holds always, so nothing changes with the page that was open.
  const shared = [...owners].filter(([, { own, near }]) => own.size > 1 || (!own.has("ui") && new Set([...own, ...near].filter((place) => place !== "ui")).size > 1));
  expect(shared.map(([name, { own, near }]) => `.${name}: ${[...own, ...near].join(", ")}`)).toEqual([]);
});
