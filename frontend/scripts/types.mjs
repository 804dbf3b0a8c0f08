// Make src/api/wire.ts, verbs.ts and grants.ts from docs/openapi.json; with --check, fail when they are not current.
import { readFile, writeFile } from "node:fs/promises";

import openapiTS, { astToString } from "openapi-typescript";

const source = new URL("../../docs/openapi.json", import.meta.url);
const description = JSON.parse(await readFile(source, "utf8"));
// What has a default may be left out of a request; in an answer it is always there.
for (const [name, schema] of Object.entries(description.components.schemas))
  if (name.endsWith("Request")) for (const field of Object.values(schema.properties ?? {})) delete field.default;
const verbs = Object.values(description.paths)
  .flatMap((path) => Object.entries(path))
  .map(([verb, operation]) => `  "${operation.operationId}": "${verb.toUpperCase()}",`)
  .sort();
const grants = Object.values(description.paths)
  .flatMap((path) => Object.values(path))
  .map((operation) => `  "${operation.operationId}": ${JSON.stringify(operation["x-roles"]).replaceAll(",", ", ")},`)
  .sort();
const made = {
  "../src/api/wire.ts": "// Made by `npm run types` from docs/openapi.json.\n" + astToString(await openapiTS(description)),
  "../src/api/verbs.ts":
    "// Made by `npm run types` from docs/openapi.json.\nexport const verbs = {\n" + verbs.join("\n") + "\n} as const;\n",
  "../src/api/grants.ts":
    "// Made by `npm run types` from docs/openapi.json: the roles that may call each operation.\nexport const grants = {\n" +
    grants.join("\n") + "\n} as const satisfies Readonly<Record<string, readonly string[]>>;\n",
};
let stale = false;
for (const [path, text] of Object.entries(made)) {
  const file = new URL(path, import.meta.url);
  if (!process.argv.includes("--check")) await writeFile(file, text);
  else if ((await readFile(file, "utf8").catch(() => "")) !== text) stale = true;
}
if (stale) {
  console.error("The wire types are older than docs/openapi.json; run `npm run types` and commit what it makes.");
  process.exit(1);
}
