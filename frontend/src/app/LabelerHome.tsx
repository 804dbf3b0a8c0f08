import { useRead } from "@/api/queries";
import { logOut } from "@/api/session";
import { counted, plain } from "@/lib/format";
import { Button, ErrorNote, Loading } from "@/ui";

/** A labeler's first page: its labeling projects, and nothing else of the workspace. */
export function LabelerHome({ name }: { name: string }) {
  const listed = useRead("labeling.list", {}, { every: 10_000 });
  return (
    <main className="alone" id="main">
      <h1>Hello <bdi>{name}</bdi></h1>
      {listed.error ? (
        <ErrorNote error={listed.error} retry={() => void listed.refetch()} />
      ) : !listed.data ? (
        <Loading what="Looking for your tasks…" />
      ) : listed.data.items.length === 0 ? (
        <p className="quiet">There is nothing for you to label now. Ask whoever invited you; this page will show it without a reload.</p>
      ) : (
        <ul className="rows panel">
          {listed.data.items.map((it) => (
            <li key={it.pipeline}>
              <a className="row" href={`/label/${encodeURIComponent(plain(it.pipeline))}`}>
                <span className="words">
                  <strong><bdi>{plain(it.pipeline)}</bdi></strong>
                  <span className="quiet"> {it.open > 0 ? `${counted(it.open, "item")} to label` : "all done for now"}</span>
                </span>
                <span className="verb">{it.open > 0 ? "Label" : "Look"}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
      <div>
        <Button onClick={() => { void logOut().then(() => { window.location.assign("/"); }); }}>Log out of this browser</Button>
      </div>
    </main>
  );
}
