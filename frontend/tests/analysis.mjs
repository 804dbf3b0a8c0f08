// The analysis of a dataset on a real server: analyse 300 drawings, map with lasso, doubtful labels by key, find similar.
// `node tests/analysis.mjs [FOLDER FOR PICTURES]`, with PYTHON; any error on the console fails it.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { openBrowser, stepsOf, troublesOf } from "./browser.mjs";
import { drawn } from "./png.mjs";
import { serve } from "./server.mjs";

const served = await serve();
const pictures = process.argv[2];
const folder = join(served.folder, "drawings");
await mkdir(folder);
const random = generator(7);
const lines = ["path,label,split,camera"];
for (let n = 0; n < 300; n++) {
  const shape = n < 264 ? ["circle", "square", "cross"][n % 3] : "ring";
  const name = `${String(n).padStart(3, "0")}.png`;
  const bytes = drawing(shape);
  await writeFile(join(folder, name), bytes);
  // Three labels are wrong, and one drawing lies in both splits.
  const label = n === 10 ? "circle" : n === 20 ? "square" : n === 33 ? "cross" : shape;
  lines.push(`${name},${label},${n % 5 === 0 ? "test" : "train"},${n % 2 ? "left" : "right"}`);
  if (n === 60) {
    await writeFile(join(folder, "copy.png"), bytes);
    lines.push(`copy.png,${shape},train,left`);
  }
}
await writeFile(join(folder, "broken.png"), "no picture");
await writeFile(join(served.folder, "labels.csv"), `${lines.join("\n")}\n`);
served.tilth("repo", "create", "drawings");
served.tilth("put", "drawings", folder);
served.tilth("repo", "create", "truth");
served.tilth("put", "truth:labels.csv", join(served.folder, "labels.csv"));

const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
const page = await context.newPage();
page.setDefaultTimeout(20_000);
const troubles = troublesOf(page, { expected: (what) => /401|404 .*analysis|status of 404|thumbnail.*broken|422 .*thumbnail|status of 422/.test(what) });
const LIKE = `&of=${encodeURIComponent("like 270.png 280.png")}`;
const see = (text) => page.getByText(text).first().waitFor();
const shot = async (name) => { if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) }); };
const step = stepsOf(page, pictures);
const post = (operation, body) =>
  page.evaluate(
    async ([path, text]) => {
      const answer = await fetch(`/api/v1/${path}`, { method: "POST", body: text, headers: { "Content-Type": "application/json", "X-Tilth-Console": "1" } });
      if (!answer.ok) throw new Error(await answer.text());
      return answer.json();
    },
    [operation, JSON.stringify(body)],
  );
const read = (path) =>
  page.evaluate(async (address) => (await fetch(`/api/v1/${address}`, { headers: { "X-Tilth-Console": "1" } })).json(), path);
const go = async (view, more = "") => {
  await page.goto(served.at(`/datasets/shapes?view=${view}${more}`));
};

await page.goto(served.link);
await see("Home");
await post("datasets/define", {
  name: "shapes",
  definition: {
    items: { from: "drawings@main" },
    media: { kind: "image" },
    labels: { from: "truth@main:labels.csv", key: "path" },
    fields: [{ from: "truth@main:labels.csv", key: "path", columns: ["split", "camera"] }],
  },
});

await step("before the analysis the page says what to do", async () => {
  await go("map");
  await see("Analyse shapes to see its map.");
});
await step("one button analyses, with progress", async () => {
  await page.getByRole("button", { name: "Analyse this dataset" }).click();
  await page.getByRole("button", { name: "Stop" }).waitFor();
  await page.locator(".point-cloud canvas").waitFor({ timeout: 180_000 });
  await see("see why");
});
await step("the map shows every item that could be read, with its legend", async () => {
  await see("301 items; 1 without a place");
  const legend = page.getByRole("list", { name: "Colours of label" });
  for (const name of ["circle", "square", "cross", "ring"]) await legend.getByText(name).waitFor();
  assert.ok((await coloursOnMap()) > 20, "points are drawn");
});
await step("a lasso selects what it goes around, and says what is special about it", async () => {
  const box = await page.locator(".point-cloud").boundingBox();
  const corners = [[0.02, 0.02], [0.98, 0.02], [0.98, 0.52], [0.02, 0.52]];
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(corners[0]));
  await page.mouse.down();
  for (const corner of [...corners.slice(1), corners[0]]) await page.mouse.move(...at(corner), { steps: 6 });
  await page.mouse.up();
  await page.getByText(/What is special about these \d+\?/).waitFor();
  await page.getByRole("region", { name: "The selected items" }).waitFor();
  await page.getByText(/here, .* elsewhere/).first().waitFor();
});
await step("hovering shows the item, a click opens it with the items most like it", async () => {
  await page.keyboard.press("Escape");
  await page.getByText("Groups on the map").waitFor();
  await page.locator(".map-group").first().click();
  await page.getByText(/What is special about these/).waitFor();
  const chosen = await pointOnMap();
  await page.mouse.move(...chosen);
  await page.locator(".map-hover img").waitFor();
  await shot("hover");
  await page.mouse.click(...chosen);
  await page.locator(".item-panel").waitFor();
  await page.locator(".neighbour-strip .neighbour").first().waitFor();
});
await step("colours follow another field, and a number has a scale", async () => {
  await go("map");
  await page.getByLabel("Colour by").selectOption("outlier");
  await page.locator(".map-ramp").waitFor();
});
await step("doubtful labels are listed, the worst first", async () => {
  await go("issues");
  await page.locator(".issue-row").first().waitFor();
  const first = await read("datasets/items?name=shapes&where=suggested%20is%20not%20missing&sort=suspect&descending=true");
  const wrong = first.items.slice(0, 3).map((item) => item.key).sort();
  assert.deepEqual(wrong, ["010.png", "020.png", "033.png"]);
  await page.getByText(/of 8 are labeled/).waitFor();
});
await step("key r takes the suggestion, z takes it back", async () => {
  const [worst] = (await read("datasets/items?name=shapes&where=suggested%20is%20not%20missing&sort=suspect&descending=true")).items;
  const rows = await page.locator(".issue-row").count();
  await page.keyboard.press("r");
  await see(`1 item relabeled ${worst.fields.suggested}`);
  await page.waitForFunction((before) => document.querySelectorAll(".issue-row").length < before, rows);
  assert.equal((await read(`datasets/item?name=shapes&key=${worst.key}`)).item.label, worst.fields.suggested);
  await page.keyboard.press("z");
  await page.waitForFunction((before) => document.querySelectorAll(".issue-row").length === before, rows);
  assert.equal((await read(`datasets/item?name=shapes&key=${worst.key}`)).item.label, worst.label);
  await page.keyboard.press("r");
  await page.waitForFunction((before) => document.querySelectorAll(".issue-row").length < before, rows);
});
await step("key k keeps a label", async () => {
  const rows = await page.locator(".issue-row").count();
  await page.keyboard.press("k");
  await see("1 item marked accepted");
  await page.waitForFunction((before) => document.querySelectorAll(".issue-row").length < before, rows);
});
await step("another class than the suggested one, by its digit and by its button", async () => {
  const doubted = async () => (await read("datasets/items?name=shapes&where=suggested%20is%20not%20missing%20and%20mark%20is%20missing%20and%20labeled_by%20!=%20'fixed'&sort=suspect&descending=true")).items;
  const { classes } = await read("datasets/get?name=shapes");
  const other = (item) => classes.find((name) => name !== item.label && name !== item.fields.suggested);
  for (const how of ["digit", "button"]) {
    const [worst] = await doubted();
    if (!worst) break;
    const label = other(worst);
    await page.locator(".issue-row").first().click();
    await page.locator(".issue-judged").getByRole("button", { name: worst.key, exact: true }).waitFor();
    if (how === "digit") await page.keyboard.press(String(classes.indexOf(label) + 1));
    else await page.getByRole("group", { name: "Another class:" }).getByRole("button", { name: label }).click();
    await see(`1 item relabeled ${label}`);
    assert.equal((await read(`datasets/item?name=shapes&key=${worst.key}`)).item.label, label);
    const rows = await page.locator(".issue-row").count();
    await page.keyboard.press("Control+z");
    await page.waitForFunction((before) => document.querySelectorAll(".issue-row").length > before, rows);
  }
});
await step("a drawing that lies in both splits is the first near-duplicate", async () => {
  await go("issues", "&of=duplicates");
  const group = page.locator(".duplicate-group").first();
  await group.getByText("across test and train").waitFor();
  await group.getByRole("button", { name: /Keep the first/ }).click();
  await group.getByRole("button", { name: "Marked" }).waitFor();
});
await step("find similar learns from what is accepted and discarded", async () => {
  await go("similar", LIKE);
  await page.locator(".similar-item").first().waitFor();
  let found = 0;
  for (let turn = 0; turn < 34; turn++) {
    const title = await page.locator(".similar-item[aria-selected=true]").getAttribute("title");
    const ring = Number.parseInt(title) >= 264;
    found += ring ? 1 : 0;
    await page.keyboard.press(ring ? "a" : "d");
    await page.getByText(`of ${turn + 1} looked at`).waitFor();
    await page.waitForFunction(() => !document.querySelector(".similar-items.waiting"));
  }
  console.log(`     ${found} of the 34 other rings among 264 other drawings found in 34 looked at`);
  assert.ok(found >= 24, `${found} found`);
});
await step("what was found becomes the selection, and z takes a decision back", async () => {
  await page.getByText("hits").first().waitFor();
  await page.keyboard.press("z");
  await page.getByText("of 33 looked at").waitFor();
  await page.getByRole("button", { name: /Select the \d+ found/ }).click();
  await page.getByRole("region", { name: "The selected items" }).waitFor();
});
await step("after fixes the analysis says that it is old, and is made again", async () => {
  await go("map");
  await see("Labels were fixed");
  await page.getByRole("button", { name: "Analyse again" }).click();
  await page.getByText("Labels were fixed").waitFor({ state: "detached", timeout: 180_000 });
  const state = await read("analysis/state?dataset=shapes");
  assert.ok(["running", "ready"].includes(state.state), state.state);
});

async function coloursOnMap() {
  await page.waitForTimeout(300);
  return page.evaluate(() => {
    const canvas = document.querySelector(".point-cloud canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 4) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    return seen.size;
  });
}

/** A place of the screen on a selected point: they have a dark ring. */
async function pointOnMap() {
  await page.waitForTimeout(300);
  return page.evaluate(() => {
    const canvas = document.querySelector(".point-cloud canvas");
    const pen = canvas.getContext("2d");
    const box = canvas.getBoundingClientRect();
    const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
    const ground = [data[0], data[1], data[2]];
    for (let y = Math.round(height * 0.3); y < height * 0.7; y++)
      for (let x = Math.round(width * 0.3); x < width * 0.7; x++) {
        const i = (y * width + x) * 4;
        const far = Math.abs(data[i] - ground[0]) + Math.abs(data[i + 1] - ground[1]) + Math.abs(data[i + 2] - ground[2]);
        if (far > 250) return [box.x + (x / width) * box.width, box.y + (y / height) * box.height + 3];
      }
    throw new Error("no point is drawn in the middle");
  });
}

if (pictures) {
  for (const theme of ["light", "dark"])
    for (const width of [1440, 1024]) {
      await page.setViewportSize({ width, height: 860 });
      await page.evaluate((one) => { localStorage.setItem("tilth.theme", one); document.documentElement.dataset.theme = one; }, theme);
      for (const [view, more] of [["map", ""], ["issues", ""], ["issues", "&of=duplicates"], ["similar", LIKE]]) {
        await go(view, more);
        await page.evaluate((one) => { document.documentElement.dataset.theme = one; }, theme);
        await page.waitForTimeout(1500);
        await shot(`look-${view}${more.includes("dup") ? "-duplicates" : ""}-${theme}-${width}`);
      }
    }
}
await browser.close();
await served.end();
assert.deepEqual(troubles, [], "errors in the pages");
console.log("the analysis of a dataset works");

function generator(seed) {
  let now = seed;
  return () => {
    now = (now * 1_103_515_245 + 12_345) % 2_147_483_648;
    return now / 2_147_483_648;
  };
}

/** A shape on a light ground, 48 x 48. */
function drawing(shape) {
  const ground = [200 + 50 * random(), 200 + 50 * random(), 200 + 50 * random()];
  const base = { circle: [200, 50, 40], square: [50, 130, 60], cross: [40, 50, 170], ring: [150, 60, 160] }[shape];
  const ink = base.map((one) => one + 50 * (random() - 0.5));
  const [cx, cy, r] = [20 + 8 * random(), 20 + 8 * random(), 9 + 6 * random()];
  return drawn(48, (x, y) => {
    const [dx, dy] = [x - cx, y - cy];
    const far = Math.hypot(dx, dy);
    const on =
      shape === "circle" ? far < r
      : shape === "square" ? Math.max(Math.abs(dx), Math.abs(dy)) < r
      : shape === "cross" ? Math.abs(Math.abs(dx) - Math.abs(dy)) < 3 && Math.abs(dx) < r
      : far < r + 2 && far > r - 3;
    return (on ? ink : ground).map((value) => value + 12 * (random() - 0.5));
  });
}
