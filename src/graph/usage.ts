/** What the usage headers of an answer say. A missing header is unknown, not zero. */
export interface Usage {
  /** The highest of all meters of the asset (page, Instagram account, business), in percent. */
  assetPercent: number | null;
  /** The highest of the app's own meters, in percent: a small pool of its own. */
  appPercent: number | null;
  /** Minutes until calls for the asset are welcome again; 0 means "not blocked", not "safe". */
  regainMinutes: number | null;
}

const MINUTE = 60_000;

/** Meta's quotas are counted over a day at most: a longer wait is a mistake in the answer. */
export const LONGEST_WAIT_MS = 24 * 60 * MINUTE;

/** Milliseconds until calls for the asset are welcome again; 0 when Meta says so, or nothing. */
export function regainMs(usage: Usage): number {
  return Math.min(LONGEST_WAIT_MS, (usage.regainMinutes ?? 0) * MINUTE);
}

/**
 * Reads `X-App-Usage`, `X-Page-Usage` and `X-Business-Use-Case-Usage`: all elements, the maximum of each.
 * Broken JSON, empty strings, percent signs, repeated keys, values over 100: nothing makes it throw.
 * `X-Ad-Account-Usage` is another family and not read.
 */
export function readUsage(headers: Headers): Usage {
  const app = metersOf(headers.get('x-app-usage'));
  const page = metersOf(headers.get('x-page-usage'));
  const business = metersOf(headers.get('x-business-use-case-usage'));
  return {
    assetPercent: highest([...page.percents, ...business.percents]),
    appPercent: highest(app.percents),
    regainMinutes: highest([...page.regains, ...business.regains]),
  };
}

const METER =
  /"(call_count|total_time|total_cputime|estimated_time_to_regain_access)"\s*:\s*"?(\d+(?:\.\d+)?(?:e\d+)?)/g;

/** Every meter in the text of a header: parsing would keep only the last of keys that repeat. */
function metersOf(header: string | null): { percents: number[]; regains: number[] } {
  const found: { percents: number[]; regains: number[] } = { percents: [], regains: [] };
  if (header === null || !isJson(header)) return found;
  for (const [, name, digits] of header.matchAll(METER)) {
    const into = name === 'estimated_time_to_regain_access' ? found.regains : found.percents;
    into.push(Number(digits));
  }
  return found;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function highest(values: number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}
