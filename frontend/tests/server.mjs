// A real server on a workspace of its own, for journeys to go through.
import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

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
  const commands = commandsIn(folder);
  const tilth = (...words) => commands.run(["-w", workspace, ...words]);
  const end = () =>
    new Promise((done) => {
      commands.end();
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

/** Commands, each run to its end before the next, by one process that starts with the first of them. */
function commandsIn(folder) {
  const [asks, tells] = ["asks", "tells"].map((name) => join(folder, name));
  let opened = null;
  const piece = Buffer.alloc(1 << 16);
  const begin = () => {
    execFileSync("mkfifo", [asks, tells]);
    const child = spawn(python, [fileURLToPath(new URL("commands.py", import.meta.url)), asks, tells], { stdio: ["ignore", "inherit", "inherit"] });
    process.once("exit", () => child.kill("SIGKILL"));
    return [openSync(asks, "w"), openSync(tells, "r")];
  };
  const line = (from) => {
    const pieces = [];
    for (;;) {
      const size = readSync(from, piece);
      if (size === 0) throw new Error("The commands ended.");
      pieces.push(Buffer.from(piece.subarray(0, size)));
      if (piece[size - 1] === 10) return Buffer.concat(pieces).toString("utf8");
    }
  };
  return {
    run(words) {
      opened ??= begin();
      writeSync(opened[0], `${JSON.stringify(words)}\n`);
      const { code, stdout, stderr, raised } = JSON.parse(line(opened[1]));
      if (code !== 0) throw new Error(`tilth ${words.join(" ")}: ${code}\n${stdout}\n${stderr}\n${raised}`);
      return stdout;
    },
    end() {
      opened?.forEach((each) => closeSync(each));
      opened = null;
    },
  };
}
