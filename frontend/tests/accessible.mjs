// Every page, light and dark, wide and narrow: WCAG A and AA by axe, and nothing wider than its window.
//   node tests/accessible.mjs [PATH…]      TILTH_LINK=http://…/?token=… looks at a server that runs.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { openBrowser, troublesOf } from "./browser.mjs";
import { drawn } from "./png.mjs";
import { serve } from "./server.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const served = process.env.TILTH_LINK ? null : await serve();
const link = new URL(process.env.TILTH_LINK ?? served.link);
const paths = process.argv.length > 2 ? process.argv.slice(2) : furnish(served);

const browser = await openBrowser();
const problems = [];
try {
  const look = { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" };
  const context = await browser.newContext(look);
  const page = await context.newPage();
  const troubles = troublesOf(page, { expected: (what) => /\b40[14]\b|\b422\b/.test(what) });
  await page.goto(link.href);
  await page.waitForSelector("main h1");
  for (const path of paths) await lookAt(page, path);
  problems.push(...new Set(troubles));
  // Who has no session sees the page that asks for one, and the invite's.
  const door = await (await browser.newContext(look)).newPage();
  for (const path of ["/", ...paths.filter((one) => one.startsWith("/join/"))]) await lookAt(door, path, " as a stranger");
} finally {
  await browser.close();
  await served?.end();
}
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`${paths.length} pages, light and dark: nothing found.`);

/** Look at a page: by axe and for its width, light and wide, then dark and narrow; and by keyboard. */
async function lookAt(page, path, who = "") {
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(new URL(path, link).href);
  await page.waitForSelector("main h1");
  await page.waitForFunction(() => !document.querySelector(".loading"), null, { timeout: 15_000 }).catch(() => problems.push(`${path}${who}: still waiting after 15 s`));
  await page.waitForTimeout(150);
  await page.evaluate(axe);
  await byAxe(page, `${path}${who} light`, ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]);
  for (const what of await page.evaluate(onlyByMouse)) problems.push(`${path}${who}: only by mouse: ${what}`);
  for (const what of await byTab(page)) problems.push(`${path}${who}: ${what}`);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 1024, height: 900 });
  await page.waitForTimeout(50);
  // Only colours and the width depend on the look.
  await byAxe(page, `${path}${who} dark`, { type: "rule", values: ["color-contrast"] });
}

async function byAxe(page, where, runOnly) {
  // What is inside the editor's frame is another project's.
  const found = await page.evaluate((only) => globalThis.axe.run(document, { runOnly: only, iframes: false }), runOnly);
  for (const one of found.violations)
    for (const node of one.nodes.slice(0, 3)) problems.push(`${where} ${one.id}: ${node.target.join(" ")}: ${node.failureSummary?.split("\n")[1]?.trim()}`);
  const wide = await page.evaluate(() => Math.max(...[document.documentElement, document.querySelector("main")].map((node) => node.scrollWidth - node.clientWidth)));
  if (wide > 0) problems.push(`${where} is ${wide} px too wide`);
}

/** What answers a click and nothing else: neither it, nor what holds or fills it, can be reached by Tab or hears keys. */
function onlyByMouse() {
  const found = new Set();
  const handlers = (node) => node[Object.keys(node).find((key) => key.startsWith("__reactProps$"))] ?? {};
  const reached = "a[href], button, input, select, textarea, label, summary, [tabindex]";
  for (const node of document.querySelectorAll("#root *, body > dialog *")) {
    const { onClick, onMouseDown, onPointerDown, onDoubleClick } = handlers(node);
    if (!onClick && !onMouseDown && !onPointerDown && !onDoubleClick) continue;
    if (node.closest(reached) || node.querySelector(reached)) continue;
    found.add(`${node.tagName.toLowerCase()}.${node.getAttribute("class") ?? ""}`);
  }
  return [...found];
}

/** Go through what Tab reaches: each stop can be seen, and lies where one looks. Told to be by keyboard by one real Tab. */
async function byTab(page) {
  await page.keyboard.press("Tab");
  return page.evaluate(() => {
    const found = new Set();
    const ringed = (node) => {
      const style = getComputedStyle(node);
      return (style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
    };
    for (const node of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")) {
      if (node.tabIndex < 0 || node.disabled || node.closest("[inert]") || node.getClientRects().length === 0) continue;
      node.focus();
      if (document.activeElement !== node) continue;
      const what = `${node.tagName.toLowerCase()}.${node.getAttribute("class") ?? ""} "${(node.getAttribute("aria-label") ?? node.textContent ?? "").slice(0, 30)}"`;
      // What is drawn in place of a hidden box (its label, its neighbour) may carry the ring.
      const around = [node, node.closest("label"), ...(node.matches("input") ? (node.parentElement?.children ?? []) : [])].filter(Boolean);
      if (!around.some(ringed)) found.add(`focus cannot be seen on ${what}`);
      const box = node.getBoundingClientRect();
      if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) found.add(`focus goes out of sight on ${what}`);
    }
    return [...found];
  });
}

/** Fill an empty workspace with a little of everything; returns the pages to look at. */
function furnish({ folder, tilth }) {
  const photos = join(folder, "photos");
  mkdirSync(photos);
  for (const [name, colour] of [["robin/a", "#933"], ["robin/b", "#c44"], ["wren/c", "#963"], ["wren/A very long name of a photograph that somebody took of a bird in the garden of a friend at the sea", "#653"]]) {
    mkdirSync(join(photos, name.split("/")[0]), { recursive: true });
    writeFileSync(join(photos, `${name}.svg`), `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30" fill="${colour}"/></svg>`);
  }
  writeFileSync(join(folder, "headlines.csv"), "id,headline,kind\n1,You will not believe this,bait\n2,Council votes on budget,news\n3,עברית מימין לשמאל,news\n");
  tilth("repo", "create", "photos", "--description", "Birds of the garden");
  tilth("put", "photos", photos, "-m", "First photographs");
  tilth("repo", "create", "news");
  tilth("put", "news:headlines.csv", join(folder, "headlines.csv"));
  tilth("repo", "create", "empty");
  const config = '<View><Text name="text" value="$headline"/><Choices name="kind" toName="text" choice="single"><Choice value="bait"/><Choice value="news"/></Choices></View>';
  const specs = [
    { pipeline: { name: "ask" }, input: { pfs: { repo: "news", glob: "/headlines.csv", rows: true, key: "id" } }, labeling: { config, guidelines: "# What is bait?\nIt hides what it is about.", price: 0.05 } },
    { pipeline: { name: "broken" }, description: "Fails for each photograph.", input: { pfs: { repo: "photos", glob: "/**.svg" } }, transform: { cmd: ["sh", "-c", "echo no >&2; exit 3"] }, datum_tries: 1 },
  ];
  for (const spec of specs) {
    writeFileSync(join(folder, "spec.json"), JSON.stringify(spec));
    tilth("pipeline", "create", "-f", join(folder, "spec.json"));
  }
  const images = join(folder, "shapes");
  mkdirSync(images);
  const keys = Array.from({ length: 14 }, (_, n) => `shape ${n}.png`);
  keys.forEach((key, n) => { writeFileSync(join(images, key), drawn(32, (x, y) => (Math.hypot(x - 16, y - 16) < 6 + (n % 5) ? [230, 40 + n * 10, 60] : [30, 30 + n * 9, 80]))); });
  keys.push("broken.png");
  writeFileSync(join(images, "broken.png"), "no picture");
  const table = (name, head, rows) => { writeFileSync(join(folder, name), `${[head, ...rows].join("\n")}\n`); return join(folder, name); };
  const label = (n) => ["circle", "disc", "a class with quite a long name"][n % 3];
  tilth("repo", "create", "drawings");
  tilth("put", "drawings", images);
  tilth("repo", "create", "truth");
  tilth("put", "truth:truth.csv", table("truth.csv", "key,label,area,camera", keys.map((key, n) => `${key},${label(n)},${n * 3},${n % 2 ? "left" : "right"}`)));
  const definition = {
    items: { from: "drawings@main" }, media: { kind: "image" }, labels: { from: "truth@main:truth.csv", key: "key" },
    fields: [{ from: "truth@main:truth.csv", key: "key", columns: ["area", "camera"] }],
  };
  for (const [name, what] of [
    ["shapes", definition],
    ["headlines", { items: { from: "news@main:headlines.csv", key: "id" }, media: { kind: "text", column: "headline" }, labels: { column: "kind" } }],
  ]) {
    writeFileSync(join(folder, "made.json"), JSON.stringify(what));
    tilth("dataset", "define", name, join(folder, "made.json"));
  }
  tilth("model", "register", "guesser", "--dataset", "shapes");
  for (const right of [9, 12])
    tilth("model", "upload", "guesser", table("said.csv", "key,label,confidence", keys.map((key, n) => `${key},${label(n < right ? n : n + 1)},${(0.4 + n / 30).toFixed(2)}`)), "--save", "-m", `The first ${right} are right`);
  tilth("slice", "create", "shapes", "odd", "--where", "area > 20", "--note", "Bigger than they should be.");
  tilth("slice", "create", "shapes", "left", "--where", "camera = 'left'", "--live");
  tilth("dataset", "analyse", "shapes");
  tilth("user", "create", "maria", "--role", "curator");
  const invite = JSON.parse(tilth("--json", "user", "invite", "ask"));
  tilth("run");
  const run = JSON.parse(tilth("--json", "job", "list", "--pipeline", "broken")).items[0].id;
  return [
    "/", "/data", "/data/photos", "/data/photos?file=robin%2Fa.svg", "/data/photos?view=changes", "/data/photos?view=branches", "/data/empty",
    "/data/news?view=table&file=headlines.csv", "/pipelines", "/pipelines/broken", "/new-pipeline", `/runs/${run}`,
    "/labeling", "/labeling/ask", "/new-labeling?repo=photos", "/lineage", "/lineage?of=broken", "/nowhere",
    "/labeling/ask?tab=review", "/labeling/ask?tab=people", "/labeling/ask?tab=methods", "/labeling/ask?tab=import",
    "/datasets", "/datasets?make=photos", ...["grid", "table", "metrics", "map", "issues", "similar", "slices", "train"].map((view) => `/datasets/shapes?view=${view}`),
    "/datasets/shapes?item=shape%203.png&model=guesser", "/datasets/shapes?model=guesser&view=metrics", "/datasets/shapes?view=slices&of=odd", "/datasets/headlines", "/datasets/headlines?view=table",
    "/datasets/shapes?where=area%20%3E%209999",
    "/models", ...["versions", "tests", "upload", "promote"].map((tab) => `/models/guesser?tab=${tab}`), "/models/compare", "/models/compare?first=guesser@1&second=guesser@2",
    ...["users", "invites", "tokens", "keys", "audit", "workspace"].map((part) => `/settings/${part}`),
    "/label", "/label/ask", "/label/ask?practice=5", invite.path,
  ];
}
