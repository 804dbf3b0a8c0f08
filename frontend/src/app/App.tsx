import { useQuery, useQueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { ApiError, type UserInfo, call } from "@/api/client";
import { logIn, logOut } from "@/api/session";
import { Button, ErrorNote, Loading } from "@/ui";

import { LogIn } from "./LogIn";
import { router } from "./router";

/** Whoever comes with a link or an open session sees the console; others are told how to get in. */
export function App({ token }: { token: string | null }) {
  const cache = useQueryClient();
  const [refused, setRefused] = useState<ApiError | null>(null);
  const [entering, setEntering] = useState(token !== null);
  useEffect(() => {
    if (token === null) return;
    logIn(token)
      .catch((error: unknown) => {
        if (error instanceof ApiError) setRefused(error);
      })
      .finally(() => { setEntering(false); });
  }, [token]);
  const me = useQuery<UserInfo, ApiError>({
    queryKey: ["access.me", {}],
    queryFn: ({ signal }) => call("access.me", {}, signal),
    enabled: !entering,
    staleTime: Infinity,
  });
  if (entering || me.isPending) return <Loading what="Opening the workspace…" />;
  if (me.data?.role === "labeler" && !refused) return <Labeler name={me.data.name} />;
  if (me.data && !refused) return <RouterProvider router={router} />;
  if (me.error && me.error.status !== 401)
    return (
      <main className="alone">
        <ErrorNote error={me.error} retry={() => void me.refetch()} />
      </main>
    );
  return (
    <LogIn
      refused={refused}
      onDone={() => {
        setRefused(null);
        void cache.invalidateQueries();
      }}
    />
  );
}

/** Labelers answer tasks and may see nothing else of the workspace. */
function Labeler({ name }: { name: string }) {
  return (
    <main className="alone">
      <h1>Hello {name}</h1>
      <p className="quiet">
        Your token is for labeling only, so there is nothing here for you to see. Ask whoever sent it where to label; to look
        around the workspace, ask an owner for the role reader.
      </p>
      <div>
        <Button onClick={() => { void logOut().then(() => { window.location.assign("/"); }); }}>Log out of this browser</Button>
      </div>
    </main>
  );
}
