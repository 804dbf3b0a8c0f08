// A real server on a workspace of its own, for journeys to go through.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const python = process.env.PYTHON ?? "python3";

/**
 * Serve a new, empty workspace on a free port.
 *
 * Returns `link` (an owner's, with its token), `folder` (scratch, gone at the end), `workspace`, `tilth(...words)` that
 * runs the command on the workspace and returns what it printed, `at(path)` an address, and `end()`.
 */
export async function serve() {
  const folder = mkdtempSync(join(tmpdir(), "tilth-journey-"));
  const workspace = join(folder, ".tilth");
  const server = spawn(python, ["-m", "tilth.server", workspace, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  process.once("exit", () => server.kill("SIGKILL"));
  const tilth = (...words) => execFileSync(python, ["-m", "tilth.cli.main", "-w", workspace, ...words], { encoding: "utf8" });
  const end = () =>
    new Promise((done) => {
      server.once("exit", () => {
        rmSync(folder, { recursive: true, force: true });
        done();
      });
      server.kill("SIGINT");
    });
  for await (const line of createInterface({ input: server.stdout })) {
    const link = /http:\/\/\S+\/\?token=\S+/.exec(line)?.[0];
    if (link) return { link, folder, workspace, tilth, end, at: (path) => new URL(path, link).href };
  }
  throw new Error("The server ended before it gave its link.");
}
