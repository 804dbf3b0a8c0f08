/** Logging in: the link's token becomes a cookie that scripts cannot read. */
import { send } from "./client";

/** Take the token out of the page's address, at once, so that it stays in no history. */
export function takeToken(): string | null {
  const address = new URL(window.location.href);
  const token = address.searchParams.get("token");
  if (token === null) return null;
  address.searchParams.delete("token");
  window.history.replaceState(null, "", address);
  return token;
}

/** Open a session with a token. Throws ApiError when the token is not valid. */
export async function logIn(token: string): Promise<void> {
  await send("/api/v1/session", {
    method: "POST",
    body: JSON.stringify({ token }),
    headers: { "Content-Type": "application/json" },
  });
}

/** End the session of this browser; the token stays valid. */
export async function logOut(): Promise<void> {
  await send("/api/v1/session", { method: "DELETE" });
}
