/** Numbers, times and names as people read them. */

const WHOLE = new Intl.NumberFormat("en");

/** 1234 → "1,234". */
export function count(value: number): string {
  return WHOLE.format(value);
}

/** "1 item", "1,234 items". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** 0.9712 → "97.1 %". */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** 1536 → "1.5 KB". */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  const units = ["KB", "MB", "GB", "TB", "PB"];
  let value = size;
  let unit = -1;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** 0.004 s → "4 ms", 75 s → "1 min 15 s". */
export function duration(ms: number): string {
  if (ms > 0 && ms < 0.5) return "< 1 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  // Rounded before it is divided: 179.6 s are 3 min 0 s.
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long ago, in words: "now", "4 min ago", "yesterday 12:04", "3 Mar 12:04". */
export function ago(ms: number, now: number): string {
  const seconds = Math.round((now - ms) / 1000);
  if (seconds < 10) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const then = new Date(ms);
  const clock = then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const days = Math.round((startOfDay(now) - startOfDay(ms)) / 86_400_000);
  if (days === 0) return clock;
  if (days === 1) return `yesterday ${clock}`;
  const year = then.getFullYear() === new Date(now).getFullYear() ? "" : ` ${then.getFullYear()}`;
  return `${then.getDate()} ${then.toLocaleString("en-GB", { month: "short" })}${year} ${clock}`;
}

/** The full moment, for titles. */
export function moment(ms: number): string {
  return new Date(ms).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "medium" });
}

/** The first milliseconds of the day of a moment, in the reader's time zone. */
export function startOfDay(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** 1234.5 → "1,234.50 EUR"; the number alone where the project names no currency. */
export function money(value: number, currency: string | null | undefined = ""): string {
  const amount = value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return currency ? `${amount}\u00a0${currency}` : amount;
}

/** What several projects cost, by currency: "67.35 EUR + 3.00 $". */
export function moneys(amounts: readonly { amount: number; currency: string }[]): string {
  const sums = new Map<string, number>();
  for (const { amount, currency } of amounts) if (amount > 0) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  return [...sums].map(([currency, amount]) => money(amount, currency)).join(" + ");
}

/** The part of an id that people compare. */
export function short(id: string): string {
  return id.slice(0, 12);
}

/** Who made a version, in words: "pipeline default/train" → "pipeline train". */
export function authorName(author: string): string {
  return author.startsWith("pipeline ") ? `pipeline ${plain(author.slice("pipeline ".length))}` : plain(author);
}

/** "default/scans" → "scans"; other projects keep their name. */
export function plain(name: string): string {
  return name.startsWith("default/") ? name.slice("default/".length) : name;
}

/** Which guidelines: "version 3"; those that nobody numbered have a checksum, which says nothing to people. */
export function guidelinesWords(version: string): string {
  return /^(?=.*[a-f])[0-9a-f]{8}$/.test(version) ? "without a number" : `version ${version}`;
}
