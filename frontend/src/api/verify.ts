/** Re-hashing everything: an act that takes its time, tells how far it is, and can be stopped. */
import { ApiError, type Schemas, send } from "./client";

export interface VerifyReport {
  commits: number;
  records: number;
  bytes: number;
  problems: readonly { where: string; what: string }[];
}

export interface Told {
  what: string;
  unit: string;
  total: number | null;
  done: number;
}

interface Line {
  begin?: string;
  total?: number | null;
  unit?: string;
  advance?: number;
  result?: VerifyReport;
  error?: Schemas["ErrorBody"];
}

/** Verify the workspace; `tell` hears how far it is. Aborting `signal` stops it on the server, too. Throws ApiError. */
export async function verify(tell: (told: Told) => void, signal: AbortSignal): Promise<VerifyReport> {
  const answer = await send("/api/v1/maintenance/verify", {
    method: "POST",
    body: "{}",
    headers: { "Content-Type": "application/json" },
    signal,
  });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let told: Told = { what: "", unit: "items", total: null, done: 0 };
  while (reader) {
    const piece = await reader.read();
    if (piece.done) break;
    const lines = (rest + piece.value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const said = JSON.parse(line) as Line;
      if (said.begin !== undefined) told = { what: said.begin, unit: said.unit ?? "items", total: said.total ?? null, done: 0 };
      if (said.advance !== undefined) told = { ...told, done: told.done + said.advance };
      if (said.begin !== undefined || said.advance !== undefined) tell(told);
      if (said.error) throw new ApiError(500, said.error.code, said.error.message, said.error.help, said.error.facts);
      if (said.result) return said.result;
    }
  }
  throw new ApiError(0, "unreachable", "The server stopped in the middle.", "Try again.", {});
}
