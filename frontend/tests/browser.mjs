// Debian's Chromium, quiet and offline; errors that its pages report are gathered.
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** Open a browser. The caller closes it. */
export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: ARGUMENTS,
  });
}

/** Gather what goes wrong in a page: errors on its console, uncaught ones, and answers that failed. */
export function troublesOf(page, { expected = () => false } = {}) {
  const troubles = [];
  const note = (what) => { if (!expected(what)) troubles.push(what); };
  page.on("console", (message) => { if (message.type() === "error") note(`console: ${message.text()}`); });
  page.on("pageerror", (error) => note(`uncaught: ${error.message}`));
  page.on("response", (answer) => { if (answer.status() >= 400) note(`${answer.status()} ${answer.url()}`); });
  return troubles;
}

/** Return what does a journey's steps: each is told with its time, pictured where there is a folder for that, and pictured where it fails. */
export function stepsOf(page, pictures) {
  return async (name, act) => {
    const start = performance.now();
    try {
      await act();
      console.log(`ok   ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
      if (pictures) await page.screenshot({ path: join(pictures, `${name.replace(/\W+/g, "-")}.png`) });
    } catch (error) {
      await page.screenshot({ path: join(pictures ?? tmpdir(), "failed.png"), fullPage: true });
      console.error(`FAIL ${name}`);
      throw error;
    }
  };
}
