/** Sizes, counts and times in words. */

const UNITS = ["B", "KB", "MB", "GB", "TB", "PB"];

/** Return a size like "1.3 MB" (thousands, as file managers say it). */
export function sizeWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit] ?? ""}`;
}

/** Return "1 file", "1,204 files". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

/** Return how long ago a time was: "just now", "12 min ago", "3 days ago". */
export function agoWords(then: number, now: number): string {
  const seconds = Math.max(0, (now - then) / 1000);
  if (seconds < 45) return "just now";
  if (seconds < 3570) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86_400 * 0.98) return `${Math.round(seconds / 3600)} h ago`;
  const days = Math.round(seconds / 86_400);
  if (days < 45) return days === 1 ? "yesterday" : `${days} days ago`;
  return days < 540 ? `${Math.round(days / 30)} months ago` : `${Math.round(days / 365)} years ago`;
}

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
