// Home, data, pipelines, labeling and settings: for everybody, in both looks.
//   node tests/accessible_work.mjs [PATH…]      TILTH_LINK=http://…/?token=… looks at a server that runs.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { lookThrough } from "./looking.mjs";

await lookThrough(furnish);

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
  tilth("user", "create", "maria", "--role", "curator");
  const invite = JSON.parse(tilth("--json", "user", "invite", "ask"));
  try {
    tilth("run");
  } catch (error) {
    if (!error.message.includes("broken failed")) throw error; // that is what it is there for
  }
  const run = JSON.parse(tilth("--json", "job", "list", "--pipeline", "broken")).items[0].id;
  return [
    "/", "/data", "/data/photos", "/data/photos?file=robin%2Fa.svg", "/data/photos?view=changes", "/data/photos?view=branches", "/data/empty",
    "/data/news?view=table&file=headlines.csv", "/pipelines", "/pipelines/broken", "/new-pipeline", `/runs/${run}`,
    "/labeling", "/labeling/ask", "/new-labeling?repo=photos", "/lineage", "/lineage?of=broken", "/nowhere",
    "/labeling/ask?tab=review", "/labeling/ask?tab=people", "/labeling/ask?tab=methods", "/labeling/ask?tab=import",
    ...["users", "invites", "tokens", "keys", "audit", "workspace"].map((part) => `/settings/${part}`),
    "/label", "/label/ask", "/label/ask?practice=5", invite.path,
  ];
}
