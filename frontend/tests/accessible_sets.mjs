// Datasets and models: for everybody, in both looks.
//   node tests/accessible_sets.mjs [PATH…]      TILTH_LINK=http://…/?token=… looks at a server that runs.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { lookThrough } from "./looking.mjs";
import { drawn } from "./png.mjs";

await lookThrough(furnish);

/** Fill an empty workspace with a little of everything; returns the pages to look at. */
function furnish({ folder, tilth }) {
  writeFileSync(join(folder, "headlines.csv"), "id,headline,kind\n1,You will not believe this,bait\n2,Council votes on budget,news\n3,עברית מימין לשמאל,news\n");
  tilth("repo", "create", "news");
  tilth("put", "news:headlines.csv", join(folder, "headlines.csv"));
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
  return [
    "/datasets", "/datasets?make=drawings", ...["grid", "table", "metrics", "map", "issues", "similar", "slices", "train"].map((view) => `/datasets/shapes?view=${view}`),
    "/datasets/shapes?item=shape%203.png&model=guesser", "/datasets/shapes?model=guesser&view=metrics", "/datasets/shapes?view=slices&of=odd", "/datasets/headlines", "/datasets/headlines?view=table",
    "/datasets/shapes?where=area%20%3E%209999", "/",
    "/models", ...["versions", "tests", "upload", "promote"].map((tab) => `/models/guesser?tab=${tab}`), "/models/compare", "/models/compare?first=guesser@1&second=guesser@2",
  ];
}
