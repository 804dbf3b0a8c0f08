import { useQuery, useQueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { ApiError, type UserInfo, call } from "@/api/client";
import { logIn } from "@/api/session";
import { ErrorNote, Loading } from "@/ui";

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
