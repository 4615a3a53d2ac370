/** The latest of some times, ISO 8601; `null` when there is none. */
export function latest(times: readonly (string | null | undefined)[]): string | null {
  const known = times.filter((iso) => iso !== null && iso !== undefined);
  return known.reduce<string | null>(
    (last, iso) => (last === null || Date.parse(iso) > Date.parse(last) ? iso : last),
    null,
  );
}
