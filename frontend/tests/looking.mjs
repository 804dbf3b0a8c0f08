// Look through pages, light and dark, wide and narrow: WCAG A and AA by axe, and nothing wider than its window.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { openBrowser, troublesOf } from "./browser.mjs";
import { serve } from "./server.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const problems = [];

/**
 * Look at pages, and end the process with what is wrong. They are those of a new workspace that `furnish` fills, whose
 * result they are, or those given on the command line; TILTH_LINK=http://…/?token=… looks at a server that runs.
 */
export async function lookThrough(furnish) {
  const served = process.env.TILTH_LINK ? null : await serve();
  const link = new URL(process.env.TILTH_LINK ?? served.link);
  const paths = process.argv.length > 2 ? process.argv.slice(2) : furnish(served);
  const browser = await openBrowser();
  try {
    const look = { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" };
    const page = await (await browser.newContext(look)).newPage();
    const troubles = troublesOf(page, { expected: (what) => /\b40[14]\b|\b422\b/.test(what) });
    await page.goto(link.href);
    await page.waitForSelector("main h1");
    for (const path of paths) await lookAt(page, new URL(path, link), path);
    problems.push(...new Set(troubles));
    // Who has no session sees the page that asks for one, and the invite's.
    const invites = paths.filter((one) => one.startsWith("/join/"));
    if (invites.length > 0) {
      const door = await (await browser.newContext(look)).newPage();
      for (const path of ["/", ...invites]) await lookAt(door, new URL(path, link), `${path} as a stranger`);
    }
  } finally {
    await browser.close();
    await served?.end();
  }
  if (problems.length > 0) {
    console.error(problems.join("\n"));
    process.exit(1);
  }
  console.log(`${paths.length} pages, light and dark: nothing found.`);
}

/** Look at a page: by axe and for its width, light and wide, then dark and narrow; and by keyboard. */
async function lookAt(page, address, said) {
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(address.href);
  await page.waitForSelector("main h1");
  await page.waitForFunction(() => !document.querySelector(".loading"), null, { timeout: 15_000 }).catch(() => problems.push(`${said}: still waiting after 15 s`));
  await page.waitForTimeout(150);
  await page.evaluate(axe);
  await byAxe(page, `${said} light`, ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]);
  for (const what of await page.evaluate(onlyByMouse)) problems.push(`${said}: only by mouse: ${what}`);
  for (const what of await byTab(page)) problems.push(`${said}: ${what}`);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 1024, height: 900 });
  await page.waitForTimeout(50);
  // Only colours and the width depend on the look.
  await byAxe(page, `${said} dark`, { type: "rule", values: ["color-contrast"] });
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
