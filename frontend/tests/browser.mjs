// Debian's Chromium, quiet and offline; errors that its pages report are gathered.
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
