/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** The value below which `part` (0 to 1) of the values lie, by the nearest rank. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

/**
 * Repeats the runs in turn, so that whatever else the machine does meets all of them.
 *
 * @returns the median of each
 */
export async function alternate<K extends string>(
  times: number,
  runs: Record<K, () => Promise<number>>,
): Promise<Record<K, number>> {
  const entries = Object.entries(runs) as [K, () => Promise<number>][];
  const values = new Map<K, number[]>(entries.map(([name]) => [name, []]));
  for (let n = 0; n < times; n++) {
    for (const [name, run] of entries) values.get(name)?.push(await run());
  }
  return Object.fromEntries(entries.map(([name]) => [name, median(values.get(name) ?? [])])) as Record<
    K,
    number
  >;
}
