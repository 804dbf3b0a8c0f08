// Import answers, ban a spammer, review a sample by keyboard, undo, compare methods: on a real server; any error of a page fails it.
//   node tests/review.mjs [FOLDER FOR PICTURES]       makes a workspace of its own, with PYTHON (default python3)
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { openBrowser, stepsOf, troublesOf } from "./browser.mjs";
import { png } from "./png.mjs";
import { serve } from "./server.mjs";

const pictures = process.argv[2];
const { link, folder, tilth, at, end } = await serve();
const COLOURS = { red: [200, 40, 40], green: [40, 150, 60], blue: [40, 70, 200] };
const NAMES = Object.keys(COLOURS);
// Their keys as people who label have them: their own, else digits in order.
const KEYS = { red: "7", green: "1", blue: "0" };
const HOSTILE = "<img src=x onerror=alert(1)>";
const ITEMS = 36;

// Thirty-six coloured squares; six people answered elsewhere, one of them at random.
const squares = join(folder, "squares");
mkdirSync(join(squares, "north"), { recursive: true });
mkdirSync(join(squares, "south"), { recursive: true });
const truth = (n) => NAMES[n % 3];
const rows = ["image,worker,label,seconds"];
for (let n = 0; n < ITEMS; n += 1) {
  const name = `${String(n).padStart(2, "0")}.png`;
  writeFileSync(join(squares, n % 2 ? "north" : "south", name), png(16, COLOURS[truth(n)].map((part) => part + n)));
  for (const who of ["ann", "bob", "cyd"]) rows.push(`${name},${who},${who === "cyd" && n === 3 ? "rouge" : truth(n)},${4 + (n % 5)}`);
  rows.push(`${name},${HOSTILE},${NAMES[(n * n + 1) % 3]},1`);
}
rows.push("99.png,ann,red,3", "00.png,ann,purple,3");
const table = join(folder, "given elsewhere.csv");
writeFileSync(table, `${rows.join("\n")}\n`);
const spec = join(folder, "label.json");
writeFileSync(spec, JSON.stringify({
  pipeline: { name: "colours" },
  input: { pfs: { repo: "squares", glob: "/**.png", name: "image" } },
  labeling: {
    config: `<View><Image name="image" value="$image"/><Choices name="c" toName="image">${NAMES.map((name) => `<Choice value="${name}"${KEYS[name] === "1" ? "" : ` hotkey="${KEYS[name]}"`}/>`).join("")}</Choices></View>`,
    guidelines: "Say the colour of the square.",
    overlap: 3,
  },
}));
tilth("repo", "create", "squares");
tilth("put", "squares", squares, "-m", "Squares");
tilth("pipeline", "create", "-f", spec);

const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
const page = await context.newPage();
page.setDefaultTimeout(15_000);
const troubles = troublesOf(page, { expected: (what) => /\b401\b|409 .*repos\/create|status of 409/.test(what) });
page.on("dialog", (dialog) => { troubles.push(`a dialog opened: ${dialog.message()}`); void dialog.dismiss(); });
const see = (text) => page.getByText(text).first().waitFor();
const tab = (name) => page.getByRole("navigation", { name: "Parts of this project" }).getByRole("button", { name }).click();
const read = (path) => page.evaluate((address) => fetch(address, { headers: { "X-Tilth-Console": "1" } }).then((answer) => answer.json()), path);
const step = stepsOf(page, pictures);

try {
  await page.goto(link);
  await page.waitForSelector("main h1");
  await page.goto(at("/labeling/colours"));
  await see(`${ITEMS} items`);

  await step("columns of a table are guessed and its rows are checked before anything is imported", async () => {
    await tab("Import answers");
    await page.getByLabel("Table of answers").setInputFiles(table);
    await see("What the columns of given_elsewhere.csv are");
    assert.equal(await page.getByLabel("Item", { exact: true }).inputValue(), "image");
    assert.equal(await page.getByLabel("Answer", { exact: true }).inputValue(), "label");
    assert.equal(await page.getByLabel("Person", { exact: true }).inputValue(), "worker");
    await page.getByRole("button", { name: "Check the rows" }).click();
    await see("left out: they name no item of this project");
    await see("99.png");
    await see("left out: they say no class of this project");
    assert.equal((await read("/api/v1/labeling/get?pipeline=colours")).answers, 0);
  });

  await step("a word of another language is told what it means", async () => {
    await page.getByLabel(/rouge/).selectOption("red");
    await page.getByRole("button", { name: "Check the rows" }).click();
    await page.getByRole("button", { name: "Import 144 answers" }).waitFor();
  });

  await step("the answers are imported, and not twice", async () => {
    await page.getByRole("button", { name: "Import 144 answers" }).click();
    await see("144 answers imported");
    assert.deepEqual(await read("/api/v1/labeling/get?pipeline=colours").then(({ answers, done, spent }) => [answers, done, spent]), [144, 36, 0]);
    await tab("Overview");
    await tab("Import answers");
    await page.getByLabel("Table of answers").setInputFiles(table);
    await page.getByRole("button", { name: "Check the rows" }).click();
    await see("of them were imported before and are not imported twice");
  });

  await step("a spammer is found by agreement and banned with a reason", async () => {
    await tab("People");
    await page.getByRole("button", { name: "Agrees with the others" }).click();
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 4);
    assert.ok(!(await page.content()).includes("onerror=alert"), "people are opaque");
    await page.locator("tbody tr").first().getByRole("button").click();
    await see("What they take for what");
    await page.getByRole("button", { name: "Differs" }).click();
    await page.waitForURL(/only=differs/);
    await page.getByRole("button", { name: "Ban…" }).click();
    await page.getByLabel(/36 answers will be rejected/).fill("answers at random");
    await page.keyboard.press("Enter");
    await see("Banned by hand");
    assert.equal((await read("/api/v1/labeling/get?pipeline=colours")).rejected, 36);
  });

  await step("a ban is taken back with a reason, and stays in the history", async () => {
    await page.getByRole("button", { name: "Give another chance…" }).click();
    await page.getByLabel(/stay rejected/).fill("has read the guidelines");
    await page.getByRole("button", { name: "Give another chance", exact: true }).click();
    await see("Given another chance");
    assert.equal((await read("/api/v1/labeling/get?pipeline=colours")).rejected, 36);
  });

  await step("a sample is drawn and reviewed by keyboard alone", async () => {
    await tab("Review");
    await page.getByLabel("How many items").fill("12");
    await page.keyboard.press("Enter");
    await see("0 of 12 decided");
    await page.locator(".review-media img").first().waitFor();
    for (const key of ["a", "Enter", "a", "s"]) await page.keyboard.press(key);
    await see("4 of 12 decided");
    await see("after 3 items:");
    await see(/0\.0 % \(0\.0–56\.1\)/);
  });

  await step("a correction is a ruling, and undo takes it back", async () => {
    const held = await page.locator(".consensus bdi").innerText();
    const other = NAMES.find((name) => name !== held);
    await page.keyboard.press(KEYS[other]);
    await see(/25\.0 % \(4\.6–69\.9\)/);
    const final = (page) => page.items.filter((label) => label.final);
    assert.deepEqual(final(await read("/api/v1/labeling/labels?pipeline=colours")).map((label) => label.label), [other]);
    await page.keyboard.press("z");
    await see("4 of 12 decided");
    assert.equal(final(await read("/api/v1/labeling/labels?pipeline=colours")).length, 0);
    assert.equal(await page.locator(".consensus bdi").innerText(), held);
    await page.keyboard.press(KEYS[other]);
    await see("5 of 12 decided");
  });

  await step("answers are rejected with a reason and asked again", async () => {
    await page.keyboard.press("r");
    await page.getByLabel(/Why\? Those who answered see it/).fill("the picture is upside down");
    await page.keyboard.press("Enter");
    await see("6 of 12 decided");
    assert.equal((await read("/api/v1/labeling/get?pipeline=colours")).open, 1);
    for (let n = 0; n < 6; n += 1) await page.keyboard.press("a");
    await see("Every item of this sample is decided");
    await page.getByRole("button", { name: "Back to all reviews" }).click();
    await see("2 of 11 reviewed items wrong");
    await see("By folder");
  });

  await step("methods are compared on the same answers", async () => {
    await tab("Compare methods");
    await see("Krippendorff's α");
    await see("used here");
  });

  await step("a reviewer decides labels and imports nothing; a labeler sees nothing of it", async () => {
    tilth("user", "create", "rita", "--role", "reviewer");
    tilth("user", "create", "lou", "--role", "labeler");
    const ask = async (user, path, body) => {
      const token = JSON.parse(tilth("user", "token", user, "--json")).token;
      const answer = await fetch(at(path), { headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" }, ...(body ? { method: "POST", body: JSON.stringify(body) } : {}) });
      return answer.status;
    };
    assert.equal(await ask("rita", "/api/v1/reviews/rates?pipeline=colours"), 200);
    assert.equal(await ask("rita", "/api/v1/reviews/start", { pipeline: "colours", size: 3 }), 200);
    assert.equal(await ask("rita", "/api/v1/labeling/import-answers", { pipeline: "colours", table: "a:b", item: "a", answer: "b" }), 403);
    for (const path of ["reviews/rates", "workers/list", "workers/compare", "labeling/escalated", "reviews/list"])
      assert.equal(await ask("lou", `/api/v1/${path}?pipeline=colours`), 403, path);
    assert.equal(await ask("lou", "/api/v1/reviews/due"), 403);
  });

  assert.deepEqual([...new Set(troubles)], []);
  console.log("all well");
} finally {
  await browser.close();
  await end();
}
