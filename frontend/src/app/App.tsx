import { useQuery, useQueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { ApiError, type UserInfo, call } from "@/api/client";
import { logIn } from "@/api/session";
import { ErrorNote, Loading } from "@/ui";

import { Join } from "./Join";
import { LogIn } from "./LogIn";
import { router } from "./router";

/** Whoever comes with a link, an invite or an open session gets in; others are told how to. */
export function App({ token, invite }: { token: string | null; invite: string | null }) {
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
  if (invite !== null) return <Join invite={invite} me={me.data ?? null} />;
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
