// A short journey through the console on a real server; any error that a page reports fails it.
//   node tests/journey.mjs            makes a workspace of its own, with PYTHON (default python3)
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openBrowser, troublesOf } from "./browser.mjs";
import { serve } from "./server.mjs";

const { link, folder, tilth, at, end } = await serve();
const browser = await openBrowser();
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const see = (text) => page.getByText(text, { exact: false }).first().waitFor();
  // Without a session the door says 401; the page then tells how to get in.
  const troubles = troublesOf(page, { expected: (what) => /\b401\b|422 .*pipelines\/check|status of 422/.test(what) });

  await page.goto(at("/"));
  await see("Open Tilth");
  await page.goto(link);
  await see("An empty workspace");
  assert.equal(new URL(page.url()).search, "", "the token stays in no address");
  assert.equal(await page.evaluate(() => document.cookie), "", "no script sees the session");
  assert.ok(!(await page.evaluate(() => JSON.stringify(localStorage) + JSON.stringify(sessionStorage))).includes(new URL(link).searchParams.get("token")));

  // Data and a pipeline that fails for one item: Home shows them without a reload.
  const photos = join(folder, "photos");
  execFileSync("mkdir", [photos]);
  const hostile = '<img src=x onerror="document.title=1">.txt';
  for (const name of ["a.txt", "b.txt", hostile]) writeFileSync(join(photos, name), name);
  tilth("repo", "create", "photos");
  tilth("put", "photos", photos, "-m", "<b>First</b> batch");
  const spec = join(folder, "sizes.json");
  const script = 'for f in /pfs/photos/*; do case "$f" in *b.txt) echo "cannot read b" >&2; exit 3;; esac; wc -c < "$f" > /pfs/out/size-$$; done';
  writeFileSync(spec, JSON.stringify({
    pipeline: { name: "sizes" }, input: { pfs: { repo: "photos", glob: "/*.txt" } }, transform: { cmd: ["sh", "-c", script] }, datum_tries: 1,
  }));
  tilth("pipeline", "create", "-f", spec);
  await see("The loop");
  await see("<b>First</b> batch");
  // A box of the picture is a link wherever one clicks on it.
  const box = await page.locator(".graph a", { hasText: "sizes" }).boundingBox();
  await page.mouse.click(box.x + box.width - 12, box.y + box.height / 2);
  await page.waitForURL(/\/pipelines\/sizes/);
  await page.goBack();
  await see("The loop");
  await page.getByText("1 needs you").waitFor({ timeout: 60_000 });
  await page.getByText("See why").click();

  // The failing item's log is open at once.
  await see("cannot read b");
  assert.match(page.url(), /\/runs\//);
  await page.getByRole("link", { name: "sizes" }).first().click();
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  await page.getByRole("button", { name: "Compute everything anew…" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Compute everything anew…" }).click();
  await page.getByRole("button", { name: "Compute anew", exact: true }).click();
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 2);

  // Paused it does not run; its spec is edited in place, and a wrong one is not taken.
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await see("Paused by owner");
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Run again" }).waitFor();
  await page.getByRole("button", { name: "Edit the spec" }).click();
  const spec_text = page.getByRole("textbox", { name: "The spec, as JSON" });
  const before = await spec_text.inputValue();
  await spec_text.fill(before.replace('"datum_tries"', '"datum_trys"'));
  await see("datum_tries");
  assert.ok(await page.getByRole("button", { name: /Save as version 2/ }).isDisabled());
  await spec_text.fill("{");
  await see("not JSON yet");
  await spec_text.fill(before.replace('"datum_tries": 1', '"datum_tries": 2'));
  await see("It reads photos@main");
  await page.getByRole("button", { name: /Save as version 2/ }).click();
  await page.getByText("version 2", { exact: false }).first().waitFor();

  // While a run goes its items are there: failing first, then what is worked on, then what is done.
  const gate = join(folder, "gate");
  const patient = `f=$(ls /pfs/photos); case "$f" in a.txt) exit 5;; b.txt) while [ ! -e "${gate}" ]; do sleep 0.1; done;; esac; echo done > "/pfs/out/$f"`;
  const slow = join(folder, "patient.json");
  writeFileSync(slow, JSON.stringify({
    pipeline: { name: "patient" }, input: { pfs: { repo: "photos", glob: "/*.txt", name: "photos" } }, transform: { cmd: ["sh", "-c", patient] }, datum_tries: 1,
  }));
  tilth("pipeline", "create", "-f", slow);
  await page.goto(at("/pipelines/patient"));
  await page.locator("tbody tr a").first().click();
  await page.getByRole("button", { name: /b\.txt.*running/ }).waitFor();
  await page.getByText("to do").first().waitFor();
  await page.getByRole("button", { name: "Being worked on" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/state=running/);
  await page.getByRole("button", { name: /b\.txt/ }).click();
  await see("its log comes when it is done");
  await page.screenshot({ path: join(tmpdir(), "tilth-run-going.png") });
  writeFileSync(gate, "");
  await page.getByRole("button", { name: "Done", exact: true }).click();
  await page.getByRole("button", { name: /b\.txt.*done/ }).waitFor();

  // By keyboard to the lineage, whose address says all.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("photos came");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/lineage\?of=photos/);
  await see("put by");
  // The same as a report: a page that stands alone, and a file of it without script.
  await page.getByRole("link", { name: "Report", exact: true }).click();
  await page.waitForURL(/\/report\?of=photos/);
  await see("step by step");
  await see("This is where it began".toLowerCase());
  const [kept] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download as a file" }).click()]);
  const file = readFileSync(await kept.path(), "utf8");
  assert.ok(file.includes("&lt;b&gt;First&lt;/b&gt; batch") && !/<script|<b>First/.test(file), "what people wrote is text in it");
  await page.getByRole("link", { name: "Back to its lineage" }).click();
  await see("put by");
  await page.getByRole("link", { name: "a.txt" }).click();
  await page.waitForURL(/a\.txt/);
  await page.reload();
  await page.getByRole("heading", { name: /a\.txt/ }).waitFor();

  for (const path of ["/pipelines", "/labeling", "/lineage", "/lineage?of=photos"]) {
    await page.goto(at(path));
    await page.locator("main h1").waitFor();
  }
  await page.goto(at("/nowhere/at/all"));
  await see("There is no such page");

  // Dark stays; leaving ends the session.
  await page.getByRole("button", { name: "owner" }).click();
  await page.getByRole("button", { name: "Dark" }).click();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await page.getByRole("button", { name: "Log out of this browser" }).click();
  await see("Open Tilth");
  assert.deepEqual(troubles, []);
  console.log("The journey is done.");
} catch (error) {
  const page = browser.contexts()[0]?.pages()[0];
  await page?.screenshot({ path: join(tmpdir(), "tilth-journey-failed.png") });
  throw error;
} finally {
  await browser.close();
  await end();
}
