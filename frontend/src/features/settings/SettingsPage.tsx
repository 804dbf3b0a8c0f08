import "./settings.css";

import { Link, Navigate, useParams } from "@tanstack/react-router";

import { may, useRole, whoMay } from "@/api/may";
import { Empty, Page } from "@/ui";

import { AuditTrail } from "./AuditTrail";
import { Invites } from "./Invites";
import { Keys } from "./Keys";
import { SETTINGS, type SettingsPart } from "./parts";
import { Tokens } from "./Tokens";
import { Users } from "./Users";
import { Workspace } from "./Workspace";

const PARTS: Readonly<Record<SettingsPart, () => React.ReactNode>> = {
  users: Users,
  invites: Invites,
  tokens: Tokens,
  keys: Keys,
  audit: AuditTrail,
  workspace: Workspace,
};

/** Who may do what here, what was done, and how the workspace is. */
export function SettingsPage() {
  const { part } = useParams({ strict: false }) as { part?: string };
  const role = useRole();
  const open = SETTINGS.filter((one) => may(role, one.needs));
  const shown = SETTINGS.find((one) => one.part === part);
  if (!part && open[0]) return <Navigate to="/settings/$part" params={{ part: open[0].part }} replace />;
  const Part = shown && may(role, shown.needs) ? PARTS[shown.part] : null;
  return (
    <Page title="Settings">
      <nav className="tabs" aria-label="Parts of the settings">
        {open.map((one) => (
          <Link key={one.part} to="/settings/$part" params={{ part: one.part }} aria-current={one === shown ? "page" : undefined}>
            {one.label}
          </Link>
        ))}
      </nav>
      {Part ? (
        <Part />
      ) : (
        <Empty title={shown ? `As ${role} you may not see ${shown.label.toLowerCase()}.` : "There is no such part."}>
          {shown && <p>It is for {whoMay(shown.needs)}.</p>}
        </Empty>
      )}
    </Page>
  );
}
