import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import type { InviteInfo } from "@/api/invites";
import { useMay } from "@/api/may";
import { useAct, useRead } from "@/api/queries";
import { count, plain } from "@/lib/format";
import { Button, ConfirmButton, Empty, ErrorNote, Loading, Section, When } from "@/ui";

import { isOnlyHere } from "./reach";
import { Secret } from "./Secret";

const TONES: Readonly<Record<string, string>> = { open: "good", expired: "", revoked: "", "used up": "" };
const DAYS = [1, 7, 14, 30, 90] as const;

/** Links by which people make themselves labelers or reviewers of one labeling project. */
export function Invites() {
  const invites = useRead("access.list_invites", {});
  const mayInvite = useMay("access.invite");
  const [shown, setShown] = useState<InviteInfo | null>(null);
  const revoke = useAct("access.revoke_invite");
  if (invites.error) return <ErrorNote error={invites.error} retry={() => void invites.refetch()} />;
  if (!invites.data) return <Loading what="Reading the invites…" />;
  const { items } = invites.data;
  return (
    <Section title="Invites" aside="One link for many people; each becomes a user of its own that sees this labeling only.">
      {mayInvite && <Make onDone={setShown} />}
      {mayInvite && isOnlyHere(window.location.hostname) && <OnlyHere />}
      {shown && (
        <Secret
          title={`Invite to ${shown.role === "reviewer" ? "review" : "label"} ${plain(shown.pipeline)}`}
          parts={[["Link", window.location.origin + shown.path]]}
          hint={`For ${count(shown.max_uses)} ${shown.max_uses === 1 ? "person" : "people"}. The link is shown this once.`}
          onClose={() => { setShown(null); }}
        />
      )}
      {revoke.error && <ErrorNote error={revoke.error} />}
      {items.length === 0 ? (
        <div className="panel"><Empty title="No invites yet"><p>An invite is a link that you send to the people who shall label; each of them becomes a user of their own.</p></Empty></div>
      ) : (
        <div className="panel table-wrap">
          <table className="table settings-table">
            <thead>
              <tr><th>Labeling</th><th>As</th><th>State</th><th className="num">Joined</th><th>Until</th><th>Made</th><th><span className="offscreen">Acts</span></th></tr>
            </thead>
            <tbody>
              {items.map((invite) => (
                <tr key={invite.id}>
                  <td><bdi>{plain(invite.pipeline)}</bdi></td>
                  <td>{invite.role}</td>
                  <td><span className={`tag ${TONES[invite.state] ?? ""}`}>{invite.state === "revoked" ? "taken back" : invite.state}</span></td>
                  <td className="num nowrap">{count(invite.uses)} of {count(invite.max_uses)}</td>
                  <td className="nowrap">{day(invite.expires_ms)}</td>
                  <td><When ms={invite.created_ms} /> <span className="quiet">by <bdi>{invite.created_by}</bdi></span></td>
                  <td className="settings-acts">
                    {mayInvite && invite.state === "open" && (
                      <ConfirmButton small question="Let nobody else join by this link? Who joined stays." verb="Take it back" onConfirm={() => { revoke.mutate({ invite_id: invite.id }); }}>
                        Take back…
                      </ConfirmButton>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

/** What a link made at this address cannot do, and how one is made that can. */
function OnlyHere() {
  return (
    <div className="notice" role="note">
      <strong>A link made here opens on this computer only.</strong> You opened Tilth as <code>{window.location.host}</code>, and the link begins with that.
      <details>
        <summary>To invite people who sit elsewhere</summary>
        <ol>
          <li>Start the server with <code>tilth up --host 0.0.0.0</code>.</li>
          <li>Open this page by this computer's name or address in your network, such as <code>http://my-computer:{window.location.port || "80"}/settings/invites</code>.</li>
          <li>Make the invite there: its link begins with that address.</li>
        </ol>
      </details>
    </div>
  );
}

function Make({ onDone }: { onDone: (made: InviteInfo) => void }) {
  const projects = useRead("labeling.list", {});
  const { pipeline: asked } = useSearch({ strict: false }) as { pipeline?: string };
  const [chosen, setChosen] = useState(asked ?? "");
  const [role, setRole] = useState("labeler");
  const [people, setPeople] = useState(20);
  const [days, setDays] = useState(14);
  const make = useAct("access.invite", onDone);
  const names = (projects.data?.items ?? []).map((one) => plain(one.pipeline));
  const pipeline = names.includes(chosen) ? chosen : (names[0] ?? "");
  if (projects.data && names.length === 0)
    return (
      <p>
        An invite leads to a labeling project, and there is none yet. <Link to="/new-labeling">Make the first labeling project</Link>
      </p>
    );
  return (
    <form
      className="panel settings-form"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate({ pipeline, role, max_uses: people, expires_ms: Date.now() + days * 86_400_000 });
      }}
    >
      <label>
        Labeling project
        <select className="field" value={pipeline} onChange={(event) => { setChosen(event.target.value); }}>
          {names.map((name) => <option key={name}>{name}</option>)}
        </select>
      </label>
      <label>
        They come as
        <select className="field" value={role} onChange={(event) => { setRole(event.target.value); }}>
          <option value="labeler">labelers</option>
          <option value="reviewer">reviewers</option>
        </select>
      </label>
      <label>
        People at most
        <input className="field settings-number" type="number" min={1} max={10000} required value={people} onChange={(event) => { setPeople(event.target.valueAsNumber || 1); }} />
      </label>
      <label>
        The link works for
        <select className="field" value={days} onChange={(event) => { setDays(Number(event.target.value)); }}>
          {DAYS.map((many) => <option key={many} value={many}>{many === 1 ? "a day" : `${many} days`}</option>)}
        </select>
      </label>
      <span className="settings-acts">
        <Button type="submit" look="main" disabled={make.isPending || pipeline === ""}>Make an invite</Button>
      </span>
      {make.error && <ErrorNote error={make.error} />}
    </form>
  );
}

function day(ms: number): string {
  return new Date(ms).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}
