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

/** Write the files to `branch` (`repo@branch`). `sent` hears the bytes that have left; `fetch` cannot tell them. */
export function startUpload(
  branch: string,
  writes: readonly Write[],
  options: { message: string; head: string | null; sent: (bytes: number, total: number) => void },
): Upload {
  const request = new XMLHttpRequest();
  const body = tarOf(writes);
  const finished = new Promise<CommitInfo>((done, failed) => {
    request.upload.onprogress = (event) => { options.sent(event.loaded, body.size); };
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status === 200 && answer) done(answer as CommitInfo);
      else {
        const said = answer as Partial<Schemas["ErrorBody"]> | null;
        failed(
          new ApiError(request.status, said?.code ?? "error", said?.message ?? `The server answered ${request.status}.`, said?.help ?? "", said?.facts ?? {}),
        );
      }
    };
    request.onerror = () => {
      failed(new ApiError(0, "unreachable", "The import broke off; nothing was saved.", "Was a file changed or moved meanwhile? Is the server running? Then import again.", {}));
    };
    request.onabort = () => { failed(new Stopped()); };
  });
  const args = { branch, message: options.message, ...(options.head === null ? {} : { if_head: options.head }) };
  request.open("POST", addressOf("files.put_many", args));
  for (const [name, value] of Object.entries(CONSOLE_HEADER)) request.setRequestHeader(name, value);
  request.setRequestHeader("Content-Type", "application/x-tar");
  request.send(body);
  return { finished, stop: () => { request.abort(); } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
