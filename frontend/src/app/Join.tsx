import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { ApiError, type UserInfo } from "@/api/client";
import { join, lookAtInvite } from "@/api/invites";
import { plain } from "@/lib/format";
import { Button, ErrorNote, Loading } from "@/ui";

/** Where a labeler (or reviewer) goes first. */
function startOf(role: string, pipeline: string): string {
  return role === "labeler" ? `/label/${encodeURIComponent(plain(pipeline))}` : `/labeling/${encodeURIComponent(plain(pipeline))}`;
}

/** The page of an invite: say who you are and begin. `me` is who uses this browser already. */
export function Join({ invite, me }: { invite: string; me: UserInfo | null }) {
  const look = useQuery({
    queryKey: ["invite"],
    queryFn: ({ signal }) => lookAtInvite(invite, signal),
    retry: false,
    staleTime: Infinity,
  });
  const [name, setName] = useState("");
  const [joining, setJoining] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  if (look.isPending) return <Loading what="Looking at your invite…" />;
  if (look.error)
    return (
      <main className="alone">
        <h1>This invite does not work</h1>
        <ErrorNote error={look.error instanceof ApiError ? look.error : { message: String(look.error) }} />
        {me && <p><a href="/">Go on as {me.display || me.name}</a></p>}
      </main>
    );
  const { pipeline, role } = look.data;
  const project = plain(pipeline);
  const already = me !== null && me.labels.some((one) => plain(one) === project);
  return (
    <main className="alone">
      <img src="/leaf.svg" width={40} height={40} alt="" />
      <h1>{role === "reviewer" ? "Help to review" : "Help to label"} <bdi>{project}</bdi></h1>
      <p className="quiet">
        {role === "reviewer"
          ? "You will see what others said about each item, and decide."
          : "You will be shown one item after the other. Say what you see; the guidelines stand beside it. Say so when you are unsure."}
      </p>
      {already && (
        <p>
          You joined in this browser as <bdi>{me.display || me.name}</bdi>. <a href={startOf(role, pipeline)}>Go on as <bdi>{me.display || me.name}</bdi></a>
        </p>
      )}
      {me && !already && (
        <p className="quiet">
          This browser is in use as <bdi>{me.display || me.name}</bdi> ({me.role}). Joining takes its place here; its token stays valid.
        </p>
      )}
      {error && <ErrorNote error={error} />}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setJoining(true);
          join(invite, name).then(
            (joined) => { window.location.replace(startOf(joined.role, joined.pipeline)); },
            (found: unknown) => {
              setJoining(false);
              if (found instanceof ApiError) setError(found);
            },
          );
        }}
      >
        <label htmlFor="display">Your name, as others shall see it</label>
        <input
          id="display"
          className="field"
          autoComplete="nickname"
          autoFocus
          required
          maxLength={60}
          value={name}
          onChange={(event) => { setName(event.target.value); }}
        />
        <Button type="submit" look="main" disabled={joining || name.trim() === ""}>
          {joining ? "Joining…" : already ? "Join as someone else" : "Join and begin"}
        </Button>
      </form>
      <p className="faint">
        Your name is seen by those who run this; published answers carry a number instead. This browser stays logged in for 30 days.
      </p>
    </main>
  );
}
