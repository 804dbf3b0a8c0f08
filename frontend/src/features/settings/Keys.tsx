import { useState } from "react";

import type { Schemas } from "@/api/client";
import { useRole } from "@/api/may";
import { useAct, useRead } from "@/api/queries";
import { ConfirmButton, Empty, ErrorNote, Loading, Section, When } from "@/ui";

import { ForUser } from "./ForUser";
import { Secret } from "./Secret";

/** Key pairs for programs that speak S3. */
export function Keys() {
  const role = useRole();
  const keys = useRead("keys.list", {});
  const me = useRead("access.me", {});
  const [shown, setShown] = useState<Schemas["S3KeyInfo"] | null>(null);
  const create = useAct("keys.create", setShown);
  const revoke = useAct("keys.revoke");
  if (keys.error) return <ErrorNote error={keys.error} retry={() => void keys.refetch()} />;
  if (!keys.data || !me.data) return <Loading what="Reading the keys…" />;
  const error = create.error ?? revoke.error;
  return (
    <Section title={`S3 keys (${keys.data.items.length})`}>
      <p className="quiet settings-prose">
        Programs that speak S3 sign with a key pair. This version keeps the keys; the S3 door itself is not built yet, so nothing
        answers them today.
      </p>
      <details className="more">
        <summary>How secrets are kept</summary>
        <p className="quiet settings-prose">
          They are stored nowhere: each is derived from its key’s id with a key file in the workspace’s folder (s3.key, readable by
          the server’s user only). Without that file all keys must be made anew.
        </p>
      </details>
      <ForUser me={me.data.name} verb="Make a key pair" busy={create.isPending} onMake={(user) => { create.mutate({ user }); }} />
      {error && <ErrorNote error={error} />}
      {shown && (
        <Secret
          title={`A key pair of ${shown.user}`}
          parts={[["Access key", shown.id], ["Secret key", shown.secret]]}
          hint="The secret is shown this once."
          onClose={() => { setShown(null); }}
        />
      )}
      {keys.data.items.length === 0 ? (
        <div className="panel"><Empty title="No keys yet"><p>Make a pair for each program that shall speak S3.</p></Empty></div>
      ) : (
        <div className="panel table-wrap">
          <table className="table settings-table">
            <thead><tr><th>Access key</th><th>User</th><th>Made</th><th><span className="offscreen">Acts</span></th></tr></thead>
            <tbody>
              {keys.data.items.map((key) => (
                <tr key={key.id}>
                  <td className="mono">{key.id}</td>
                  <td><bdi>{key.user}</bdi></td>
                  <td><When ms={key.created_ms} /></td>
                  <td className="settings-acts">
                    {(role === "owner" || key.user === me.data.name) && (
                      <ConfirmButton small question="End this key pair for good?" verb="End it" onConfirm={() => { revoke.mutate({ key_id: key.id }); }}>
                        End…
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
