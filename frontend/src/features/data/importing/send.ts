/** The upload of an import: one request, one commit; stopped midway it changes nothing. */
import { ApiError, CONSOLE_HEADER, type CommitInfo, type Schemas, addressOf } from "@/api/client";

import type { Write } from "./plan";
import { tarOf } from "./tar";

export interface Upload {
  finished: Promise<CommitInfo>;
  stop: () => void;
}

/** Say that the person stopped it. */
export class Stopped extends Error {}

/** Write the files to `branch` (`repo@branch`). `read` hears the files taken up, `sent` the bytes that have left. */
export function startUpload(
  branch: string,
  writes: readonly Write[],
  options: {
    message: string;
    head: string | null;
    read: (files: number) => void;
    sent: (bytes: number, total: number) => void;
  },
): Upload {
  const request = new XMLHttpRequest();
  let stopped = false;
  const args = { branch, message: options.message, ...(options.head === null ? {} : { if_head: options.head }) };
  async function run(): Promise<CommitInfo> {
    const body = await tarOf(writes, options.read, () => stopped).catch(() => {
      throw new ApiError(0, "unreadable", "A file could not be read; nothing was saved.", "Was it moved or changed meanwhile? Choose the files again.", {});
    });
    if (stopped) throw new Stopped();
    return send(request, addressOf("files.put_many", args), body, options.sent);
  }
  return {
    finished: run(),
    stop: () => {
      stopped = true;
      request.abort();
    },
  };
}

/** Send by XMLHttpRequest, because `fetch` does not tell how much has left. */
function send(request: XMLHttpRequest, address: string, body: Blob, sent: (bytes: number, total: number) => void): Promise<CommitInfo> {
  return new Promise((done, failed) => {
    request.upload.onprogress = (event) => { sent(event.loaded, body.size); };
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status === 200 && answer) {
        done(answer as CommitInfo);
        return;
      }
      const said = answer as Partial<Schemas["ErrorBody"]> | null;
      failed(new ApiError(request.status, said?.code ?? "error", said?.message ?? `The server answered ${request.status}.`, said?.help ?? "", said?.facts ?? {}));
    };
    request.onerror = () => {
      failed(new ApiError(0, "unreachable", "The import broke off; nothing was saved.", "Was a file changed or moved meanwhile? Is the server running? Then import again.", {}));
    };
    request.onabort = () => { failed(new Stopped()); };
    request.open("POST", address);
    for (const [name, value] of Object.entries(CONSOLE_HEADER)) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", "application/x-tar");
    request.send(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
