// Models on a real server: upload one's own predictions, compare two versions, a test that fails, promotion refused, then done.
//   PYTHON=… node tests/models.mjs [FOLDER FOR PICTURES]      makes a workspace of its own
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { openBrowser, stepsOf, troublesOf } from "./browser.mjs";
import { serve } from "./server.mjs";

const pictures = process.argv[2];
if (pictures) mkdirSync(pictures, { recursive: true });
const { link, folder, tilth, at, end } = await serve();
const CLASSES = ["cat", "dog", "<b>owl</b>"];
const N = 120;
const rows = Array.from({ length: N }, (_, number) => ({ id: number, label: CLASSES[number % 3], night: number % 2 }));
const csv = (head, lines) => [head, ...lines].join("\n") + "\n";
const file = (name, text) => { const path = join(folder, name); writeFileSync(path, text); return path; };
const animals = file("animals.csv", csv("id,text,label,night", rows.map((row) => `${row.id},text of animal ${row.id},${row.label},${row.night}`)));
/** Predictions that have the first `right` items right. */
const said = (right) => rows.map((row) => `${row.id},${row.id < right ? row.label : CLASSES[(row.id + 1) % 3]},${(0.5 + (row.id % 50) / 100).toFixed(2)}`);
const messy = file("messy.csv", csv("item,says,score", [...said(80), "7,dog,0.9", "999,cat,0.4", "5,cat,7"]));
const better = file("better.csv", csv("item,says,score", said(110)));

const browser = await openBrowser();
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const troubles = troublesOf(page, { expected: (what) => /\b401\b|409 .*promote|status of 409/.test(what) });
  page.on("dialog", (dialog) => { troubles.push(`a dialog: ${dialog.message()}`); void dialog.dismiss(); });
  const see = (text) => page.getByText(text).first().waitFor();
  const step = stepsOf(page, pictures);
  await page.goto(link);
  await page.waitForSelector("main h1");
  tilth("repo", "create", "animals-data");
  tilth("put", "animals-data", animals);
  await page.evaluate(async () => {
    const definition = { items: { from: "animals-data@main:animals.csv", key: "id" }, media: { kind: "text", column: "text" }, labels: { column: "label" } };
    const answer = await fetch("/api/v1/datasets/define", { method: "POST", headers: { "Content-Type": "application/json", "X-Tilth-Console": "1" }, body: JSON.stringify({ name: "animals", definition }) });
    if (!answer.ok) throw new Error(await answer.text());
  });

  await step("an empty page says the next step", async () => {
    await page.getByRole("link", { name: "Models", exact: true }).click();
    await see("No models yet");
    await page.getByRole("button", { name: "Add the first model" }).click();
    await page.getByLabel("Name").fill("mine");
    await page.getByRole("button", { name: "Add mine" }).click();
    await see("Drop a file of predictions here");
  });

  await step("what is odd in a file is told before anything is saved", async () => {
    await page.locator("input[type=file]").setInputFiles(messy);
    await see(/2 rows of an item that the file says two different things about/);
    await see(/confidence that is not between 0 and 1/);
    await see(/1 row of no item of animals/);
    await page.getByText("119").first().waitFor();
    assert.equal(await page.getByLabel("The item", { exact: true }).inputValue(), "item");
    assert.equal(await page.getByLabel("What it says").inputValue(), "says");
  });

  await step("another column is chosen, and chosen back", async () => {
    await page.getByLabel("What it says").selectOption("score");
    await see(/classes that no label has/);
    await page.getByLabel("What it says").selectOption("says");
    await see(/two different things/);
  });

  await step("good rows are saved as the first version", async () => {
    await page.getByLabel(/What is it/).fill("<i>first</i> try");
    await page.getByRole("button", { name: /Save 12\d rows, leave out \d/ }).click();
    await see("<i>first</i> try");
    await page.getByRole("checkbox", { name: "Choose version 1" }).waitFor();
  });

  await step("a second file is a second version", async () => {
    await page.getByRole("link", { name: "Predictions", exact: true }).click();
    await page.locator("input[type=file]").setInputFiles(better);
    await see("Every row is of one item, and nothing is odd.");
    await page.getByRole("button", { name: "Save 120 rows as version 2" }).click();
    await page.getByRole("checkbox", { name: "Choose version 2" }).waitFor();
  });

  await step("two versions are compared", async () => {
    await page.getByRole("checkbox", { name: "Choose version 1" }).check();
    await page.getByRole("checkbox", { name: "Choose version 2" }).check();
    await page.getByRole("button", { name: "Compare 1 and 2" }).click();
    await page.locator(".compare-verdict").getByText("better", { exact: true }).waitFor();
    await page.getByRole("button", { name: /^Fixed \d+/ }).click();
    await page.getByText("text of animal 109").first().waitFor();
    assert.match(page.url(), /which=fixed/);
  });

  await step("the comparison is narrowed, and an item is marked by a key", async () => {
    await page.getByRole("button", { name: "Show only cat" }).or(page.getByTitle("Show only cat")).first().click();
    await page.waitForURL(/where=/);
    await page.getByRole("button", { name: /Still wrong \d/ }).click();
    const item = page.locator("[data-place='0']");
    await item.focus();
    await page.keyboard.press("3");
    await see(/Marked .*: could be either, saved/);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText(/Marked .*: could be either/).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "All items" }).click();
  });

  await step("a test is made, and fails", async () => {
    await page.goto(at("/models/mine?tab=tests"));
    await page.getByRole("button", { name: "Add the first test" }).click();
    await page.getByLabel("Name of the test").fill("very-good");
    await page.getByLabel("Least percent").fill("99");
    await page.getByRole("button", { name: "Add the test very-good" }).click();
    await see("passes 0 of 1 required");
    await page.getByText("fails").first().waitFor();
  });

  await step("promotion is refused while it fails, by the page and by the server", async () => {
    await page.getByRole("link", { name: "Production", exact: true }).click();
    await see(/It passes 0 of 1 required tests/);
    assert.ok(await page.getByRole("button", { name: "Promote version 2" }).isDisabled());
    const status = await page.evaluate(async () => (await fetch("/api/v1/models/promote", { method: "POST", headers: { "Content-Type": "application/json", "X-Tilth-Console": "1" }, body: JSON.stringify({ name: "mine", version: "2" }) })).status);
    assert.equal(status, 409);
  });

  await step("a test that asks for less lets it pass", async () => {
    await page.getByRole("link", { name: "Tests", exact: true }).click();
    await page.getByRole("button", { name: "Change" }).click();
    await page.getByLabel("Least percent").fill("80");
    await page.getByRole("button", { name: "Save very-good" }).click();
    await see("passes 1 of 1 required");
  });

  await step("the version goes into production, and an earlier one comes back", async () => {
    await page.getByRole("link", { name: "Production", exact: true }).click();
    await page.getByLabel(/Why/).fill("Better on all classes");
    await page.getByRole("button", { name: "Promote version 2" }).click();
    await see("Version 2 is in production.");
    await see("Better on all classes");
    assert.match(tilth("branch", "list", "mine"), /production/);
  });

  await step("a model is trained on the dataset's page", async () => {
    await page.goto(at("/datasets/animals?view=train"));
    await page.getByRole("button", { name: "Train a model" }).click();
    await see(/Saved as version 1 of animals: 120 items, trained on for the first time/);
    await page.getByText("The last training is done").waitFor({ timeout: 120_000 });
    await page.getByRole("link", { name: /animals-model/ }).first().click();
    await page.getByRole("checkbox", { name: "Choose version 1" }).waitFor();
  });

  assert.deepEqual([...new Set(troubles)], []);
  console.log("all well");
} finally {
  await browser.close();
  await end();
}
