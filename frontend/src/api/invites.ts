/** Following an invite: what its link opens, and joining. Neither needs a session. */
import { type Schemas, send } from "./client";

export type InviteInfo = Schemas["InviteInfo"];

export interface Joined {
  user: string;
  display: string;
  role: string;
  pipeline: string;
}

/** Take an invite's secret out of the page's address, at once, so that it stays in no history. */
export function takeInvite(): string | null {
  const found = /^\/join\/([A-Za-z0-9_\-.~]+)\/?$/.exec(window.location.pathname);
  if (!found?.[1]) return null;
  window.history.replaceState(null, "", "/join");
  return found[1];
}

/** What a link opens. Throws ApiError that says why it opens nothing. */
export async function lookAtInvite(invite: string, signal?: AbortSignal): Promise<Pick<InviteInfo, "pipeline" | "role" | "expires_ms">> {
  const answer = await post("/api/v1/invite", { invite }, signal);
  return (await answer.json()) as InviteInfo;
}

/** Become a user, and open its session in this browser. Throws ApiError. */
export async function join(invite: string, name: string): Promise<Joined> {
  return (await (await post("/api/v1/join", { invite, name })).json()) as Joined;
}

function post(address: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return send(address, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
    ...(signal ? { signal } : {}),
  });
}
