// Slices: make one from the grid, work on it, send it to people, take their labels, export it. Hostile words stay words.
import assert from "node:assert/strict";
import { createReadStream, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { openBrowser, troublesOf } from "./browser.mjs";
import { drawn } from "./png.mjs";
import { serve } from "./server.mjs";

const pictures = process.argv[2];
const { link, folder, tilth, at, end } = await serve();
const photos = join(folder, "photos");
mkdirSync(photos);
const keys = Array.from({ length: 12 }, (_, index) => `scan-${String(index).padStart(2, "0")}.png`);
keys.push("<img src=x onerror=alert(1)>.png");
keys.forEach((key, index) => { writeFileSync(join(photos, key), shape(index)); });
tilth("repo", "create", "photos");
tilth("put", "photos", photos);
tilth("repo", "create", "truth");
writeFileSync(join(folder, "truth.csv"), ["key,label", ...keys.map((key, index) => `"${key}",${index % 2 ? "round" : "square"}`)].join("\n"));
tilth("put", "truth:truth.csv", join(folder, "truth.csv"));

const browser = await openBrowser();
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const troubles = troublesOf(page, { expected: (what) => /\b401\b|status of 40[49]|409 .*slices|404 .*plan-send|422 .*plan-send|status of 422/.test(what) });
  page.on("dialog", (dialog) => { troubles.push(`a dialog opened: ${dialog.message()}`); void dialog.dismiss(); });
  const see = (text) => page.getByText(text, { exact: false }).first().waitFor();
  const press = (name) => page.getByRole("button", { name }).first().click();
  const shot = async (name) => {
    if (!pictures) return;
    for (const theme of ["light", "dark"])
      for (const width of [1440, 1024]) {
        await page.setViewportSize({ width, height: 900 });
        await page.evaluate((name) => { document.documentElement.dataset["theme"] = name; }, theme);
        await page.waitForTimeout(150);
        await page.screenshot({ path: join(pictures, `${name}-${theme}-${width}.png`) });
      }
    await page.evaluate(() => { document.documentElement.dataset["theme"] = "light"; });
    await page.setViewportSize({ width: 1440, height: 1000 });
  };
  const call = (operation, body) =>
    page.evaluate(
      async ([path, sent]) => {
        const answer = await fetch(path, { method: "POST", body: JSON.stringify(sent), headers: { "Content-Type": "application/json", "X-Tilth-Console": "1" } });
        if (!answer.ok) throw new Error(await answer.text());
        return answer.json();
      },
      [`/api/v1/${operation}`, body],
    );
  await page.goto(link);
  await page.waitForSelector("main h1");
  await call("datasets/define", {
    name: "shapes",
    definition: { media: { kind: "image" }, items: { from: "photos@main" }, labels: { from: "truth@main:truth.csv" }, classes: ["round", "square"] },
  });

  // Nothing yet: the page says the next step.
  await page.goto(at("/datasets/shapes?view=slices"));
  await see("There are no slices yet");
  await shot("empty");
  await press("Choose items in the grid");

  // From a filter and everything that matches.
  await page.goto(at(`/datasets/shapes?where=${encodeURIComponent("label = 'round'")}`));
  await page.getByText("of 13", { exact: false }).first().waitFor();
  await press(/Select all 6 items/);
  await press("Make a slice…");
  await page.getByLabel("What shall it be called?").fill("Round things, odd ones!");
  await see("Round-things-odd-ones");
  await page.getByLabel("What is it for?").selectOption("label quality");
  await page.getByLabel("Note").fill("<script>alert(2)</script> the night shift");
  await shot("make");
  await press(/Make a slice of 6 items/);
  await see("Slice Round-things-odd-ones made");
  await page.getByRole("complementary", { name: "the slice" }).waitFor();
  await see("<script>alert(2)</script>");

  // Work on it: states, an item's status, a comment; each can be taken back.
  await press("Start work");
  await see("in progress");
  await page.getByRole("button", { name: "Done", exact: true }).first().click();
  await see("1 of 6 done");
  await page.getByRole("status").getByRole("button", { name: "undo" }).first().click();
  await see("0 of 6 done");
  await page.getByLabel("A comment").fill("Half of these look <b>square</b> to me.");
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  await see("Half of these look <b>square</b> to me.");
  await page.getByLabel("Owner").fill("maria");
  await press("Save these changes");
  await page.getByRole("row", { name: /maria/ }).waitFor();
  await shot("slice");

  // Send it to people: the cost is said before; then they answer; then their labels hold.
  await press("Send to people…");
  await page.getByLabel("The question").fill("Round or square?");
  await page.getByLabel("People per item").fill("1");
  await page.getByLabel("Pay per answer").fill("0.25");
  await see("6 items: 6 answers");
  await see("1.50");
  await shot("send");
  await press("Send 6 items to people");
  await see("6 items sent to shapes-again");
  tilth("run");
  await page.reload();
  await see("6 asked");
  for (let count = 0; count < 6; count++) {
    const task = await call("tasks/next", { pipeline: "shapes-again" });
    await call("tasks/submit", { assignment: task.id, result: [{ from_name: "label", to_name: "image", type: "choices", value: { choices: ["square"] } }] });
  }
  await call("labeling/publish", { pipeline: "shapes-again" });
  await page.reload();
  await see("6 settled");
  await press("Send to people…");
  // They have their answers: a second look is a new project, which the form proposes; its labels can still be taken.
  await see("asks about none twice");
  assert.equal(await page.getByLabel("Its name").inputValue(), "shapes-again-2");
  await see("6 items: 18 answers");
  await page.getByLabel("Who shall label them?").selectOption("shapes-again");
  await see("already as they are");
  await press("Take its labels for these items");
  await see("nothing is bought twice");
  await shot("sent");
  await page.goto(at(`/datasets/shapes?where=${encodeURIComponent("label = 'square' and labeled_by = 'people'")}`));
  await page.getByText("6 of 13", { exact: false }).first().waitFor();

  // A live slice follows its filter; the same name twice is refused in words.
  await press(/Select all 6 items/);
  await press("Make a slice…");
  await page.getByLabel("What shall it be called?").fill("Round-things-odd-ones");
  await press(/Make a slice of 6 items/);
  await see("has a slice Round-things-odd-ones already");
  await page.getByLabel("What shall it be called?").fill("asked");
  await page.getByLabel(/Follow the filter/).check();
  await press("Make a slice that follows the filter");
  await see("Whatever matches is in it");

  // Export: formats, sizes, one archive.
  await press("Export…");
  await page.getByLabel(/YOLO/).check();
  await see("With 6 files");
  await shot("export");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Export 6 items" }).click()]);
  const saved = join(folder, "export.zip");
  await download.saveAs(saved);
  assert.equal(download.suggestedFilename(), "shapes-yolo.zip");
  assert.ok(statSync(saved).size > 500);
  for await (const piece of createReadStream(saved, { end: 3 })) assert.equal(piece.toString("latin1"), "PK\u0003\u0004");

  // Ctrl-K finds slices and items by their names.
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to" }).fill("Round-th");
  await page.getByRole("option", { name: /Round-things-odd-ones.*slice of shapes/ }).waitFor();
  await page.getByRole("combobox", { name: "Go to" }).fill("scan-07");
  await page.getByRole("option", { name: /scan-07.png.*item of shapes/ }).click();
  await page.getByRole("complementary", { name: "the item" }).getByText("scan-07.png").first().waitFor();

  // From an item to its slices and back; a deleted slice can be taken back in the history.
  await page.goto(at(`/datasets/shapes?item=${encodeURIComponent("scan-01.png")}`));
  await page.getByRole("complementary", { name: "the item" }).getByRole("button", { name: "Round-things-odd-ones" }).click();
  await page.getByRole("complementary", { name: "the slice" }).waitFor();
  await press("Delete this slice…");
  await press("Delete it");
  await page.getByRole("complementary", { name: "the slice" }).waitFor({ state: "detached" });
  await page.getByRole("row", { name: /Round-things/ }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "History" }).click();
  await see("Delete slice Round-things-odd-ones");
  await page.getByRole("listitem").filter({ hasText: "Delete slice" }).getByRole("button", { name: "undo" }).click();
  await page.getByRole("row", { name: /Round-things/ }).waitFor();
  assert.deepEqual(troubles, []);
  console.log("slices: as it should be");
} finally {
  await browser.close();
  await end();
}

/** A small picture: a light square or circle on a dark ground. */
function shape(seed) {
  return drawn(28, (x, y) => {
    const [dx, dy] = [x - 14, y - 14];
    const inside = seed % 2 ? dx * dx + dy * dy < 70 : Math.abs(dx) < 8 && Math.abs(dy) < 8;
    return Array(3).fill(inside ? 220 - seed * 5 : 30 + seed * 4);
  });
}
