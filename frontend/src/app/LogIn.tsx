import { useState } from "react";

import { ApiError } from "@/api/client";
import { logIn } from "@/api/session";
import { Button, ErrorNote } from "@/ui";

/** The way in without a link: a token, pasted. */
export function LogIn({ refused, onDone }: { refused: ApiError | null; onDone: () => void }) {
  const [token, setToken] = useState("");
  const [error, setError] = useState<ApiError | null>(refused);
  return (
    <main className="alone">
      <img src="/leaf.svg" width={40} height={40} alt="" />
      <h1>Open Tilth</h1>
      <p className="quiet">
        Use the link that <code>tilth up</code> printed at its first start, or paste your token here. Whoever looks
        after the workspace makes one with <code>tilth user token NAME</code>.
      </p>
      {error && <ErrorNote error={error} />}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const bare = token.trim().split("token=").pop() ?? "";
          logIn(bare).then(onDone, (found: unknown) => {
            if (found instanceof ApiError) setError(found);
          });
        }}
      >
        <label htmlFor="token">Token or link</label>
        <input
          id="token"
          className="field"
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          value={token}
          onChange={(event) => { setToken(event.target.value); }}
        />
        <Button type="submit" look="main">
          Open the workspace
        </Button>
      </form>
    </main>
  );
}
