/** Clock times, what is left, and what a version took, in words. */

import { bytes } from "@/lib/format";

/** Return the clock time, with the day when it is not today's. */
export function clockWords(at: number, now: number): string {
  const time = new Date(at);
  const today = new Date(now);
  const clock = `${String(time.getHours()).padStart(2, "0")}:${String(time.getMinutes()).padStart(2, "0")}`;
  if (time.toDateString() === today.toDateString()) return clock;
  const day = time.toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    ...(time.getFullYear() === today.getFullYear() ? {} : { year: "numeric" }),
  });
  return `${day} ${clock}`;
}

/** Return a rest like "about 2 min left"; "" when nothing can be said yet. */
export function leftWords(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "";
  if (seconds < 5) return "a few seconds left";
  if (seconds < 90) return `about ${Math.round(seconds / 5) * 5} s left`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min left`;
  return `about ${Math.round(seconds / 3600)} h left`;
}

/** Return what the files of a version are together and what they took on disk; "" where it put none or nobody counted. */
export function storedWords(counts: { put: number; stored?: number | null } | null | undefined): string {
  if (!counts || counts.put === 0) return "";
  if (counts.stored == null) return `${bytes(counts.put)} of files`;
  return `${bytes(counts.put)} of files, ${counts.stored === 0 ? "all stored before" : `${bytes(counts.stored)} on disk`}`;
}
