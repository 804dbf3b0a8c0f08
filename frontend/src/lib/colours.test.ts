import { expect, test } from "vitest";

import { classColours } from "./colours";

test("a class has the colour that its dataset gives it, else that of its place", () => {
  const colour = classColours({ classes: ["cat", "dog"], definition: { classes: [{ name: "cat", colour: 5 }, "dog"] } });
  expect([colour("cat"), colour("dog"), colour("owl"), colour(null)]).toEqual(["var(--data-5)", "var(--data-2)", "var(--ink-3)", "var(--ink-3)"]);
});
