// The datasets pages on a real server: make one by form, filter, measure, fix, undo, come back by the address; any error
// on the console fails it. `node tests/datasets.mjs [FOLDER FOR PICTURES]` makes a workspace of its own, with PYTHON.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { openBrowser, stepsOf, troublesOf } from "./browser.mjs";
import { png } from "./png.mjs";
import { serve } from "./server.mjs";

const { link, folder, tilth, end } = await serve();
const pictures = process.argv[2];
const HOSTILE = "<img src=x onerror=alert(1)>";
const ARABIC = "صورة طائر";

/** Sixty little pictures in folders that are their labels, one of them broken; a table of rows with hostile words. */
function fill() {
  const photos = join(folder, "photos");
  const said = ["key,prediction,confidence"];
  let number = 0;
  for (const [label, colour] of Object.entries({ red: [200, 40, 30], green: [40, 150, 60], blue: [30, 60, 200] })) {
    mkdirSync(join(photos, label), { recursive: true });
    for (let each = 0; each < 20; each++, number++) {
      const name = `${label}/${String(number).padStart(3, "0")}.png`;
      writeFileSync(join(photos, name), png(8 + (each % 4) * 8, colour.map((part) => Math.min(255, part + each))));
      // Two reds are said to be blue; blues are less and less sure.
      said.push(`${name},${label === "red" && each < 2 ? "blue" : label},${(label === "blue" ? 0.4 + each / 40 : 0.9 + each / 1000).toFixed(3)}`);
    }
  }
  mkdirSync(join(photos, HOSTILE), { recursive: true });
  writeFileSync(join(photos, HOSTILE, `${ARABIC}.png`), "this is no picture");
  tilth("repo", "create", "photos");
  tilth("put", "photos", photos, "-m", "Sixty pictures");
  const rows = join(folder, "rows");
  mkdirSync(rows);
  const lines = ["id,headline,truth,score,source"];
  for (let row = 0; row < 40; row++) lines.push(`h${row},Headline number ${row},${row % 2 ? "yes" : "no"},${row / 40},${row % 3 ? "wire" : "blog"}`);
  lines.push(`"${HOSTILE}","<script>alert(2)</script> ${ARABIC}","<b>yes</b>",0.5,"<i>${"long ".repeat(40)}</i>"`);
  writeFileSync(join(rows, "headlines.csv"), `${lines.join("\n")}\n`);
  tilth("repo", "create", "texts");
  tilth("put", "texts", rows, "-m", "Forty headlines");
  return said.join("\n");
}


const predictions = fill();
const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
const page = await context.newPage();
page.setDefaultTimeout(15_000);
const troubles = troublesOf(page, { expected: (what) => /\b401\b|status of 422|422 .*where=|415|422 .*thumbnail/.test(what) });
page.on("dialog", (dialog) => {
  troubles.push(`a dialog opened: ${dialog.message()}`);
  void dialog.dismiss();
});
const see = (text) => page.getByText(text).first().waitFor();
const count = (words) => page.locator(".chip-count", { hasText: words }).waitFor();
const search = () => Object.fromEntries(new URL(page.url()).searchParams);
const grid = page.getByRole("listbox", { name: /items? of/ });
const panel = page.getByRole("complementary", { name: "the item" });
const ask = (operation, args) =>
  page.evaluate(
    ([path, query]) => fetch(`/api/v1/${path}?${new URLSearchParams(query)}`, { headers: { "X-Tilth-Console": "1" } }).then((answer) => answer.json()),
    [operation, args],
  );
const act = (operation, body) =>
  page.evaluate(
    ([path, sent]) =>
      fetch(`/api/v1/${path}`, { method: "POST", body: sent, headers: { "X-Tilth-Console": "1", "Content-Type": "application/json" } }).then(async (answer) => {
        if (!answer.ok) throw new Error(await answer.text());
        return answer.json();
      }),
    [operation, JSON.stringify(body)],
  );
const step = stepsOf(page, pictures);

try {
  await page.goto(link);
  await page.waitForSelector("main h1");

  await step("an empty list says the next step", async () => {
    await page.getByRole("link", { name: "Datasets", exact: true }).click();
    await see("There is no dataset yet.");
  });

  await step("a dataset of pictures is made by a form", async () => {
    await page.getByRole("button", { name: "Make a dataset" }).first().click();
    await page.getByLabel("From the repo").selectOption("photos");
    await page.getByRole("button", { name: "the folder is the label" }).click();
    await see("4 classes found");
    await page.locator(".make-preview img").first().waitFor();
    await page.getByLabel("Name", { exact: true }).fill("birds");
    await page.getByLabel(/What is it for/).fill(`Birds & ${HOSTILE}`);
    await page.getByRole("button", { name: "Make the dataset birds" }).click();
    await page.waitForURL(/\/datasets\/birds/);
    await count("61 items");
    await page.locator(".tile img").first().waitFor();
  });

  await step("a broken picture says so, a hostile name is text", async () => {
    await page.getByRole("option", { name: new RegExp(ARABIC) }).locator(".media-broken").waitFor();
    await page.getByRole("option", { name: new RegExp(ARABIC) }).click();
    await panel.getByText("this picture cannot be shown").waitFor();
    await panel.getByText(HOSTILE).first().waitFor();
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
  });

  await step("the second click of a double one, on the panel that the first opened, labels nothing", async () => {
    await grid.getByRole("option").nth(3).click();
    const button = await panel.getByRole("group", { name: "The right label" }).getByRole("button").first().boundingBox();
    await page.mouse.move(button.x + button.width / 2, button.y + button.height / 2);
    await page.mouse.down({ clickCount: 2 });
    await page.mouse.up({ clickCount: 2 });
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    const changed = await ask("datasets/items", { name: "birds", where: "labeled_by = 'fixed'", limit: 1 });
    assert.deepEqual(changed.items, []);
  });

  await step("a chip is added by typing, changed and taken out by keyboard", async () => {
    await page.keyboard.press("f");
    await page.getByRole("combobox", { name: "Field" }).fill("label");
    await page.keyboard.press("Enter");
    await page.getByRole("combobox", { name: "Values of label" }).waitFor();
    await page.getByRole("option", { name: /red/ }).last().waitFor();
    // At once, before the server can say what begins so: what was shown before and does not fit is not chosen.
    await page.getByRole("combobox", { name: "Values of label" }).fill("re");
    await page.keyboard.press("Enter");
    await count("20 of 61 items");
    assert.equal(search().where, "label = 'red'");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "label is red" }).first().focus();
    await page.keyboard.press("Delete");
    await count("61 items");
    await page.goBack();
    await count("20 of 61 items");
    await page.goForward();
    await count("61 items");
  });

  await step("a field is brushed by keyboard and by mouse", async () => {
    const size = page.getByRole("slider", { name: /^size of/ });
    await size.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Enter");
    await page.waitForURL(/size/);
    assert.match(search().where, /^size >= \d+.* and size < /);
    await page.getByRole("button", { name: "Clear" }).click();
    await count("61 items");
    const box = await size.boundingBox();
    await page.mouse.move(box.x + 2, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + 20, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/size/);
    await page.getByRole("button", { name: "Clear" }).click();
    await count("61 items");
  });

  await step("experts write text, and mistakes are shown at their place", async () => {
    await page.getByRole("button", { name: "as text" }).click();
    await page.getByLabel("Filter as text").fill("label = 'red' or label ~ 'blue'");
    await page.keyboard.press("Enter");
    await page.locator(".filter-wrong mark", { hasText: "~" }).waitFor();
    await page.getByLabel("Filter as text").fill("nothing = 'red'");
    await page.keyboard.press("Enter");
    await see(/There is no column 'nothing'/);
    await page.getByLabel("Filter as text").fill("label = 'red' or label = 'blue'");
    await page.keyboard.press("Enter");
    await count("40 of 61 items");
    await page.getByRole("button", { name: "as chips" }).click();
    await page.getByRole("button", { name: "label is red or label is blue" }).first().waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
  });

  await step("a model's metrics open the items behind each number", async () => {
    await act("models/register", { name: "judge", definition: { dataset: "birds" } });
    const bytes = Buffer.from(predictions).toString("base64");
    await page.evaluate(async (encoded) => {
      const answer = await fetch("/api/v1/models/upload?name=judge&file=said.csv&save=true", {
        method: "POST", body: Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0)), headers: { "X-Tilth-Console": "1" },
      });
      if (!answer.ok) throw new Error(await answer.text());
    }, bytes);
    await page.getByLabel("Predictions of").locator("option", { hasText: "judge" }).waitFor({ state: "attached" });
    await page.getByLabel("Predictions of").selectOption("judge");
    await page.getByRole("button", { name: "Metrics", exact: true }).click();
    await see("96.7 %");
    await page.getByRole("slider", { name: /Count a prediction/ }).fill("0.7");
    await page.waitForURL(/threshold=0.7/);
    await see(/below the threshold/);
    await page.getByRole("slider", { name: /Count a prediction/ }).fill("0");
    await page.waitForURL((url) => !url.searchParams.has("threshold"));
    await page.getByRole("button", { name: "Label red, model says blue: 2 of 20" }).click();
    await count("2 of 61 items");
    assert.equal(search().where, "label = 'red' and prediction = 'blue'");
    await page.goBack();
    await see("What is taken for what");
    await page.goForward();
    await count("2 of 61 items");
  });

  await step("a label is fixed by one key, and undone by another", async () => {
    const first = (await ask("datasets/items", { name: "birds", where: search().where, model: "judge", sort: "confidence", descending: true })).items[0].key;
    await page.getByRole("option", { name: new RegExp(first) }).click();
    await panel.getByText("differs from the label").waitFor();
    const digit = await panel.getByRole("button", { name: /^blue/ }).locator("kbd").innerText();
    await page.keyboard.press(digit);
    await see(/1 item relabeled blue/);
    await panel.getByText("fixed by an expert").waitFor();
    await count("1 of 61 items");
    assert.equal((await ask("datasets/item", { name: "birds", key: first })).item.label, "blue");
    await page.keyboard.press("z");
    await see(/Undone/);
    await count("2 of 61 items");
    assert.equal((await ask("datasets/item", { name: "birds", key: first })).item.label, "red");
    await page.keyboard.press("m");
    await see(/1 item marked model wrong/);
    assert.equal((await ask("datasets/item", { name: "birds", key: first })).item.mark, "model_wrong");
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction((key) => new URL(location.href).searchParams.get("item") !== key, first);
    await page.keyboard.press("Escape");
  });

  await step("the address restores the whole page", async () => {
    const before = page.url();
    const other = await context.newPage();
    await other.goto(`${before}&size=160&item=${encodeURIComponent("red/001.png")}`);
    await other.locator(".chip-count", { hasText: "2 of 61 items" }).waitFor();
    await other.getByRole("complementary", { name: "the item" }).getByText("red/001.png").first().waitFor();
    assert.equal(await other.getByLabel("Predictions of").inputValue(), "judge");
    await other.close();
  });

  await step("many are selected by keyboard and relabeled after the count is shown", async () => {
    await page.goto(new URL("/datasets/birds?where=label+%3D+%27green%27", link).href);
    await count("20 of 61 items");
    await grid.focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Shift+ArrowRight");
    await see("3 selected");
    await page.getByRole("button", { name: "Relabel 3 items…" }).click();
    await page.getByRole("group", { name: "As what?" }).getByRole("button", { name: /^red/ }).click();
    await page.getByRole("button", { name: "Relabel 3 items as red" }).click();
    await see(/3 items relabeled red/);
    await count("17 of 61 items");
    await grid.focus();
    await page.keyboard.press("Control+a");
    await see("17 selected");
    await page.getByRole("button", { name: "Relabel 17 items…" }).click();
    await page.getByRole("group", { name: "As what?" }).getByRole("button", { name: /^blue/ }).click();
    await page.getByRole("button", { name: "Relabel 17 items as blue" }).click();
    await see(/17 items relabeled blue/);
    await count("0 of 61 items");
    await see("No item matches.");
  });

  await step("history takes any act back", async () => {
    await page.getByRole("button", { name: "History" }).click();
    const history = page.getByRole("complementary", { name: "the history" });
    await history.getByRole("button", { name: "undo" }).first().click();
    await count("17 of 61 items");
    await history.getByText("taken back").first().waitFor();
    await page.keyboard.press("Escape");
  });

  await step("a version is saved, looked back at, and read-only", async () => {
    await page.goto(new URL("/datasets/birds", link).href);
    await page.getByRole("button", { name: "Save a version…" }).click();
    await page.getByLabel("What is new in this version?").fill("First <b>good</b> one");
    await page.keyboard.press("Enter");
    await see(/Saved as a version/);
    await page.getByRole("slider", { name: "Version" }).press("Home");
    await see("read-only");
    await count("61 items");
    await page.getByRole("button", { name: "Back to now" }).click();
    assert.equal(search().at, undefined);
  });

  await step("two versions are compared, and what differs opens in the grid", async () => {
    const reds = (await ask("datasets/items", { name: "birds", where: "label = 'red'", limit: 2 })).items.map((item) => item.key);
    await act("datasets/fix", { name: "birds", label: "green", keys: reds });
    await act("datasets/save-version", { name: "birds", message: "Two reds are green" });
    await page.getByRole("button", { name: "Versions", exact: true }).click();
    await see("Version 1 → version 2");
    await page.getByRole("button", { name: "Relabeled 2" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/of=1\.\.2/);
    await page.getByRole("button", { name: reds[0] }).getByText("green", { exact: true }).waitFor();
    if (pictures) await page.screenshot({ path: join(pictures, "versions-compared.png") });
    await page.getByRole("button", { name: /Open 2 items in the grid/ }).click();
    await count("2 of 61 items");
    await see("read-only: version 2");
    await page.goBack();
    await page.getByLabel("From version 2").check();
    await see("No item differs.");
    await page.goto(new URL("/datasets/birds", link).href);
    await count("61 items");
  });

  await step("a dataset of rows is made by roles, and hostile rows are text", async () => {
    await page.goto(new URL("/datasets", link).href);
    await page.getByRole("button", { name: "Make a dataset" }).click();
    await page.getByLabel("From the repo").selectOption("texts");
    await page.getByLabel("An item is").selectOption("headlines.csv");
    await page.getByLabel("What is id?").selectOption("key");
    await page.getByLabel("What is headline?").selectOption("media");
    await page.getByLabel("What is truth?").selectOption("label");
    await see("3 classes found");
    await page.getByLabel("Name", { exact: true }).fill("headlines");
    await page.getByRole("button", { name: "Make the dataset headlines" }).click();
    await count("41 items");
    await see("Headline number 1");
    await page.getByRole("button", { name: "Table", exact: true }).click();
    await page.getByRole("columnheader", { name: "score" }).getByRole("button").click();
    await page.waitForURL(/sort=score/);
    await page.getByRole("row", { name: /<script>alert\(2\)<\/script>/ }).first().click();
    await panel.getByText("<script>alert(2)</script>").waitFor();
    await panel.getByText("<b>yes</b>").first().waitFor();
    await panel.getByRole("button", { name: /^<i>long/ }).click();
    await count("1 of 41 items");
  });

  await step("the list shows both, with pictures", async () => {
    await page.getByRole("link", { name: "Datasets", exact: true }).first().click();
    await page.getByRole("link", { name: "birds" }).waitFor();
    await page.locator(".card-picture img").first().waitFor();
    await see("100 % labeled");
  });

  assert.deepEqual(troubles, [], "nothing went wrong on any page");
  console.log("The datasets pages work.");
} finally {
  await browser.close();
  await end();
}
