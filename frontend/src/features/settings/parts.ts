/** The parts of the settings, and what one must be allowed to call to see each. */
import type { Granted } from "@/api/may";

export const SETTINGS = [
  { part: "users", label: "Users", needs: "access.list_users" },
  { part: "invites", label: "Invites", needs: "access.list_invites" },
  { part: "tokens", label: "Tokens and browsers", needs: "access.list_tokens" },
  { part: "keys", label: "S3 keys", needs: "keys.list" },
  { part: "audit", label: "Audit trail", needs: "audit.list" },
  { part: "workspace", label: "Workspace", needs: "maintenance.usage" },
] as const satisfies readonly { part: string; label: string; needs: Granted }[];

export type SettingsPart = (typeof SETTINGS)[number]["part"];
