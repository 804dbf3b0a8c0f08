// A labeler's day on a real server: by link to the tasks, by keyboard and by mouse, through lost networks and hostile data.
//   PYTHON=… node tests/label.mjs [FOLDER FOR PICTURES]     makes a workspace of its own
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { openBrowser, troublesOf } from "./browser.mjs";
import { png } from "./png.mjs";

const python = process.env.PYTHON ?? "python3";
const pictures = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), "tilth-label-"));
const workspace = join(folder, ".tilth");
const server = spawn(python, ["-m", "tilth.server", workspace, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
let link = "";
for await (const line of createInterface({ input: server.stdout })) {
  link = /http:\/\/\S+\/\?token=\S+/.exec(line)?.[0] ?? "";
  if (link) break;
}
process.on("exit", () => server.kill());
const at = (path) => new URL(path, link).href;
const owner = new URL(link).searchParams.get("token");
/** Act as the owner's program. */
async function act(path, body, raw = false) {
  const answer = await fetch(at(`/api/v1/${path}`), {
    method: "POST",
    headers: { Authorization: `Bearer ${owner}`, "Content-Type": raw ? "application/octet-stream" : "application/json" },
    body: raw ? body : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  return answer.json();
}
const put = (reference, body) => act(`files/put?reference=${encodeURIComponent(reference)}`, body, true);

// What there is to label: headlines (some hostile), pictures, and pages of HTML.
const HOSTILE = '<img src=x onerror="top.hacked=1"><script>top.hacked=1</script>';
const NAME = "<img src=x onerror=alert(1)>.png";
for (const repo of ["headlines", "photos", "pages", "few"]) await act("repos/create", { name: repo });
for (let n = 0; n < 14; n += 1) await put(`photos@main:${n ? `p${n}.png` : NAME}`, png(48 + n, [15 * n, 120, 200 - 12 * n]));
const quoted = HOSTILE.replaceAll('"', '""');
const rows = [...Array(60).keys()].map((n) => `h${n},"${n % 5 === 1 ? quoted : ""} Headline number ${n}: ${n % 2 ? "you will not believe it" : "parliament votes"}"`);
await put("headlines@main:rows.csv", ["id,text", ...rows].join("\n"));
await put("pages@main:pages.csv", `id,html\n1,"<h2>A page</h2>${quoted}<script>parent.hacked=1</script> about Berlin"\n2,"<p>Another</p>"\n`);
await put("few@main:few.csv", ["id,text", ...[...Array(5).keys()].map((n) => `f${n},Done headline ${n}`)].join("\n"));
const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
const CHOICES = `<View><Header value="What is it?"/><Text name="text" value="$text"/><Choices name="kind" toName="text" choice="single"><Choice value="clickbait"/><Choice value="news"/><Choice value="${escape(HOSTILE)}"/></Choices></View>`;
const BOXES = '<View><Image name="photo" value="$image"/><RectangleLabels name="box" toName="photo"><Label value="cat"/><Label value="dog"/></RectangleLabels></View>';
const SPANS = '<View><HyperText name="page" value="$html"/><HyperTextLabels name="span" toName="page"><Label value="place"/></HyperTextLabels></View>';
const spec = (name, input, labeling) => ({ pipeline: { name }, input: { pfs: input }, labeling });
const guidelines = { version: "3", text: `# What is clickbait\n\nA headline that **hides** what it is about.\n\n- *yes*: you will not believe it\n- *no*: parliament votes\n\n${HOSTILE} [good](https://example.org) [bad](javascript:alert(1))` };
for (const one of [
  spec("bait", { repo: "headlines", glob: "/rows.csv", rows: true, key: "id" }, { config: CHOICES, guidelines, overlap: 2, price: 0.01 }),
  spec("boxes", { repo: "photos", glob: "/**.png" }, { config: BOXES, guidelines: { text: "Draw a box.", version: "1" }, overlap: 1 }),
  spec("spans", { repo: "pages", glob: "/pages.csv", rows: true, key: "id" }, { config: SPANS, overlap: 1 }),
  spec("done", { repo: "few", glob: "/few.csv", rows: true, key: "id" }, { config: CHOICES, guidelines, overlap: 2 }),
]) await act("pipelines/create", { spec: one });
const tokens = {};
for (const name of ["maria", "zoe"]) {
  await act("access/create-user", { name, role: "labeler" });
  tokens[name] = (await act("access/create-token", { user: name })).token;
}
const browser = await openBrowser();
const troubles = [];
async function person(token, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  // Without a session the door says 401. What hostile data asks for is refused by the frame's policy, which Chromium tells.
  const found = troublesOf(page, { expected: (what) => /\b401\b/.test(what) || /\/editor\/x\b/.test(what) || (page.lost && /ERR_INTERNET_DISCONNECTED/.test(what)) || (page.refused && /403/.test(what)) });
  page.on("dialog", (dialog) => { found.push(`a dialog opened: ${dialog.message()}`); void dialog.dismiss(); });
  page.troubles = found;
  troubles.push(found);
  await page.goto(at(`/?token=${token}`));
  return page;
}
const api = (page, path, body) => page.evaluate(async ([path, body]) => {
  const answer = await fetch(`/api/v1/${path}`, { headers: { "X-Tilth-Console": "1", "Content-Type": "application/json" }, ...(body ? { method: "POST", body: JSON.stringify(body) } : {}) });
  return { status: answer.status, body: await answer.json().catch(() => null) };
}, [path, body]);
const see = (page, text) => page.getByText(text).first().waitFor();
const shot = (page, name) => (pictures ? page.screenshot({ path: join(pictures, `${name}.png`) }) : undefined);
let here;
async function step(name, act) {
  try {
    await act();
    console.log(`ok   ${name}`);
  } catch (error) {
    await here?.screenshot({ path: join(pictures ?? tmpdir(), "label-failed.png") });
    console.error(`FAIL ${name}`);
    throw error;
  }
}
const answers = async (page, pipeline) => (await api(page, `tasks/me?pipeline=${pipeline}`)).body.answers;
const said = (page) => page.locator(".choices-task:not(.kept-ready) .said").innerText();
const times = { choices: [], boxes: [] };
/** From the key's press to the frame that shows another task. */
const watch = (page, where, kind) => page.evaluate(([where, kind]) => {
  window.__times = { ...window.__times, [kind]: [] };
  const shown = () => document.querySelector(where)?.getAttribute("data-task") ?? document.querySelector(where)?.textContent;
  const begin = () => {
    const before = shown();
    const start = performance.now();
    const tick = () => requestAnimationFrame(() => { if (shown() !== before) window.__times[kind].push(performance.now() - start); else if (performance.now() - start < 3000) tick(); });
    tick();
  };
  window.addEventListener("keydown", (event) => { if (event.key === "Enter") begin(); }, true);
  // Pressed in the editor's frame, a key is told to the page at once.
  window.addEventListener("message", (event) => { if (event.data?.kind === "key" && event.data.key === "Enter") begin(); });
}, [where, kind]);

try {
  const page = await person(tokens.maria);
  here = page;
  await step("a labeler's link opens the list of projects and nothing else", async () => {
    await see(page, "Hello maria");
    assert.equal(await page.locator(".rail").count(), 0);
    await page.getByRole("link", { name: /bait/ }).waitFor();
    await shot(page, "home");
    for (const path of ["/data", "/pipelines", "/labeling", "/labeling/bait", "/lineage", "/datasets", "/settings"]) {
      await page.goto(at(path));
      await see(page, /not for labelers|no such page/);
    }
    page.refused = true;
    for (const path of ["repos/list", "labeling/get?pipeline=bait", "labeling/labels?pipeline=bait", "files/list?reference=headlines@main", "access/list-users", "maintenance/status"])
      assert.equal((await api(page, path)).status, 403, path);
    page.refused = false;
    await page.goto(at("/"));
    await page.waitForURL(/\/label$/);
  });

  await step("twelve items are labeled by keyboard", async () => {
    await page.getByRole("link", { name: /bait/ }).click();
    await see(page, "What is it?");
    await see(page, "hides");
    assert.equal(await page.getByRole("link", { name: "bad" }).count(), 0);
    await shot(page, "choices");
    await watch(page, ".choices-task:not(.kept-ready) .said", "choices");
    for (let n = 0; n < 12; n += 1) {
      await page.waitForTimeout(300); // a quick reader
      const before = await said(page);
      await page.keyboard.press(before.includes("believe") ? "1" : "2");
      await page.keyboard.press("Enter");
      await page.waitForFunction((before) => document.querySelector(".choices-task:not(.kept-ready) .said")?.textContent !== before, before);
    }
    times.choices = await page.evaluate(() => window.__times.choices);
    await page.getByText("12 labeled by you").waitFor();
    await page.waitForTimeout(300);
    assert.equal(await answers(page, "bait"), 11, "the last one is still in hand");
  });

  await step("without a choice nothing is given, and the page says so", async () => {
    const before = await said(page);
    await page.keyboard.press("Enter");
    await see(page, /Choose one first/);
    assert.equal(await said(page), before);
  });

  await step("a ticked box keeps no key from the task, and Escape closes the keys", async () => {
    const single = page.getByLabel(/One key is enough/);
    await page.keyboard.press("?");
    await single.focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Space");
    assert.equal(await single.isChecked(), false);
    await page.keyboard.press("1");
    await page.locator(".choices-task:not(.kept-ready) [aria-checked=true]").waitFor();
    await page.keyboard.press("Escape");
    await single.waitFor({ state: "detached" });
  });

  await step("the last answer is taken back with z, as it was given", async () => {
    const before = await said(page);
    await page.waitForTimeout(300);
    await page.keyboard.press("3");
    await page.keyboard.press("Enter");
    await page.waitForFunction((before) => document.querySelector(".choices-task:not(.kept-ready) .said")?.textContent !== before, before);
    await page.keyboard.press("z");
    assert.equal(await said(page), before);
    assert.equal(await page.locator(".choices-task:not(.kept-ready) [aria-checked=true]").innerText().then((text) => text.includes("<img")), true);
    for (let n = 0; n < 2; n += 1) {
      await page.keyboard.press("2");
      await page.keyboard.press("Enter");
      await page.waitForTimeout(400);
    }
    assert.equal(await answers(page, "bait"), 13);
  });

  await step("unsure and skip go on, and are not answers", async () => {
    for (const key of ["u", "s"]) {
      const before = await said(page);
      await page.keyboard.press(key);
      await page.waitForFunction((before) => document.querySelector(".choices-task:not(.kept-ready) .said")?.textContent !== before, before);
    }
    await page.keyboard.press("2");
    await page.keyboard.press("Enter");
    let me;
    for (const until = Date.now() + 20_000; Date.now() < until; await page.waitForTimeout(100)) {
      me = (await api(page, "tasks/me?pipeline=bait")).body;
      if (me.answers >= 14 && me.skipped >= 2) break;
    }
    assert.ok(me.answers >= 14);
    assert.equal(me.skipped, 2);
  });

  await step("a lost network loses nothing", async () => {
    page.lost = true;
    await page.context().setOffline(true);
    for (let n = 0; n < 2; n += 1) {
      await page.keyboard.press("1");
      await page.keyboard.press("Enter");
      await page.waitForTimeout(150);
    }
    await see(page, /kept in this browser/);
    await shot(page, "offline");
    await page.context().setOffline(false);
    await page.getByText(/kept in this browser/).waitFor({ state: "detached" });
    await page.waitForTimeout(700);
    assert.ok((await answers(page, "bait")) >= 15);
    page.lost = false;
  });

  await step("who leaves and comes back goes on where they were, with nothing lost", async () => {
    await page.waitForFunction(() => document.querySelector(".choices-task:not(.kept-ready) .said"));
    const before = await answers(page, "bait");
    await page.keyboard.press("1");
    await page.keyboard.press("Enter");
    const shown = await said(page);
    await page.goto(at("/label"));
    await page.waitForTimeout(500);
    const after = await answers(page, "bait");
    assert.ok(after > before, `${before} before, ${after} after`);
    await page.goto(at("/label/bait"));
    await page.waitForFunction(() => document.querySelector(".choices-task:not(.kept-ready) .said"));
    assert.equal(await said(page), shown);
    await see(page, new RegExp(`${after} labeled by you`));
  });

  await step("the same question in the editor gives the same answer", async () => {
    await page.keyboard.press("?");
    await page.getByLabel("Use the full editor here").check();
    const frame = page.frameLocator(".editor:not(.editor-hidden) iframe");
    await frame.getByText("clickbait").first().waitFor();
    await page.waitForTimeout(300);
    await shot(page, "choices-in-the-editor");
    await frame.getByText("news").first().click();
    const sent = page.waitForRequest((request) => request.url().includes("tasks/submit"));
    await page.keyboard.press("Enter");
    await page.waitForTimeout(600);
    await page.keyboard.press("u");
    const body = (await sent).postDataJSON();
    const { from_name, to_name, type, value } = body.result[0] ?? {};
    assert.deepEqual({ from_name, to_name, type, value }, { from_name: "kind", to_name: "text", type: "choices", value: { choices: ["news"] } });
    await page.keyboard.press("?").catch(() => undefined);
    await page.evaluate(() => localStorage.removeItem("tilth.editor bait"));
  });

  await step("boxes are drawn by mouse, and the next picture is there at once", async () => {
    await page.goto(at("/label/boxes"));
    await page.locator(".editor iframe").first().waitFor();
    await watch(page, ".editor:not(.editor-hidden) iframe", "boxes");
    const sent = [];
    page.on("request", (request) => { if (request.url().includes("tasks/submit")) sent.push(request.postDataJSON()); });
    for (let n = 0; n < 3; n += 1) {
      const editor = page.locator(".editor:not(.editor-hidden) iframe");
      const canvas = page.frameLocator(".editor:not(.editor-hidden) iframe").locator("canvas").first();
      await canvas.waitFor();
      await page.waitForTimeout(900);
      if (n === 0) await shot(page, "boxes-before");
      await page.keyboard.press("1");
      await page.waitForTimeout(100);
      const box = await canvas.boundingBox();
      await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.7, { steps: 5 });
      await page.mouse.up();
      await page.waitForTimeout(200);
      if (n === 0) await shot(page, "boxes");
      const before = await editor.evaluate((frame) => frame.dataset.task ?? "");
      await page.keyboard.press("Enter");
      await page.waitForFunction((before) => (document.querySelector(".editor:not(.editor-hidden) iframe")?.dataset.task ?? "") !== before, before, { polling: "raf" });
    }
    times.boxes = await page.evaluate(() => window.__times.boxes);
    await page.waitForTimeout(500);
    assert.equal(sent.length, 2);
    assert.equal(sent[0].result[0].type, "rectanglelabels");
    assert.deepEqual(sent[0].result[0].value.rectanglelabels, ["cat"]);
    assert.ok(sent[0].result[0].value.width > 20);
    await page.keyboard.press("z");
    await page.waitForTimeout(1200);
    await shot(page, "boxes-taken-back");
    await page.keyboard.press("Enter");
    await page.waitForTimeout(800);
    assert.equal(sent.length, 2, "taken back and given again: it waits for the next act");
  });

  await step("hostile pages run nothing, and their frame reaches nothing", async () => {
    await page.goto(at("/label/spans"));
    const frame = page.frameLocator(".editor:not(.editor-hidden) iframe");
    await frame.getByText("place").first().waitFor();
    await page.waitForTimeout(800);
    await shot(page, "spans");
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    const inside = page.frames().find((one) => one.url().endsWith("/editor/frame.html"));
    const reach = await inside.evaluate(async () => {
      const tried = {};
      const attempt = async (name, act) => { try { tried[name] = await act(); } catch (error) { tried[name] = error.name; } };
      await attempt("origin", () => window.origin);
      await attempt("cookie", () => document.cookie);
      await attempt("parent", () => window.parent.document.title);
      await attempt("storage", () => Object.getOwnPropertyDescriptor(Window.prototype, "localStorage")?.get?.call(window).length ?? "shadowed");
      await attempt("script", () => { const script = document.createElement("script"); script.textContent = "window.ran = 1"; document.body.append(script); return window.ran ?? "blocked"; });
      return tried;
    });
    page.troubles.splice(0, page.troubles.length, ...page.troubles.filter((what) => !/Content Security Policy/.test(what)));
    assert.equal(reach.origin, "null");
    assert.equal(reach.cookie, "");
    assert.equal(reach.parent, "SecurityError");
    assert.equal(reach.script, "blocked");
    const fetched = await inside.evaluate(() => fetch("/api/v1/access/me").then((answer) => answer.status, () => "blocked"));
    page.troubles.splice(0, page.troubles.length, ...page.troubles.filter((what) => !/Content Security Policy|access\/me/.test(what)));
    assert.equal(fetched, "blocked");
  });

  await step("on a phone, in the dark, the task fits", async () => {
    const phone = await person(tokens.zoe, { viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true, isMobile: true });
    here = phone;
    await see(phone, "Hello zoe");
    await shot(phone, "phone-home");
    for (const name of ["bait", "boxes"]) {
      await phone.goto(at(`/label/${name}`));
      await phone.getByRole("button", { name: "Next" }).waitFor();
      await phone.waitForTimeout(1200);
      assert.ok(await phone.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${name} is too wide`);
      await shot(phone, `phone-${name}`);
    }
    await phone.goto(at("/label/bait"));
    await phone.getByRole("radio", { name: /news/ }).tap();
    await phone.getByRole("button", { name: "Next" }).tap();
    await phone.getByText("1 labeled by you").waitFor();
    for (const one of [page, phone]) {
      for (;;) {
        const { body } = await api(one, "tasks/queue", { pipeline: "done", limit: 1 });
        if (!body.tasks.length) break;
        await api(one, "tasks/submit", { assignment: body.tasks[0].id, result: [{ from_name: "kind", to_name: "text", type: "choices", value: { choices: ["news"] } }] });
      }
    }
    await phone.goto(at("/label/done"));
    await see(phone, /All items are labeled|labeled all/);
    await shot(phone, "phone-finished");
  });

  await step("who runs it practises on done items and is compared", async () => {
    const runner = await person(owner);
    here = runner;
    await runner.waitForSelector("main h1");
    await runner.goto(at("/label/done?practice=10"));
    for (let n = 0; n < 5; n += 1) {
      await see(runner, new RegExp(`${n + 1} of 5`));
      await runner.keyboard.press(n === 2 ? "1" : "2");
      await runner.keyboard.press("Enter");
    }
    await see(runner, "How you compare");
    await see(runner, "4 of 5 items");
    await see(runner, "Where you differ");
    await shot(runner, "comparison");
    const { body } = await api(runner, "labeling/get?pipeline=done");
    assert.equal(body.answers, 10);
  });

  await step("a ban is said in words", async () => {
    here = page;
    const runner = browser.contexts().at(-1).pages()[0];
    const { body } = await api(runner, "labeling/workers?pipeline=bait");
    const worst = body.items.find((one) => one.answers > 5);
    await api(runner, "labeling/ban", { pipeline: "bait", worker: worst.worker, reason: "answers at random" });
    page.refused = true;
    await page.goto(at("/label/bait"));
    await see(page, /No more tasks come to you here/);
    await see(page, /answers at random/);
    await shot(page, "banned");
  });

  assert.deepEqual([...new Set(troubles.flat())], []);
  const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  for (const [kind, values] of Object.entries(times)) console.log(`next task after Enter, ${kind}: median ${median(values).toFixed(0)} ms, longest ${Math.max(...values).toFixed(0)} ms, n=${values.length}`);
  assert.ok(median(times.choices) < 100, "choices: the next task within 100 ms");
  assert.ok(median(times.boxes) < 100, "boxes: the next task within 100 ms");
  console.log("all well");
} finally {
  await browser.close();
  await new Promise((done) => { server.once("exit", done); server.kill("SIGINT"); });
  rmSync(folder, { recursive: true, force: true });
}
