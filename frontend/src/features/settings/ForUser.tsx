import { useState } from "react";

import { useMay } from "@/api/may";
import { useRead } from "@/api/queries";
import { Button } from "@/ui";

/** Make something for oneself, or (who may make users) for somebody else. */
export function ForUser({ me, verb, busy, onMake }: { me: string; verb: string; busy: boolean; onMake: (user: string) => void }) {
  const users = useRead("access.list_users", {}, { enabled: useMay("access.create_user") });
  const [whose, setWhose] = useState("");
  const user = whose || me;
  return (
    <form
      className="settings-inline"
      onSubmit={(event) => {
        event.preventDefault();
        onMake(user);
      }}
    >
      {users.data && (
        <label>
          For{" "}
          <select className="field" value={user} onChange={(event) => { setWhose(event.target.value); }}>
            {users.data.items.map((one) => <option key={one.name} value={one.name}>{one.display ? `${one.display} (${one.name})` : one.name}</option>)}
          </select>
        </label>
      )}
      <Button type="submit" icon="plus" look="main" disabled={busy}>{verb}</Button>
    </form>
  );
}
