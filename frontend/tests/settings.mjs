// Settings on a real server: users, an invite that a labeler follows in another browser, tokens, the audit trail.
//   node tests/settings.mjs     with PYTHON (default python3); errors that a page reports fail it
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openBrowser, troublesOf } from "./browser.mjs";
import { serve } from "./server.mjs";

const { link, folder, tilth, at, end } = await serve();
const description = JSON.parse(readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8"));
const browser = await openBrowser();
const hostile = '<img src=x onerror="document.title=1">';

try {
  writeFileSync(join(folder, "pool.csv"), "headline\nWow!\nYou must see this!\nRain tomorrow\n");
  tilth("repo", "create", "headlines");
  tilth("put", "headlines", join(folder, "pool.csv"), "-m", "First");
  writeFileSync(join(folder, "ask.json"), JSON.stringify({
    pipeline: { name: "ask" },
    input: { pfs: { repo: "headlines", glob: "/pool.csv", rows: true, key: "headline" } },
    labeling: {
      config: '<View><Text name="text" value="$headline"/><Choices name="bait" toName="text"><Choice value="yes"/><Choice value="no"/></Choices></View>',
      guidelines: { text: "Is it bait?", version: "1" },
      overlap: 1,
    },
  }));
  tilth("pipeline", "create", "-f", join(folder, "ask.json"));

  const owner = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  const troubles = troublesOf(owner, { expected: (what) => /\b401\b/.test(what) });
  const see = (text) => owner.getByText(text, { exact: false }).first().waitFor();
  await owner.goto(link);
  await see("The loop");

  // A user with a role, by form; the link is shown once.
  await owner.getByRole("link", { name: "Settings" }).click();
  await owner.waitForURL(/\/settings\/users$/);
  await owner.getByRole("button", { name: "Add a user" }).click();
  await owner.getByLabel("Name", { exact: true }).fill("maria");
  await owner.getByRole("combobox", { name: "Role", exact: true }).selectOption("auditor");
  await owner.getByRole("button", { name: "Add maria" }).click();
  await see("maria may enter now");
  const marias = await owner.getByLabel("Link", { exact: true }).innerText();
  await owner.getByRole("button", { name: "I have it, hide it" }).click();
  assert.equal(await owner.getByText(new URL(marias).searchParams.get("token")).count(), 0);
  await owner.locator('tr:has(bdi:text-is("owner"))').getByText("you", { exact: true }).waitFor();

  // An invite; its link is shown once.
  await owner.getByRole("link", { name: "Invites" }).click();
  await owner.getByLabel("People at most").fill("2");
  await owner.getByRole("button", { name: "Make an invite" }).click();
  const invited = await owner.getByLabel("Link", { exact: true }).innerText();
  assert.match(invited, /\/join\/tilth_/);

  // Someone follows it in another browser, with a hostile name.
  const theirs = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const labeler = await theirs.newPage();
  const labelersTroubles = troublesOf(labeler, { expected: (what) => /\b401\b/.test(what) });
  await labeler.goto(invited);
  await labeler.getByRole("heading", { name: "Help to label ask" }).waitFor();
  assert.equal(new URL(labeler.url()).pathname, "/join", "the invite stays in no address");
  await labeler.getByLabel("Your name").fill(hostile);
  await labeler.getByRole("button", { name: "Join and begin" }).click();
  await labeler.waitForURL(/\/label\/ask/);
  assert.equal(await labeler.evaluate(() => document.cookie), "", "no script sees the session");
  const token = invited.split("/join/")[1];
  assert.ok(!(await labeler.evaluate(() => JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + location.href)).includes(token));
  assert.deepEqual(labelersTroubles, []);

  // It can open nothing else: no route of the API, and no page.
  const opened = await labeler.evaluate(async (operations) => {
    const open = [];
    for (const [path, verb, roles] of operations) {
      const answer = await fetch(path, { method: verb, headers: { "X-Tilth-Console": "1" } });
      if (!roles.includes("labeler") && answer.status !== 403) open.push(`${verb} ${path} ${answer.status}`);
    }
    return open;
  }, Object.entries(description.paths).flatMap(([path, verbs]) => Object.entries(verbs).map(([verb, it]) => [path, verb.toUpperCase(), it["x-roles"]])));
  assert.deepEqual(opened, []);
  labelersTroubles.length = 0;
  for (const path of ["/", "/data", "/settings/users", "/pipelines"]) {
    await labeler.goto(at(path));
    await labeler.getByRole("heading", { name: path === "/" ? /^Hello/ : "This page is not for labelers" }).waitFor();
    assert.equal(await labeler.getByRole("navigation", { name: "Places" }).count(), 0);
  }
  assert.deepEqual(labelersTroubles, []);
  assert.notEqual(await labeler.title(), "1");

  // The owner sees it come without a reload, and the name as text.
  await owner.getByRole("link", { name: "Users" }).click();
  await owner.getByText(hostile).first().waitFor();
  await see("by invite");
  assert.notEqual(await owner.title(), "1");

  // The audit trail has it, denied attempts included; filters live in the address.
  await owner.getByRole("link", { name: "Audit trail" }).click();
  await owner.getByLabel("Outcome").selectOption("denied");
  await owner.waitForURL(/outcome=denied/);
  await owner.locator("tbody tr", { hasText: "denied" }).first().waitFor();
  await owner.locator("tbody tr").first().locator("button").first().click();
  await owner.waitForURL(/user=/);
  await owner.getByLabel("Outcome").selectOption("ok");
  await owner.locator("tbody tr", { hasText: "access: join" }).first().waitFor();
  const csv = await owner.evaluate(async (href) => (await fetch(href)).text(), await owner.getByRole("link", { name: /Download/ }).getAttribute("href"));
  assert.match(csv, /access\.join/);
  assert.ok(!csv.includes(token));

  // Ending its session ends it at once.
  await owner.getByRole("link", { name: "Tokens and browsers" }).click();
  const row = owner.locator("section", { hasText: "Browsers logged in" }).locator("tr", { hasText: "img-src" });
  await row.getByRole("button", { name: "End…" }).click();
  await row.getByRole("button", { name: "End it" }).click();
  await row.waitFor({ state: "detached" });
  assert.equal(await labeler.evaluate(async () => (await fetch("/api/v1/access/me")).status), 401);

  // An invite that is taken back says so.
  await owner.getByRole("link", { name: "Invites" }).click();
  await see("1 of 2");
  await owner.getByRole("button", { name: "Take back…" }).click();
  await owner.getByRole("button", { name: "Take it back" }).click();
  await see("taken back");
  await labeler.goto(invited);
  await labeler.getByText("This invite was taken back.").waitFor();

  // A key pair, a token of one's own, and a check of everything, by keyboard.
  await owner.getByRole("link", { name: "S3 keys" }).click();
  await owner.getByRole("button", { name: "Make a key pair" }).click();
  await see("Secret key");
  await owner.getByRole("link", { name: "Workspace" }).click();
  await owner.getByRole("button", { name: "Check everything" }).focus();
  await owner.keyboard.press("Enter");
  await see("All is what was stored");

  // The auditor reads users and trail, changes nothing; a reviewer sees labels only.
  const auditor = await (await browser.newContext()).newPage();
  const auditorsTroubles = troublesOf(auditor, { expected: (what) => /\b401\b/.test(what) });
  await auditor.goto(marias);
  await auditor.getByRole("link", { name: "Settings" }).click();
  await auditor.getByRole("heading", { name: /^Users/ }).waitFor();
  assert.equal(await auditor.getByRole("button", { name: "Add a user" }).count(), 0);
  await auditor.goto(at("/settings/audit"));
  await auditor.locator("tbody tr").first().waitFor();
  await auditor.goto(at("/settings/workspace"));
  await auditor.getByText("On disk").waitFor();
  assert.deepEqual(auditorsTroubles, []);
  tilth("user", "change", "maria", "--role", "reviewer");
  await auditor.waitForURL(/\/settings\/workspace/);
  await auditor.getByText("As reviewer you may not see").waitFor();
  await auditor.goto(at("/"));
  await auditor.waitForURL(/\/labeling$/);
  await auditor.goto(at("/data"));
  await auditor.getByText("As reviewer you may not see this page").waitFor();

  assert.deepEqual(troubles, []);
  console.log("The settings journey is done.");
} catch (error) {
  let number = 0;
  for (const context of browser.contexts())
    for (const page of context.pages()) await page.screenshot({ path: join(tmpdir(), `tilth-settings-failed-${number++}.png`) }).catch(() => undefined);
  throw error;
} finally {
  await browser.close();
  await end();
}
