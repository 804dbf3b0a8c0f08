import { useState } from "react";

import type { UserInfo } from "@/api/client";
import { useMay } from "@/api/may";
import { useAct, useRead } from "@/api/queries";
import { plain } from "@/lib/format";
import { LIMITED, ROLES, roleWords } from "@/lib/roles";
import { Button, ConfirmButton, ErrorNote, Icon, Loading, Section, When } from "@/ui";

import { Secret } from "./Secret";

/** Who may enter, and what each may do. */
export function Users() {
  const users = useRead("access.list_users", {});
  const mayChange = useMay("access.change_user");
  const [adding, setAdding] = useState(false);
  const [shown, setShown] = useState<{ user: string; token: string } | null>(null);
  if (users.error) return <ErrorNote error={users.error} retry={() => void users.refetch()} />;
  if (!users.data) return <Loading what="Reading the users…" />;
  return (
    <Section
      title={`Users (${users.data.items.length})`}
      aside={mayChange && !adding && <Button small icon="plus" look="main" onClick={() => { setAdding(true); }}>Add a user</Button>}
    >
      {adding && <Add onDone={(made) => { setShown(made); setAdding(false); }} onClose={() => { setAdding(false); }} />}
      {shown && (
        <Secret
          title={`${shown.user} may enter now`}
          parts={[["Link", `${window.location.origin}/?token=${shown.token}`], ["Token", shown.token]]}
          hint="Send the link; it is shown this once. Whoever has it is this user."
          onClose={() => { setShown(null); }}
        />
      )}
      <List users={users.data.items.filter((user) => !LIMITED.has(user.role))} mayChange={mayChange} />
      <h3>Labelers and reviewers ({users.data.items.filter((user) => LIMITED.has(user.role)).length})</h3>
      <List users={users.data.items.filter((user) => LIMITED.has(user.role))} mayChange={mayChange} limits />
      <details className="settings-roles">
        <summary>What each role may do</summary>
        <dl>
          {ROLES.map(([role, words]) => <div key={role}><dt>{role}</dt><dd>{words}</dd></div>)}
        </dl>
        <p className="faint">
          A role is for the whole workspace. Who opens the workspace’s folder on the server itself is an owner. A change holds at once, also in
          open browsers.
        </p>
      </details>
    </Section>
  );
}

function List({ users, mayChange, limits = false }: { users: readonly UserInfo[]; mayChange: boolean; limits?: boolean }) {
  if (users.length === 0) return <p className="quiet">Nobody yet. An invite lets people join by themselves.</p>;
  return (
    <div className="panel table-wrap">
      <table className="table settings-table">
        <thead>
          <tr><th>User</th><th>Role</th>{limits && <th>Sees</th>}<th>Since</th><th>Way in</th>{mayChange && <th><span className="offscreen">Acts</span></th>}</tr>
        </thead>
        <tbody>
          {users.map((user) => <Row key={user.name} user={user} mayChange={mayChange} limits={limits} />)}
        </tbody>
      </table>
    </div>
  );
}

function Row({ user, mayChange, limits }: { user: UserInfo; mayChange: boolean; limits: boolean }) {
  const change = useAct("access.change_user");
  const remove = useAct("access.remove_user");
  const me = useRead("access.me", {});
  const mine = me.data?.name === user.name;
  const error = change.error ?? remove.error;
  return (
    <>
      <tr className={user.disabled ? "settings-off" : ""}>
        <td>
          <bdi className="settings-name">{user.display || user.name}</bdi>
          {mine && <span className="tag">you</span>}
          {user.display && <div className="faint mono ellipsis">{user.name}</div>}
        </td>
        <td>
          {mayChange && !mine ? (
            <select
              className="field"
              aria-label={`Role of ${user.name}`}
              title={roleWords(user.role)}
              value={user.role}
              onChange={(event) => { change.mutate({ name: user.name, role: event.target.value }); }}
            >
              {ROLES.map(([role, words]) => <option key={role} value={role} title={words}>{role}</option>)}
            </select>
          ) : (
            <span title={roleWords(user.role)}>{user.role}</span>
          )}
        </td>
        {limits && <td><Limits user={user} may={mayChange} onChange={(labels) => { change.mutate({ name: user.name, labels }); }} /></td>}
        <td><When ms={user.created_ms} />{user.invite && <div className="faint">by invite</div>}</td>
        <td>{user.disabled ? <span className="state need"><Icon name="lock" size={14} /> switched off</span> : <span className="state"><Icon name="check" size={14} /> open</span>}</td>
        {mayChange && (
          <td className="settings-acts">
            {!mine && (
              <>
                <Button small onClick={() => { change.mutate({ name: user.name, disabled: !user.disabled }); }}>{user.disabled ? "Switch on" : "Switch off"}</Button>
                <ConfirmButton
                  small
                  question={`Remove ${user.name} and its tokens? What it did stays.`}
                  verb="Remove"
                  onConfirm={() => { remove.mutate({ name: user.name }); }}
                >
                  Remove…
                </ConfirmButton>
              </>
            )}
          </td>
        )}
      </tr>
      {error && <tr><td colSpan={6}><ErrorNote error={error} /></td></tr>}
    </>
  );
}

function Limits({ user, may, onChange }: { user: UserInfo; may: boolean; onChange: (labels: string[]) => void }) {
  const projects = useRead("labeling.list", {});
  const free = (projects.data?.items ?? []).map((one) => plain(one.pipeline)).filter((name) => !user.labels.includes(name));
  return (
    <span className="chips">
      {user.labels.length === 0 && <span className="quiet">all labeling projects</span>}
      {user.labels.map((name) => (
        <span key={name} className="tag">
          <bdi>{name}</bdi>
          {may && user.labels.length > 1 && (
            <button type="button" className="settings-x" aria-label={`Take ${name} from ${user.name}`} onClick={() => { onChange(user.labels.filter((one) => one !== name)); }}>
              <Icon name="cross" size={10} />
            </button>
          )}
        </span>
      ))}
      {may && (free.length > 0 || user.labels.length > 0) && (
        <select className="settings-more" aria-label={`Let ${user.name} into another labeling project`} value="" onChange={(event) => { onChange(event.target.value === "*" ? ["*"] : [...user.labels, event.target.value]); }}>
          <option value="" disabled>{user.labels.length === 0 ? "limit…" : "add…"}</option>
          {free.map((name) => <option key={name}>{name}</option>)}
          {user.labels.length > 0 && <option value="*">all labeling projects</option>}
        </select>
      )}
    </span>
  );
}

function Add({ onDone, onClose }: { onDone: (made: { user: string; token: string }) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState("reader");
  const [labels, setLabels] = useState("");
  const projects = useRead("labeling.list", {});
  const token = useAct("access.create_token", (made) => { onDone(made); });
  const create = useAct("access.create_user", (made) => { token.mutate({ user: made.name }); });
  const error = create.error ?? token.error;
  const wrong = name !== "" && !/^[A-Za-z0-9_-]{1,63}$/.test(name);
  return (
    <form
      className="panel settings-form"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({ name, role, labels: LIMITED.has(role) && labels ? [labels] : [] });
      }}
    >
      <label>
        Name
        <input className="field" autoFocus required value={name} autoComplete="off" spellCheck={false} aria-invalid={wrong} onChange={(event) => { setName(event.target.value); }} />
      </label>
      <label>
        Role
        <select className="field" value={role} onChange={(event) => { setRole(event.target.value); }}>
          {ROLES.map(([one]) => <option key={one}>{one}</option>)}
        </select>
      </label>
      {LIMITED.has(role) && (
        <label>
          Only in
          <select className="field" value={labels} onChange={(event) => { setLabels(event.target.value); }}>
            <option value="">all labeling projects</option>
            {(projects.data?.items ?? []).map((one) => <option key={one.pipeline} value={plain(one.pipeline)}>{plain(one.pipeline)}</option>)}
          </select>
        </label>
      )}
      <span className="settings-words quiet">{wrong ? "A name is made of letters, digits, - and _." : `${role}: ${roleWords(role)}`}</span>
      <span className="settings-acts">
        <Button type="submit" look="main" disabled={name === "" || wrong || create.isPending}>Add {name || "the user"}</Button>
        <Button look="plain" onClick={onClose}>Cancel</Button>
      </span>
      {error && <ErrorNote error={error} />}
    </form>
  );
}
