/** Whether an address is one that only this computer can open. */

/** Return whether a page's host name means the computer itself. */
export function isOnlyHere(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}
