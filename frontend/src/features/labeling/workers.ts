/** How far to trust a labeler. Pure. */
const Z = 1.96;

/** Right known answers as a share with its Wilson interval (95 %); null when none was shown. */
export function scored(right: number, total: number): { share: string; interval: string } | null {
  if (total <= 0) return null;
  const p = right / total;
  const middle = p + (Z * Z) / (2 * total);
  const reach = Z * Math.sqrt((p * (1 - p)) / total + (Z * Z) / (4 * total * total));
  const whole = 1 + (Z * Z) / total;
  const say = (share: number): string => Math.round(Math.min(1, Math.max(0, share)) * 100).toString();
  return { share: `${say(p)} %`, interval: `${say((middle - reach) / whole)} to ${say((middle + reach) / whole)} %` };
}

/** Banned ones first, then by known answers right, worst first. */
export function byTrust<W extends { state: string; golden_right: number; golden_total: number; worker: string }>(
  workers: readonly W[],
): W[] {
  const share = (worker: W): number => (worker.golden_total ? worker.golden_right / worker.golden_total : 1);
  return [...workers].sort(
    (a, b) =>
      Number(b.state === "banned") - Number(a.state === "banned") || share(a) - share(b) || a.worker.localeCompare(b.worker),
  );
}
