import { useQuery } from "@tanstack/react-query";

import { type ApiError, type JobInfo, call } from "@/api/client";
import { useRead } from "@/api/queries";
import { useNow } from "@/lib/clock";
import { count, duration, money, startOfDay } from "@/lib/format";
import { Facts } from "@/ui";

const MOST = 3000;

/** What today cost: computing, from today's runs; pay is counted since the start, as the ledger keeps it. */
export function Today() {
  const day = startOfDay(useNow());
  const runs = useQuery<{ runs: JobInfo[]; all: boolean }, ApiError>({
    queryKey: ["today", day],
    queryFn: ({ signal }) => runsSince(day, signal),
    refetchInterval: 15_000,
  });
  const labelings = useRead("labeling.list", {});
  if (!runs.data) return null;
  const cpu = runs.data.runs.reduce((sum, run) => sum + run.cpu_s, 0);
  const again = runs.data.runs.reduce((sum, run) => sum + run.reused, 0);
  const paid = labelings.data?.items.reduce((sum, labeling) => sum + labeling.spent, 0) ?? 0;
  const least = runs.data.all ? "" : "at least ";
  return (
    <Facts
      facts={[
        ["Runs today", `${least}${count(runs.data.runs.length)}`],
        ["Computing today", `${least}${duration(cpu * 1000)}`],
        ["Items reused today", count(again)],
        paid > 0 ? ["Paid for labels, in all", money(paid)] : null,
      ]}
    />
  );
}

async function runsSince(ms: number, signal: AbortSignal): Promise<{ runs: JobInfo[]; all: boolean }> {
  const runs: JobInfo[] = [];
  let after: string | null | undefined;
  while (runs.length < MOST) {
    const page = await call("jobs.list", { limit: 1000, ...(after ? { after } : {}) }, signal);
    for (const run of page.items) {
      if (run.created_ms < ms) return { runs, all: true };
      runs.push(run);
    }
    after = page.next;
    if (!after) return { runs, all: true };
  }
  return { runs, all: false };
}
