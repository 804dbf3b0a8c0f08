// The whole loop by one person who does not code, in a browser, on a real server: pictures in, people asked and checked,
// a dataset, a model, what it gets wrong, fixed, asked again, trained again, compared, let through a gate, and taken back.
//   PYTHON=… node tests/loop.mjs [FOLDER FOR PICTURES]      makes a workspace of its own
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { openBrowser, stepsOf, troublesOf } from "./browser.mjs";
import { png } from "./png.mjs";
import { serve } from "./server.mjs";
import { zip } from "./zip.mjs";

const pictures = process.argv[2];
if (pictures) mkdirSync(pictures, { recursive: true });
const { link, folder, tilth, at, end } = await serve();
const COUNT = 60;
const KNOWN = 12;
/** Everybody takes these two for the other kind. */
const MISTAKEN = new Set(["p40.png", "p42.png"]);

// Warm and cool squares of many shades; the first dozen with their answers.
const files = {};
const truth = {};
for (let n = 0; n < COUNT; n += 1) {
  const warm = n % 2 === 0;
  const name = `p${String(n).padStart(2, "0")}.png`;
  files[`pictures/${name}`] = png(12 + (n % 4), warm ? [200 + (n % 50), 60 + n, 40] : [40, 60 + n, 200 + (n % 50)]);
  truth[name] = warm ? "warm" : "cool";
}
const archive = join(folder, "pictures.zip");
writeFileSync(archive, zip(files));
const known = Object.entries(truth).slice(0, KNOWN).map(([name, label]) => `pictures/${name},${label}`);
writeFileSync(join(folder, "known.csv"), ["path,label", ...known].join("\n"));
const nameOf = new Map(Object.entries(files).map(([path, bytes]) => [bytes.toString("base64"), path.split("/").at(-1)]));

const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
const page = await context.newPage();
page.setDefaultTimeout(30_000);
const expected = (what) => /\b401\b|status of 404|404 .*(walk|analysis)|422 .*(check|walk)|status of 422|status of 409|409 .*promote/.test(what);
const troubles = troublesOf(page, { expected });
const see = (text) => page.getByText(text).first().waitFor();
const press = (name) => page.getByRole("button", { name }).first().click();
const step = stepsOf(page, pictures);
const read = (path) => page.evaluate((address) => fetch(`/api/v1/${address}`, { headers: { "X-Tilth-Console": "1" } }).then((answer) => answer.json()), path);
const until = async (what, holds) => {
  for (let turn = 0; turn < 240; turn += 1) {
    if (await holds()) return;
    await page.waitForTimeout(250);
  }
  throw new Error(`never came true: ${what}`);
};

/** Someone who labels by program, as `says` decides by a picture's name, until there is no more to do or they are banned. */
async function worker(name, says) {
  tilth("user", "create", name, "--role", "labeler", "--labels", "label-pictures");
  const token = JSON.parse(tilth("--json", "user", "token", name)).token;
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  for (;;) {
    const next = await fetch(at("/api/v1/tasks/next"), { method: "POST", headers, body: JSON.stringify({ pipeline: "label-pictures" }) });
    if (next.status === 403) return (await next.json()).message;
    const task = await next.json();
    if (!task) return "";
    const shown = await fetch(at(task.data.image), { headers });
    const picture = nameOf.get(Buffer.from(await shown.arrayBuffer()).toString("base64"));
    await new Promise((done) => setTimeout(done, 5));
    const result = [{ from_name: "label", to_name: "item", type: "choices", value: { choices: [says(picture)] } }];
    const answer = await fetch(at("/api/v1/tasks/submit"), { method: "POST", headers, body: JSON.stringify({ assignment: task.id, result }) });
    assert.ok(answer.ok, `${name}: ${answer.status}`);
  }
}
let maria = null;
/** Look at the picture, press the key of its class, and go on to the next one. */
async function answerOne(who) {
  const shown = who.locator(".choices-task:not(.kept-ready) img");
  await shown.waitFor();
  await who.waitForFunction(() => document.querySelector(".choices-task:not(.kept-ready) img")?.naturalWidth > 0);
  const source = await shown.getAttribute("src");
  const warm = await shown.evaluate((image) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const ink = canvas.getContext("2d");
    ink.drawImage(image, 0, 0, 1, 1);
    const [red, , blue] = ink.getImageData(0, 0, 1, 1).data;
    return red > blue;
  });
  await who.keyboard.press(warm ? "1" : "2");
  await who.keyboard.press("Enter");
  await who.waitForFunction((before) => document.querySelector(".choices-task:not(.kept-ready) img")?.getAttribute("src") !== before, source);
}
const other = (label) => (label === "warm" ? "cool" : "warm");
const honest = (picture) => (MISTAKEN.has(picture) ? other(truth[picture]) : truth[picture]);

try {
  await page.goto(link);
  await page.waitForSelector("main h1");

  await step("a zip of pictures is imported", async () => {
    await page.getByRole("link", { name: "Data", exact: true }).click();
    await press("Make a repo");
    await page.getByLabel("Name").fill("pictures");
    await page.keyboard.press("Enter");
    await press("Import the first files");
    await page.getByLabel("Files to import").setInputFiles([archive]);
    await press(`Import ${COUNT} files`);
    await see(/Saved as a version by you/);
    await press("Import files");
    await page.getByLabel("Files to import").setInputFiles([join(folder, "known.csv")]);
    await press("Import 1 file");
    await see(/Import known.csv/);
  });

  await step("a labeling project is made from a form", async () => {
    await page.getByRole("link", { name: "Labeling", exact: true }).click();
    await press("New labeling project");
    await page.getByLabel("The question").fill("Warm or cool?");
    await page.getByLabel(/The classes/).fill("warm\ncool");
    await page.getByLabel("People per item").fill("2");
    await page.getByRole("checkbox", { name: /answer is known/ }).check();
    await page.getByLabel("They are in").selectOption("pictures");
    await page.getByLabel("the table").selectOption({ label: "known.csv" });
    await page.getByLabel("One in", { exact: true }).fill("2");
    await page.getByLabel("The file's path is in").selectOption("path");
    await page.getByLabel("The answer is in").selectOption("label");
    await page.getByRole("checkbox", { name: /under a second/ }).uncheck();
    await press(`Ask people about ${COUNT} items`);
    await page.waitForURL(/\/labeling\/label-pictures/);
    await see(`${COUNT} items`);
  });

  await step("someone invited labels by keyboard", async () => {
    await page.getByRole("link", { name: "Invite people" }).first().click();
    await press("Make an invite");
    const invite = await page.getByLabel("Link", { exact: true }).innerText();
    const hers = await browser.newContext({ viewport: { width: 1100, height: 800 } });
    maria = await hers.newPage();
    maria.setDefaultTimeout(30_000);
    const found = troublesOf(maria, { expected: (what) => /\b401\b/.test(what) });
    await maria.goto(invite);
    await maria.getByLabel("Your name").fill("maria");
    await maria.getByRole("button", { name: "Join and begin" }).click();
    for (let n = 0; n < 6; n += 1) await answerOne(maria);
    await maria.goto(at("/label"));
    await maria.getByText(/Hello maria/).waitFor();
    assert.deepEqual(found, []);
  });

  await step("a spammer is banned by known answers, and others finish", async () => {
    assert.match(await worker("sam", (picture) => other(truth[picture])), /no more tasks/);
    await worker("ann", honest);
    await worker("bob", honest);
    await page.goto(at("/labeling/label-pictures?tab=people"));
    await see("banned");
    // What she had in hand is kept for her; she comes back to it.
    await maria.goto(at("/label/label-pictures"));
    await until("all items are labeled", async () => {
      if ((await read("labeling/get?pipeline=label-pictures")).open === 0) return true;
      if (await maria.locator(".choices-task:not(.kept-ready) img").isVisible()) await answerOne(maria);
      return false;
    });
  });

  await step("a sample is reviewed by keyboard", async () => {
    await page.goto(at("/labeling/label-pictures?tab=review"));
    await page.getByLabel("How many items").fill("4");
    await page.keyboard.press("Enter");
    await see("0 of 4 decided");
    await page.locator(".review-media img").first().waitFor();
    for (let n = 1; n <= 4; n += 1) {
      await page.keyboard.press("a");
      if (n < 4) await see(`${n} of 4 decided`);
    }
    await see("Every item of this sample is decided");
    await until("labels are published", async () => (await read("branches/get?repo=label-pictures&name=main")).head !== null);
  });

  await step("a dataset is made from pictures and labels", async () => {
    await page.getByRole("link", { name: "Datasets", exact: true }).click();
    await press("Make a dataset");
    await page.getByLabel("From the repo").selectOption("pictures");
    // What people were asked about these pictures is found by itself.
    await page.waitForFunction(() => document.querySelector("fieldset:disabled") === null);
    await page.getByRole("button", { name: "what people say in label-pictures", pressed: true }).waitFor();
    await see("2 classes found");
    await page.getByLabel("Name", { exact: true }).fill("temperature");
    await press("Make the dataset temperature");
    await page.waitForURL(/\/datasets\/temperature/);
    await page.locator(".tile img").first().waitFor();
  });

  await step("a model is trained by a click", async () => {
    await page.goto(at("/datasets/temperature?view=train"));
    await press("Train a model");
    await page.getByText("The last training is done").waitFor({ timeout: 150_000 });
    await page.getByRole("link", { name: /temperature-model/ }).first().waitFor();
  });

  await step("a cell of what is taken for what opens its items, and a label is fixed by a key", async () => {
    await page.goto(at("/datasets/temperature?view=metrics&model=temperature-model"));
    await page.getByRole("button", { name: /^Label cool, model says warm: 2 of/ }).click();
    await page.locator(".chip-count", { hasText: "2 of" }).waitFor();
    await page.getByRole("option", { name: /p40/ }).click();
    const panel = page.getByRole("complementary", { name: "the item" });
    const key = await panel.getByRole("button", { name: /^warm/ }).locator("kbd").innerText();
    await page.keyboard.press(key);
    await see(/1 item relabeled warm/);
    await page.keyboard.press("Escape");
    await page.locator(".chip-count", { hasText: "1 of" }).waitFor();
  });

  await step("what is left becomes a slice", async () => {
    await press(/Select all 1 item/);
    await press("Make a slice…");
    await page.getByLabel("What shall it be called?").fill("odd-ones");
    await press(/Make a slice of 1 item/);
    await see("Slice odd-ones made");
  });

  await step("more like it are found by accepting and discarding", async () => {
    await page.goto(at(`/datasets/temperature?view=similar&of=${encodeURIComponent("like pictures/p42.png")}`));
    const analyse = page.getByRole("button", { name: "Analyse this dataset" });
    const item = page.locator(".similar-item").first();
    await analyse.or(item).first().waitFor();
    if (await analyse.isVisible()) await analyse.click();
    await item.waitFor({ timeout: 150_000 });
    for (let turn = 1; turn <= 3; turn += 1) {
      const title = await page.locator(".similar-item[aria-selected=true]").getAttribute("title");
      await page.keyboard.press(truth[title.split("/").at(-1)] === "warm" ? "a" : "d");
      await page.getByText(`of ${turn} looked at`).waitFor();
      await page.waitForFunction(() => !document.querySelector(".similar-items.waiting"));
    }
  });

  await step("the slice is sent to people, who answer", async () => {
    await page.goto(at(`/datasets/temperature?where=${encodeURIComponent("`slice.odd-ones` = true")}`));
    await press(/Select all 1 item/);
    await press("Send to people…");
    await page.getByLabel("Who shall label them?").selectOption("new");
    await page.getByLabel("The question").fill("Is it warm, really?");
    await page.getByLabel("People per item").fill("1");
    await press("Send 1 item to people");
    await see(/1 item sent to/);
    const again = (await read("labeling/list")).items.map((one) => one.pipeline).find((name) => name !== "label-pictures");
    await until("it is asked", async () => (await read(`labeling/get?pipeline=${again}`)).open === 1);
    await page.goto(at(`/label/${again}`));
    await page.locator(".choices-task:not(.kept-ready) img").waitFor();
    await page.keyboard.press(await page.locator(".choices-task:not(.kept-ready)").getByRole("radio", { name: /warm/ }).locator("kbd").innerText());
    await page.keyboard.press("Enter");
    await until("it is labeled", async () => (await read(`labeling/get?pipeline=${again}`)).done === 1);
    await until("its label is the dataset's", async () => (await read("datasets/item?name=temperature&key=pictures%2Fp42.png")).item.label === "warm");
  });

  await step("a second training is compared with the first", async () => {
    await page.goto(at("/datasets/temperature?view=train"));
    await press("Train a model");
    // An analysis meanwhile may have saved, and so trained, a version of its own.
    await until("there is a newer version", async () => (await read("models/get?name=temperature-model")).versions >= 2);
    await page.goto(at("/models/temperature-model"));
    await page.getByRole("checkbox", { name: "Choose version 1" }).check();
    await page.getByRole("checkbox", { name: "Choose version 2" }).check();
    await press("Compare 1 and 2");
    await page.locator(".compare-verdict").first().waitFor();
  });

  await step("a test is a gate, and the version that passes goes into production", async () => {
    await page.goto(at("/models/temperature-model?tab=tests"));
    await press("Add the first test");
    await page.getByLabel("Name of the test").fill("good");
    await page.getByLabel("Least percent").fill("90");
    await press("Add the test good");
    await see("passes 1 of 1 required");
    await page.getByRole("link", { name: "Production", exact: true }).click();
    await press(/Promote version \d/);
    await see(/Version \d is in production\./);
  });

  await step("the fix is taken back, and the label is as it was", async () => {
    await page.goto(at("/datasets/temperature"));
    await press("History");
    await page.getByRole("listitem").filter({ hasText: /relabel/i }).first().getByRole("button", { name: "undo" }).click();
    await until("the label is cool again", async () => (await read("datasets/item?name=temperature&key=pictures%2Fp40.png")).item.label === "cool");
  });

  await step("where the model came from leads back to the people", async () => {
    await page.goto(at("/models/temperature-model"));
    await page.getByRole("link", { name: "temperature-train" }).click();
    await page.waitForURL(/lineage/);
    await see("label-pictures");
    await see("pictures");
  });

  assert.deepEqual([...new Set(troubles)], []);
  console.log("The loop is closed.");
} finally {
  await browser.close();
  await end();
}
