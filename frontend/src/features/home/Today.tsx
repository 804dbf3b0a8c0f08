import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";

import { type ApiError, type JobInfo, call } from "@/api/client";
import { useRead } from "@/api/queries";
import { useNow } from "@/lib/clock";
import { count, duration, moneys, startOfDay } from "@/lib/format";
import { Facts } from "@/ui";

const MOST = 3000;
/** What a run can still change from. */
const GOING: ReadonlySet<string> = new Set(["created", "running"]);

interface Runs {
  runs: readonly JobInfo[];
  /** Whether these are all of the day. */
  all: boolean;
}

/** What today cost: computing, from today's runs, read again when the news tell of one; pay is counted since the start, as the ledger keeps it. */
export function Today() {
  const day = startOfDay(useNow());
  const known = useRef<Runs>({ runs: [], all: true });
  const runs = useQuery<Runs, ApiError>({
    queryKey: ["today", day],
    queryFn: async ({ signal }) => (known.current = await runsSince(day, known.current, signal)),
  });
  const labelings = useRead("labeling.list", {});
  if (!runs.data) return null;
  const cpu = runs.data.runs.reduce((sum, run) => sum + run.cpu_s, 0);
  const again = runs.data.runs.reduce((sum, run) => sum + run.reused, 0);
  const paid = moneys((labelings.data?.items ?? []).map(({ spent, currency }) => ({ amount: spent, currency: currency ?? "" })));
  const least = runs.data.all ? "" : "at least ";
  return (
    <Facts
      facts={[
        ["Runs today", `${least}${count(runs.data.runs.length)}`],
        ["Computing today", `${least}${duration(cpu * 1000)}`],
        ["Items reused today", count(again)],
        paid ? ["Paid for labels, in all", paid] : null,
      ]}
    />
  );
}

/** Read the runs of a day, newest first, down to those that are known and over. */
async function runsSince(day: number, known: Runs, signal: AbortSignal): Promise<Runs> {
  const before = known.runs.filter((run) => run.created_ms >= day);
  const oldestGoing = before.findLastIndex((run) => GOING.has(run.state));
  const places = new Map(before.map((run, index) => [run.id, index]));
  const runs: JobInfo[] = [];
  let after: string | null | undefined;
  while (runs.length < MOST) {
    const page = await call("jobs.list", { limit: before.length > 0 ? 100 : 1000, ...(after ? { after } : {}) }, signal);
    for (const run of page.items) {
      if (run.created_ms < day) return { runs, all: true };
      const place = places.get(run.id) ?? -1;
      if (place > oldestGoing) return { runs: [...runs, ...before.slice(place)], all: known.all };
      runs.push(run);
    }
    after = page.next;
    if (!after) return { runs, all: true };
  }
  return { runs, all: false };
}
