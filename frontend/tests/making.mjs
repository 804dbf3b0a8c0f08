// A labeling project from a form: pictures with classes, texts of a table with known answers; what does not fit is said.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openBrowser, troublesOf } from "./browser.mjs";
import { png } from "./png.mjs";
import { serve } from "./server.mjs";

const { link, folder, tilth, at, end } = await serve();
const pictures = process.argv[2];
const birds = join(folder, "birds");
mkdirSync(birds);
for (const [name, colour] of [["a", 40], ["b", 120], ["c", 220]]) writeFileSync(join(birds, `${name}.png`), png(24, [colour, 90, 60]));
writeFileSync(join(folder, "news.csv"), 'id,headline,truth\n1,"<img src=x onerror=alert(1)> You won\'t believe this",bait\n2,Council votes on budget,news\n3,Ten tricks,bait\n');
tilth("repo", "create", "birds");
tilth("put", "birds", birds);
tilth("repo", "create", "news");
tilth("put", "news:news.csv", join(folder, "news.csv"));
tilth("repo", "create", "nothing");
const known = join(folder, "known");
mkdirSync(known);
writeFileSync(join(known, "k.png"), png(24, [10, 90, 60]));
writeFileSync(join(known, "answers.csv"), "path,label\nk.png,wren\n");
writeFileSync(join(known, "mixed.csv"), "path,label\nk.png,wren\ngone.png,robin\n");
tilth("repo", "create", "known");
tilth("put", "known", known);

const browser = await openBrowser();
try {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 1000 } })).newPage();
  page.setDefaultTimeout(15_000);
  const troubles = troublesOf(page, { expected: (what) => /\b401\b|422 .*pipelines\/check|status of 422|status of 404|404 .*(walk|stat)/.test(what) });
  page.on("dialog", (dialog) => { troubles.push(`a dialog opened: ${dialog.message()}`); void dialog.dismiss(); });
  const see = (text) => page.getByText(text, { exact: false }).first().waitFor();
  const shot = async (name) => { if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true }); };
  await page.goto(link);
  await page.waitForSelector("main h1");
  await page.goto(at("/labeling"));
  await page.getByRole("button", { name: "New labeling project" }).click();

  // Pictures: the repo suggests the question; the form says what is missing.
  await page.getByRole("radio", { name: /One class per image/ }).waitFor();
  await page.getByRole("button", { name: /Make this project|Ask people/ }).click();
  await see("Give two classes or more");
  await page.getByLabel(/The classes/).fill("robin\nwren\n<b>neither</b> & both");
  await page.getByLabel("The question").fill('Which "bird" is <i>it</i>?');
  await page.getByLabel(/Guidelines/).fill("# Birds\nLook at the beak.");
  await see("3 items, 9 answers");
  // What was said is there after a reload; what it costs is told before it is said where known answers are.
  await page.reload();
  await see("3 items, 9 answers");
  assert.equal(await page.getByLabel("The question").inputValue(), 'Which "bird" is <i>it</i>?');
  assert.match(await page.getByLabel(/The classes/).inputValue(), /^robin\nwren\n/);
  await page.getByLabel("Pay per answer").fill("0.1");
  await see("0.90");
  await page.getByLabel("Currency").fill("EUR");
  await see("0.90\u00a0EUR");
  await page.getByLabel("Budget").fill("0.5");
  await see("may run out");
  await page.getByLabel("Budget").fill("");
  // A choice is previewed as labelers get it: large buttons, which can be tried; drawing needs the editor.
  const preview = page.getByRole("complementary", { name: "How a labeler sees it" });
  const frame = page.frameLocator("iframe[title='Preview of the task']");
  await preview.getByRole("radio", { name: /<b>neither<\/b> & both/ }).click();
  await preview.getByRole("radio", { name: /robin/ }).click();
  assert.equal(await preview.getByRole("radio", { checked: true }).count(), 1);
  await page.waitForFunction(() => document.querySelector(".making-preview img")?.naturalWidth > 0);
  assert.equal(await page.locator("iframe").count(), 0);
  await shot("pictures");
  await page.getByRole("radio", { name: /Boxes on images/ }).check();
  await frame.getByText("wren").first().waitFor();
  await page.getByRole("radio", { name: /One class per image/ }).check();
  await page.getByRole("button", { name: "Ask people about 3 items" }).click();
  await page.waitForURL(/\/labeling\/label-birds/);
  await see("3 items");

  // Known answers of another repo, whose pictures lie beside their table: it starts.
  await page.goto(at("/new-labeling?repo=birds"));
  // A name that is free.
  await page.waitForFunction(() => [...document.querySelectorAll(".making-part input")].some((field) => field.value === "label-birds-2"));
  assert.equal(await page.getByLabel(/The classes/).inputValue(), "", "what is made is forgotten");
  await page.getByLabel(/The classes/).fill("robin\nwren");
  await page.getByLabel("What shall it be called?").fill("checked");
  await page.getByRole("checkbox", { name: /answer is known/ }).check();
  assert.equal(await page.getByLabel("They are in").inputValue(), "known", "a repo with tables is offered first");
  await page.getByLabel("the table").selectOption({ label: "mixed.csv" });
  await see("1 of 2 known answers does not fit");
  await see(/line 3: known has no file gone\.png/);
  await shot("known-misfit");
  await page.getByLabel("the table").selectOption({ label: "answers.csv" });
  await see("Their files are in known");
  await page.getByText("does not fit").waitFor({ state: "hidden" });
  await page.getByLabel("The answer is in").selectOption("label");
  await page.getByLabel("The file's path is in").selectOption("label");
  await see("neither in known nor in birds");
  await shot("known-nowhere");
  await page.getByLabel("The file's path is in").selectOption("path");
  await see("Their files are in known");
  await shot("known");
  await page.getByRole("button", { name: "Ask people about 3 items" }).click();
  await page.waitForURL(/\/labeling\/checked/);
  await see("It waits for people.");
  await see("Known-answer tasks");
  assert.equal(JSON.parse(tilth("--json", "pipeline", "show", "checked")).spec.labeling.golden.items, "known");

  // One whose known answers cannot be loaded says so, and is no work for people.
  const blocked = join(folder, "blocked.json");
  writeFileSync(blocked, JSON.stringify({
    pipeline: { name: "stuck" },
    input: { pfs: { repo: "birds", glob: "/**.png", name: "image" } },
    labeling: { config: '<View><Image name="image" value="$image"/><Choices name="c" toName="image"><Choice value="robin"/><Choice value="wren"/></Choices></View>', overlap: 1, golden: { from: "known@main:answers.csv", path: "path", items: "birds", answer: "label", every: 5 } },
  }));
  tilth("pipeline", "create", "-f", blocked);
  await page.goto(at("/labeling/stuck"));
  await page.getByRole("alert").getByText("This project cannot start").waitFor();
  await see(/has no file k\.png/);
  assert.equal(await page.getByRole("link", { name: "Label", exact: true }).count(), 0);
  await shot("stuck");
  await page.goto(at("/"));
  await see("stuck cannot start");
  assert.equal(await page.getByText(/tasks? open in stuck/).count(), 0);
  await shot("stuck-home");
  await page.goto(at("/labeling"));
  await see(/cannot start/);
  await shot("stuck-list");

  // Texts of a table, with known answers from its own column.
  await page.goto(at("/new-labeling?repo=news"));
  await page.getByLabel("People are shown the column").selectOption("headline");
  await page.getByLabel("A row's name is in").selectOption("id");
  await page.getByLabel(/The classes/).fill("bait\nnews");
  await page.getByRole("checkbox", { name: /answer is known/ }).check();
  await page.getByLabel("They are in").selectOption("news");
  await page.getByLabel("the table").selectOption({ index: 1 });
  await page.getByLabel("What is shown is in").selectOption("headline");
  await page.getByLabel("The answer is in").selectOption("truth");
  await page.getByRole("checkbox", { name: /disagree/ }).check();
  await see("12 to 19 answers");
  await preview.getByText("You won't believe this", { exact: false }).first().waitFor();
  assert.equal(await page.locator("img[src=x]").count(), 0, "what a text says stays text");
  await shot("texts");
  await page.getByRole("button", { name: "Ask people about 3 items" }).click();
  await page.waitForURL(/\/labeling\/label-news/);
  const spec = JSON.parse(tilth("--json", "pipeline", "show", "label-news")).spec;
  assert.deepEqual(spec.labeling.overlap, { min: 3, max: 5, confidence: 0.9 });
  assert.equal(spec.labeling.golden.from, "news@main:news.csv");

  // A name that is taken is said by the server; an empty repo has its own words.
  await page.goto(at("/new-labeling?repo=birds"));
  await page.getByLabel(/The classes/).fill("a\nb");
  await page.waitForFunction(() => [...document.querySelectorAll(".making-part input")].some((field) => field.value === "label-birds-2"));
  await page.getByLabel("What shall it be called?").fill("label-birds");
  await page.getByRole("button", { name: "Ask people about 3 items" }).click();
  await see("exists already");
  await page.goto(at("/new-labeling?repo=nothing"));
  await see("It is empty now");
  assert.deepEqual(troubles.filter((what) => !/409/.test(what)), []);
  console.log("A project was made by form.");
} catch (error) {
  const page = browser.contexts()[0]?.pages()[0];
  await page?.screenshot({ path: join(tmpdir(), "making-failed.png"), fullPage: true });
  throw error;
} finally {
  await browser.close();
  await end();
}
