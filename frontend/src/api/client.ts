/** Calls to the web API, typed from its description. */
import { verbs } from "./verbs";
import type { components, operations } from "./wire";

export type Schemas = components["schemas"];
export type RepoInfo = Schemas["RepoInfo"];
export type BranchInfo = Schemas["BranchInfo"];
export type CommitInfo = Schemas["CommitInfo"];
export type PipelineInfo = Schemas["PipelineInfo"];
export type JobInfo = Schemas["JobInfo"];
export type DatumInfo = Schemas["DatumInfo"];
export type LabelingInfo = Schemas["LabelingInfo"];
export type WorkerInfo = Schemas["WorkerInfo"];
export type FeedbackInfo = Schemas["FeedbackInfo"];
export type EventInfo = Schemas["EventInfo"];
export type StatusInfo = Schemas["StatusInfo"];
export type UserInfo = Schemas["UserInfo"];
export type ModelInfo = Schemas["ModelInfo"];
export type ModelVersionInfo = Schemas["ModelVersionInfo"];
export type JoinInfo = Schemas["JoinInfo"];
export type ModelComparison = Schemas["ModelComparison"];
export type GroupChange = Schemas["GroupChange"];
export type ComparedItem = Schemas["ComparedItem"];
export type TestResult = Schemas["TestResult"];
export type ModelTestInfo = Schemas["ModelTestInfo"];
export type Lineage = Schemas["Lineage"];

type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : never;
/** Operations that answer JSON; those that move bytes are addressed by `addressOf`. */
export type Operation = {
  [K in keyof operations]: Json<operations[K]["responses"][200]> extends never ? never : K;
}[keyof operations];
type Read = { [K in keyof typeof verbs]: (typeof verbs)[K] extends "GET" ? K : never }[keyof typeof verbs];
export type Query = Operation & Read;
export type Act = Exclude<Operation, Read>;
export type Args<K extends keyof operations> = operations[K] extends { requestBody: infer Body }
  ? Json<Body>
  : [NonNullable<operations[K]["parameters"]["query"]>] extends [never]
    ? Readonly<Record<string, never>>
    : NonNullable<operations[K]["parameters"]["query"]>;
export type Result<K extends keyof operations> = Json<operations[K]["responses"][200]>;

/** An error as the server tells it: what happened, and what helps. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly help: string,
    readonly facts: Readonly<Record<string, unknown>>,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** Says that the caller is a page of the console; a page of another origin cannot send it. */
export const CONSOLE_HEADER = { "X-Tilth-Console": "1" } as const;

/** Return the URL path of an operation with its query. */
export function addressOf(operation: keyof operations, args: Readonly<Record<string, unknown>> = {}): string {
  const [facet, method = ""] = operation.split(".");
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(args))
    if (Array.isArray(value)) for (const one of value) query.append(name, String(one));
    else if (value !== undefined && value !== null) query.set(name, String(value));
  const said = query.toString();
  return `/api/v1/${facet}/${method.replaceAll("_", "-")}${said && `?${said}`}`;
}

/** Call an operation that answers JSON. Throws ApiError. */
export async function call<K extends Operation>(operation: K, args: Args<K>, signal?: AbortSignal): Promise<Result<K>> {
  const reads = verbs[operation] === "GET";
  const answer = await send(reads ? addressOf(operation, args as Record<string, unknown>) : addressOf(operation), {
    method: reads ? "GET" : "POST",
    ...(reads ? {} : { body: JSON.stringify(args) }),
    headers: reads ? {} : { "Content-Type": "application/json" },
    ...(signal ? { signal } : {}),
  });
  return (await answer.json()) as Result<K>;
}

/** Call an operation that answers text, such as a log; reads no more than `most` characters. */
export async function text(
  operation: "jobs.logs" | "files.read",
  args: Readonly<Record<string, unknown>>,
  most: number,
  signal?: AbortSignal,
): Promise<{ text: string; cut: boolean }> {
  const answer = await send(addressOf(operation, args), { ...(signal ? { signal } : {}) });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (reader) {
    const piece = await reader.read();
    if (piece.done) break;
    said += piece.value;
    if (said.length > most) {
      await reader.cancel();
      return { text: said.slice(0, most), cut: true };
    }
  }
  return { text: said, cut: false };
}

/** Write bytes by an operation whose body they are. Throws ApiError. */
export async function upload<K extends "files.put" | "files.put_many" | "drafts.put" | "models.upload">(
  operation: K,
  args: Readonly<Record<string, unknown>>,
  body: Blob,
  signal?: AbortSignal,
): Promise<Result<K>> {
  const answer = await send(addressOf(operation, args), { method: "POST", body, ...(signal ? { signal } : {}) });
  return (await answer.json()) as Result<K>;
}

/** Send a request as this page; every answer that is not good is thrown as ApiError. */
export async function send(address: string, request: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(address, {
      ...request,
      credentials: "same-origin",
      headers: { ...CONSOLE_HEADER, ...(request.headers as Record<string, string> | undefined) },
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "unreachable", "Tilth does not answer.", "Is the server still running? Start it with `tilth up`.", {});
  }
  if (answer.ok) return answer;
  const body = (await answer.json().catch(() => null)) as Partial<Schemas["ErrorBody"]> | null;
  throw new ApiError(
    answer.status,
    body?.code ?? "error",
    body?.message ?? `The server answered ${answer.status}.`,
    body?.help ?? "",
    body?.facts ?? {},
  );
}
