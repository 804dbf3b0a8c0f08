// Every page, light and dark, wide and narrow: WCAG A and AA by axe, and nothing wider than its window.
//   node tests/accessible.mjs [PATH…]      TILTH_LINK=http://…/?token=… looks at a server that runs.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { openBrowser, troublesOf } from "./browser.mjs";
import { serve } from "./server.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const served = process.env.TILTH_LINK ? null : await serve();
const link = new URL(process.env.TILTH_LINK ?? served.link);
const paths = process.argv.length > 2 ? process.argv.slice(2) : furnish(served);

const browser = await openBrowser();
const problems = [];
try {
  for (const [scheme, width] of [["light", 1440], ["dark", 1024]]) {
    const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 900 }, reducedMotion: "reduce" });
    const page = await context.newPage();
    const troubles = troublesOf(page, { expected: (what) => /\b40[14]\b|\b422\b/.test(what) });
    await page.goto(link.href);
    await page.waitForSelector("main h1");
    for (const path of paths) {
      await page.goto(new URL(path, link).href);
      await page.waitForSelector("main h1");
      await page.waitForFunction(() => !document.querySelector("main .loading"), null, { timeout: 15_000 });
      await page.waitForTimeout(150);
      await page.evaluate(axe);
      const found = await page.evaluate(() =>
        // What is inside the editor's frame is another project's.
        globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], iframes: false }),
      );
      for (const one of found.violations)
        for (const node of one.nodes.slice(0, 3)) problems.push(`${path} ${scheme} ${one.id}: ${node.target.join(" ")}: ${node.failureSummary?.split("\n")[1]?.trim()}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) problems.push(`${path} is ${wide} px too wide at ${width}`);
    }
    problems.push(...new Set(troubles));
    await context.close();
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
  tilth("run");
  const run = JSON.parse(tilth("--json", "job", "list", "--pipeline", "broken")).items[0].id;
  return [
    "/", "/data", "/data/photos", "/data/photos?file=robin%2Fa.svg", "/data/photos?view=changes", "/data/photos?view=branches", "/data/empty",
    "/data/news?view=table&file=headlines.csv", "/pipelines", "/pipelines/broken", "/new-pipeline", `/runs/${run}`,
    "/labeling", "/labeling/ask", "/new-labeling?repo=photos", "/lineage", "/lineage?of=broken", "/nowhere",
  ];
}
