import { useNow } from "@/lib/clock";
import { ago } from "@/lib/format";
import { Button, ErrorNote } from "@/ui";

import type { Acts } from "./useActs";

/** What was just done, with its way back. */
export function ActsBar({ acts }: { acts: Acts }) {
  const now = useNow();
  const { note, busy } = acts;
  if (!note && !busy) return null;
  if (note?.error && !busy)
    return (
      <div className="acts-bar">
        <ErrorNote error={note.error} />
        <Button small look="plain" icon="cross" aria-label="Close this note" onClick={acts.closeNote} />
      </div>
    );
  return (
    <div className="acts-bar" role="status">
      {busy ? (
        <>
          <span className="spinner" aria-hidden /> {busy}
        </>
      ) : (
        note && (
          <>
            <span className="words">
              <bdi>{note.words}</bdi>
              {note.commit !== null && <span className="quiet"> · saved by you {ago(note.at_ms, Math.max(now, note.at_ms))}</span>}
            </span>
            {note.commit !== null && (
              <Button small onClick={() => { if (note.commit !== null) void acts.undo(note.commit); }} title="Take it back (z)">
                undo
              </Button>
            )}
            <Button small look="plain" icon="cross" aria-label="Close this note" onClick={acts.closeNote} />
          </>
        )
      )}
    </div>
  );
}
