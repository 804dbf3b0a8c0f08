/** What the caller may do: by its role, from the table that the server itself asks. */
import { grants } from "./grants";
import { useRead } from "./queries";

export type Granted = keyof typeof grants;

/** Tell whether a role may call an operation. Pure. */
export function may(role: string, operation: Granted): boolean {
  return (grants[operation] as readonly string[]).includes(role);
}

/** The caller's role; empty until it is known. */
export function useRole(): string {
  return useRead("access.me", {}).data?.role ?? "";
}

/** Whether the caller may call an operation; hide (or explain) what it may not. */
export function useMay(operation: Granted): boolean {
  return may(useRole(), operation);
}

/** The roles that may, in words: "owner or writer". */
export function whoMay(operation: Granted): string {
  const roles = grants[operation] as readonly string[];
  return roles.length < 2 ? (roles[0] ?? "nobody") : `${roles.slice(0, -1).join(", ")} or ${roles.at(-1)}`;
}
