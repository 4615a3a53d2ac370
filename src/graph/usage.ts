/** What the usage headers of an answer say. A missing header is unknown, not zero. */
export interface Usage {
  /** The highest of all meters of the asset (page, Instagram account, business), in percent. */
  assetPercent: number | null;
  /** The highest of the app's own meters, in percent: a small pool of its own. */
  appPercent: number | null;
  /** Minutes until calls are welcome again; 0 means "not blocked", not "safe". */
  regainMinutes: number | null;
}

const METERS = ['call_count', 'total_time', 'total_cputime'];

/**
 * Reads `X-App-Usage`, `X-Page-Usage` and `X-Business-Use-Case-Usage`: all elements, the maximum of each.
 * Broken JSON, empty strings, percent signs, repeated keys, values over 100: nothing makes it throw.
 * `X-Ad-Account-Usage` is another family and not read.
 */
export function readUsage(headers: Headers): Usage {
  const app = elementsOf(headers.get('x-app-usage'));
  const page = elementsOf(headers.get('x-page-usage'));
  const business = elementsOf(headers.get('x-business-use-case-usage'));
  const asset = [...page, ...business];
  return {
    assetPercent: highest(asset.flatMap((element) => METERS.map((meter) => numberOf(element[meter])))),
    appPercent: highest(app.flatMap((element) => METERS.map((meter) => numberOf(element[meter])))),
    regainMinutes: highest(asset.map((element) => numberOf(element.estimated_time_to_regain_access))),
  };
}

/** All objects that hold meters, however deep: `{…}`, `{"<id>": [{…}, …], …}`. */
function elementsOf(header: string | null): Record<string, unknown>[] {
  if (header === null) return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(header);
  } catch {
    return [];
  }
  const found: Record<string, unknown>[] = [];
  const visit = (value: unknown, depth: number) => {
    if (typeof value !== 'object' || value === null || depth > 4) return;
    const record = value as Record<string, unknown>;
    if (!Array.isArray(value)) found.push(record);
    for (const inner of Object.values(record)) visit(inner, depth + 1);
  };
  visit(parsed, 0);
  return found;
}

function numberOf(value: unknown): number | null {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' ? Number.parseFloat(value) : Number.NaN;
  return Number.isFinite(number) && number >= 0 ? number : null;
}

function highest(values: (number | null)[]): number | null {
  return values.reduce(
    (high, value) => (value !== null && (high === null || value > high) ? value : high),
    null,
  );
}
