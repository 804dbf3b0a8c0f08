// The data pages on a real server: import, look, compare, undo, travel, branch, filter; any error on the console fails it.
// `node tests/data.mjs [FOLDER FOR PICTURES]`, with PYTHON; or on a server that runs: TILTH_LINK=http://…/?token=… of an owner.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openBrowser, stepsOf, troublesOf } from "./browser.mjs";
import { png } from "./png.mjs";
import { serve } from "./server.mjs";
import { zip } from "./zip.mjs";

const served = process.env.TILTH_LINK ? null : await serve();
const link = new URL(process.env.TILTH_LINK ?? served.link);
const pictures = process.argv[2];
const repo = `journey-${Date.now().toString(36)}`;
const HOSTILE = "<img src=x onerror=alert(1)>.txt";
const expected = [/401/, /422 .*rows/, /422 .*count/, /status of 422/];

const folder = await mkdtemp(join(tmpdir(), "tilth-journey-"));
const birds = join(folder, "birds");
await mkdir(join(birds, "photos"), { recursive: true });
await writeFile(join(birds, "labels.csv"), "id,label,score\n1,robin,0.9\n2,owl,0.4\n3,robin,0.7\n");
await writeFile(join(birds, "notes.txt"), "one\ntwo\nthree\n");
await writeFile(join(birds, HOSTILE), "<script>alert(1)</script>\n");
await writeFile(join(birds, "photos", "red.png"), png(8, [200, 30, 30]));
await writeFile(join(birds, "photos", "صورة.png"), png(8, [30, 30, 200]));
await writeFile(join(birds, ".DS_Store"), "x");
const next = join(folder, "next");
await mkdir(next);
await writeFile(join(next, "labels.csv"), "id,label,score\n1,robin,0.9\n2,wren,0.4\n4,tit,0.5\n");
await writeFile(join(next, "red.png"), png(8, [30, 160, 60]));
const zipped = join(folder, "some.zip");
await writeFile(zipped, zip({ "inside/one.txt": "one", "inside/two.txt": "two" }));
const large = join(folder, "large.bin");
await writeFile(large, Buffer.alloc(6_000_000, 7));

const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
const page = await context.newPage();
page.setDefaultTimeout(10_000);
const troubles = troublesOf(page, { expected: (what) => expected.some((one) => one.test(what)) });
page.on("dialog", (dialog) => {
  troubles.push(`a dialog opened: ${dialog.message()}`);
  void dialog.dismiss();
});
const see = (text) => page.getByText(text).first().waitFor();
const step = stepsOf(page, pictures);
const files = page.getByLabel("Files to import");
const tree = page.getByRole("tree", { name: "Files" });
const read = async (path, branch = "main") => {
  const reference = encodeURIComponent(`${repo}@${branch}:${path}`);
  return page.evaluate((at) => fetch(at, { headers: { "X-Tilth-Console": "1" } }).then((answer) => answer.text()), `/api/v1/files/read?reference=${reference}`);
};
const head = () =>
  page.evaluate((name) => fetch(`/api/v1/branches/get?repo=${name}&name=main`, { headers: { "X-Tilth-Console": "1" } }).then((answer) => answer.json()).then((branch) => branch.head), repo);

try {
  await page.goto(link.href);
  await page.waitForSelector("main h1");

  await step("a repo is made", async () => {
    await page.getByRole("link", { name: "Data", exact: true }).click();
    await page.getByRole("button", { name: "Make a repo" }).click();
    await page.getByLabel("Name").fill("not a name");
    await page.keyboard.press("Enter");
    await see(/letters, digits/);
    await page.getByLabel("Name").fill(repo);
    await page.getByLabel(/What is in it/).fill("Birds of the <b>journey</b>");
    await page.keyboard.press("Enter");
    await see("Nothing is in it yet");
  });

  await step("a folder is previewed before it is imported", async () => {
    await page.getByRole("button", { name: "Import the first files" }).click();
    await page.getByLabel("Folder to import").setInputFiles(birds);
    await see("5 files");
    await see("No file is replaced.");
    await see(/1 system file left out/);
    await page.getByLabel(/Keep the folder/).uncheck();
    await page.getByLabel(/Into the folder/).fill("in/2026");
    await page.getByText("in/2026/photos/red").first().waitFor();
    await page.getByLabel(/Into the folder/).fill("");
    await page.getByLabel(/What is it/).fill("First birds");
  });

  await step("the import is one commit by me", async () => {
    await page.getByRole("button", { name: "Import 5 files" }).click();
    await see(/Saved as a version by you, \d\d:\d\d: First birds/);
    assert.equal(await read("notes.txt"), "one\ntwo\nthree\n");
    assert.equal(await read(HOSTILE), "<script>alert(1)</script>\n");
  });

  await step("files are found and opened by keyboard", async () => {
    await tree.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowRight");
    await page.getByRole("treeitem", { name: /red/ }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await see("8 × 8 pixels, shown 36 times larger");
    assert.match(page.url(), /file=/);
    await page.keyboard.press("ArrowDown");
    await page.getByRole("complementary", { name: /صورة/ }).waitFor();
    await page.getByRole("button", { name: "Close the file" }).focus();
    await page.keyboard.press("Escape");
    await page.getByRole("complementary").waitFor({ state: "detached" });
  });

  await step("a hostile name and content are shown as text", async () => {
    await page.getByRole("treeitem").filter({ hasText: HOSTILE }).click();
    await see("<script>alert(1)</script>");
  });

  await step("a file is downloaded as it is", async () => {
    const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download", exact: true }).click()]);
    assert.match(saved.suggestedFilename(), /img src/);
  });

  await step("what an import replaces is told before", async () => {
    await page.getByRole("button", { name: "Import files" }).click();
    await files.setInputFiles(join(next, "labels.csv"));
    await see("1 file of the same name will be replaced. The old ones stay in the history.");
    await page.getByRole("cell", { name: "wren" }).waitFor();
    await page.getByLabel(/What is it/).fill("A wren, and a tit");
    await page.keyboard.press("Enter");
    await see(/Saved as a version by you/);
  });

  await step("rows that changed are seen", async () => {
    await page.getByRole("button", { name: "see what changed" }).click();
    await see(/1 row added, 1 changed, 1 deleted, 1 the same/);
    await page.locator("del", { hasText: "owl" }).waitFor();
    await page.locator("ins", { hasText: "wren" }).waitFor();
  });

  await step("an import is undone", async () => {
    await page.getByRole("button", { name: "undo", exact: true }).click();
    await see(/Undone by a new version/);
    assert.match(await read("labels.csv"), /owl/);
  });

  await step("pictures are compared side by side", async () => {
    await page.getByRole("button", { name: "Import files" }).click();
    await files.setInputFiles(join(next, "red.png"));
    await page.getByLabel(/Into the folder/).fill("photos");
    await see(/1 file of the same name will be replaced/);
    await page.getByRole("button", { name: "Import 1 file" }).click();
    await see(/Saved as a version by you/);
    await page.getByRole("button", { name: "see what changed" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".data-sides img.crisp").length === 2);
  });

  await step("the past is read-only, and one comes back", async () => {
    await page.getByRole("button", { name: "Files", exact: true }).click();
    await page.getByRole("slider", { name: "Version" }).focus();
    await page.keyboard.press("Home");
    await see(/This is how it was/);
    assert.match(page.url(), /at=/);
    assert.ok(await page.getByRole("button", { name: "Import files" }).isDisabled());
    await page.reload();
    await see(/This is how it was/);
    await page.getByRole("button", { name: "Back to now" }).click();
    await page.getByText(/This is how it was/).waitFor({ state: "detached" });
  });

  await step("a branch is made, moved and deleted", async () => {
    await page.getByRole("button", { name: "Branches" }).click();
    await page.getByLabel("Name of the new branch").fill("trial");
    await page.keyboard.press("Enter");
    await see("2 branches");
    await page.getByRole("listitem").filter({ hasText: "trial" }).getByRole("button", { name: "Move" }).first().click();
    await page.getByLabel(/Move trial to the version/).selectOption({ index: 1 });
    await see(/On trial, .* files will come/);
    await page.getByRole("button", { name: "Move trial" }).click();
    await page.getByLabel(/Move trial to the version/).waitFor({ state: "detached" });
    await page.getByRole("listitem").filter({ hasText: "trial" }).getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete trial" }).click();
    await see("1 branch");
    await page.getByRole("heading", { name: "1 branch", exact: true }).waitFor();
  });

  await step("a version is tagged for good, and found again", async () => {
    await page.getByRole("button", { name: "Branches and tags" }).click();
    await page.getByPlaceholder("as-published").fill("v1");
    await page.getByPlaceholder("why (may be empty)").fill("<i>sent</i> to Mara");
    await page.keyboard.press("Enter");
    await see("<i>sent</i> to Mara");
    await page.getByRole("button", { name: "v1", exact: true }).click();
    assert.match(page.url(), /at=/);
    await page.getByRole("button", { name: "Back to now" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Files", exact: true }).click();
  });

  await step("a zip archive is unpacked before it is imported", async () => {
    await page.getByRole("button", { name: "Import files" }).click();
    await files.setInputFiles(zipped);
    await see("Unpack");
    await see("2 files");
    await page.getByText("inside/two").first().waitFor();
    await page.getByRole("checkbox", { name: /Unpack/ }).uncheck();
    await see("1 file");
    await page.getByRole("checkbox", { name: /Unpack/ }).check();
    await page.getByRole("button", { name: "Import 2 files" }).click();
    await see(/Saved as a version by you/);
    assert.equal(await read("inside/two.txt"), "two");
    await page.getByRole("button", { name: "undo", exact: true }).click();
    await see(/Undone by a new version/);
  });

  await step("a table is filtered, and a wrong filter is explained", async () => {
    await page.goto(new URL(`/data/${repo}?view=table&file=labels.csv`, link).href);
    await see("3 rows");
    await page.getByLabel("Filter of rows").fill("label = 'robin'");
    await page.keyboard.press("Enter");
    await see("2 rows");
    await page.getByLabel("Filter of rows").fill("colour = 'red'");
    await page.keyboard.press("Enter");
    await see("There is no column 'colour'.");
    await page.getByRole("button", { name: "Show all rows" }).first().click();
    await see("3 rows");
  });

  await step("an import that is stopped saves nothing", async () => {
    await page.goto(new URL(`/data/${repo}`, link).href);
    const before = await head();
    const network = await context.newCDPSession(page);
    await page.getByRole("button", { name: "Import files" }).click();
    await files.setInputFiles(large);
    await see("No file is replaced.");
    await network.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 700_000 });
    await page.getByRole("button", { name: "Import 1 file" }).click();
    await see(/a second/);
    await page.getByRole("button", { name: /Stop; save nothing/ }).click();
    await see("Stopped. Nothing was saved.");
    await network.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
    await page.waitForTimeout(500);
    assert.equal(await head(), before);
  });

  await step("a folder is dropped onto the page", async () => {
    await page.getByRole("button", { name: "Close the import" }).click();
    const input = await context.newCDPSession(page);
    const data = { items: [], files: [next], dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"]) {
      await input.send("Input.dispatchDragEvent", { type, x: 600, y: 600, data });
      if (type === "dragOver") await see(/Drop to import into/);
    }
    await page.getByRole("button", { name: "Import 2 files" }).waitFor();
    await see("No file is replaced.");
    await page.keyboard.press("Enter");
    await see(/Saved as a version by you/);
    assert.match(await read("next/labels.csv"), /wren/);
  });

  await step("a file is deleted, and comes back", async () => {
    await page.getByRole("treeitem", { name: "notes.txt" }).click();
    await page.getByRole("button", { name: "Delete…" }).click();
    await page.getByRole("button", { name: "Delete the file" }).click();
    await see(/Saved as a version by you, .* Delete notes.txt/);
    await page.getByRole("treeitem", { name: "notes.txt" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "undo", exact: true }).click();
    await page.getByRole("treeitem", { name: "notes.txt" }).waitFor();
  });

  await step("the repo is marked held out", async () => {
    await page.getByRole("button", { name: "Hold out…" }).click();
    await page.getByRole("button", { name: "Hold it out" }).click();
    await see("held out");
  });

  assert.deepEqual([...new Set(troubles)], []);
  console.log("all well");
} finally {
  await browser.close();
  await served?.end();
  await rm(folder, { recursive: true, force: true });
}
