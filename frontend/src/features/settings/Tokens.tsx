import { useState } from "react";

import type { Schemas } from "@/api/client";
import { useRole } from "@/api/may";
import { useAct, useRead } from "@/api/queries";
import { ConfirmButton, ErrorNote, Id, Loading, Section, When } from "@/ui";

import { ForUser } from "./ForUser";
import { Secret } from "./Secret";

type Credential = Schemas["CredentialInfo"];

/** Tokens for programs, and browsers that are logged in. */
export function Tokens() {
  const role = useRole();
  const listed = useRead("access.list_tokens", {}, { every: 30_000 });
  const me = useRead("access.me", {});
  const [shown, setShown] = useState<Schemas["TokenInfo"] | null>(null);
  const create = useAct("access.create_token", setShown);
  if (listed.error) return <ErrorNote error={listed.error} retry={() => void listed.refetch()} />;
  if (!listed.data || !me.data) return <Loading what="Reading the tokens…" />;
  const all = role === "owner" || role === "auditor";
  const tokens = listed.data.items.filter((one) => one.kind === "token");
  const sessions = listed.data.items.filter((one) => one.kind === "session");
  return (
    <>
      <Section title={`${all ? "Tokens" : "My tokens"} (${tokens.length})`} aside="For programs, and as links for people. Only a hash of each is kept.">
        <ForUser me={me.data.name} verb="Make a token" busy={create.isPending} onMake={(user) => { create.mutate({ user }); }} />
        {create.error && <ErrorNote error={create.error} />}
        {shown && (
          <Secret
            title={`A token of ${shown.user}`}
            parts={[["Token", shown.token], ["Link", `${window.location.origin}/?token=${shown.token}`]]}
            hint="It is shown this once. Programs take it as TILTH_TOKEN; the link opens the console."
            onClose={() => { setShown(null); }}
          />
        )}
        <List credentials={tokens} all={all} none="There is no token. Programs that shall come in need one." />
      </Section>
      <Section title={`${all ? "Browsers" : "My browsers"} logged in (${sessions.length})`} aside="Logged in for 30 days; a browser ends with the token that opened it.">
        <List credentials={sessions} all={all} none="No browser is logged in." />
      </Section>
    </>
  );
}

function List({ credentials, all, none }: { credentials: readonly Credential[]; all: boolean; none: string }) {
  const revoke = useAct("access.revoke_token", () => undefined);
  const role = useRole();
  const me = useRead("access.me", {});
  if (credentials.length === 0) return <p className="quiet">{none}</p>;
  return (
    <>
      {revoke.error && <ErrorNote error={revoke.error} />}
      <div className="panel table-wrap">
        <table className="table settings-table">
          <thead>
            <tr><th>Id</th>{all && <th>User</th>}<th>Made</th><th>Last used</th><th>Where</th><th><span className="offscreen">Acts</span></th></tr>
          </thead>
          <tbody>
            {credentials.map((one) => (
              <tr key={one.id}>
                <td><Id id={one.id} /> {one.current && <span className="tag good">this one</span>}</td>
                {all && <td><bdi>{one.user}</bdi></td>}
                <td><When ms={one.created_ms} />{one.created_by !== one.user && <div className="faint">by <bdi>{one.created_by}</bdi></div>}</td>
                <td>{one.used_ms ? <When ms={one.used_ms} /> : <span className="faint">never</span>}</td>
                <td className="settings-where" title={one.note}>{[browserWords(one.note), one.origin].filter(Boolean).join(", ") || <span className="faint">–</span>}</td>
                <td className="settings-acts">
                  {(role === "owner" || one.user === me.data?.name) && (
                    <ConfirmButton
                      small
                      question={one.current ? "End the session of this very browser?" : one.kind === "session" ? "Log this browser out?" : "End this token, and browsers that it opened?"}
                      verb="End it"
                      onConfirm={() => { revoke.mutate({ token_id: one.id }); }}
                    >
                      End…
                    </ConfirmButton>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** "Mozilla/5.0 … Chrome/126 …" → "Chrome on Linux". */
function browserWords(agent: string): string {
  if (!agent) return "";
  const browser = /Edg\//.test(agent) ? "Edge" : /Firefox\//.test(agent) ? "Firefox" : /Chrome\//.test(agent) ? "Chrome" : /Safari\//.test(agent) ? "Safari" : (agent.split(/[ /]/)[0] ?? agent);
  const system = /Windows/.test(agent) ? "Windows" : /Android/.test(agent) ? "Android" : /iPhone|iPad/.test(agent) ? "iOS" : /Mac OS/.test(agent) ? "macOS" : /Linux/.test(agent) ? "Linux" : "";
  return system ? `${browser} on ${system}` : browser;
}
