// Pictures of every page: `TILTH_LINK=http://…/?token=… node tests/screens.mjs FOLDER PATH…`, light and dark, wide and narrow.
import { mkdir } from "node:fs/promises";

import { openBrowser, troublesOf } from "./browser.mjs";

const link = new URL(process.env.TILTH_LINK ?? "");
const [folder = "tests/screens", ...paths] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const browser = await openBrowser();
let failed = false;
for (const colorScheme of (process.env.SCHEMES ?? "light,dark").split(","))
  for (const width of (process.env.WIDTHS ?? "1440,1024").split(",").map(Number)) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    const troubles = troublesOf(page, { expected: (what) => what.includes("401") });
    await page.goto(link.href);
    await page.waitForSelector("main h1");
    for (const path of paths.length ? paths : ["/"]) {
      await page.goto(new URL(path, link).href);
      await page.waitForSelector("main h1");
      await page.waitForLoadState("networkidle").catch(() => undefined);
      await page.waitForTimeout(500);
      const full = await page.evaluate(() => document.querySelector("main")?.scrollHeight ?? 0);
      await page.setViewportSize({ width, height: Math.min(2200, Math.max(700, full + 60)) });
      await page.waitForTimeout(250);
      const name = path.replace(/^\//, "").replace(/[^a-z0-9]+/gi, "-").slice(0, 40) || "home";
      await page.screenshot({ path: `${folder}/${name}-${colorScheme}-${width}.png` });
      const wide = await page.evaluate(() => document.querySelector("main").scrollWidth - document.querySelector("main").clientWidth);
      if (wide > 0) troubles.push(`${path} is ${wide} px too wide at ${width}`);
      await page.setViewportSize({ width, height: 900 });
    }
    if (troubles.length) { failed = true; console.error(colorScheme, width, [...new Set(troubles)]); }
    await context.close();
  }
await browser.close();
process.exit(failed ? 1 : 0);
