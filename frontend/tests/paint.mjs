// How long a page takes until its first items are painted: `node tests/paint.mjs STATE`, told what to do line by line.
// `sign-in LINK` opens a session and keeps it in the file STATE; `open ADDRESS` opens a page in a browser whose cache is
// empty, then twice again; each answers with one line of JSON. A paint is the second frame behind the item's element.
import { createInterface } from "node:readline";

import { openBrowser, troublesOf } from "./browser.mjs";

const state = process.argv[2] ?? "";
const browser = await openBrowser();
const size = { width: 1440, height: 900 };

async function painted(page, address) {
  await page.goto(address, { waitUntil: "commit" });
  await page.waitForSelector(".tile:not(.ghost), .item-row", { timeout: 60_000 }).catch(async (problem) => {
    throw new Error(`Nothing was painted at ${page.url()}, which says: ${await page.innerText("body")}`, { cause: problem });
  });
  return page.evaluate(() => new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
  }));
}

console.log(JSON.stringify({ ready: true }));
for await (const line of createInterface({ input: process.stdin })) {
  const [act, address] = line.split(" ");
  if (act === "sign-in") {
    const context = await browser.newContext({ viewport: size });
    const page = await context.newPage();
    await page.goto(address);
    await page.waitForSelector("nav a");
    if ((await context.cookies()).length === 0) throw new Error(`The link opened no session: ${await page.innerText("body")}`);
    await context.storageState({ path: state });
    await context.close();
    console.log(JSON.stringify({ ready: true }));
  } else if (act === "open") {
    const context = await browser.newContext({ viewport: size, storageState: state });
    const page = await context.newPage();
    const troubles = troublesOf(page);
    const took = [];
    for (let time = 0; time < 3; time += 1) took.push(await painted(page, address));
    if (process.env.PICTURE) await page.screenshot({ path: process.env.PICTURE });
    await context.close();
    console.log(JSON.stringify({ took, troubles }));
  } else break;
}
await browser.close();
