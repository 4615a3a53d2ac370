import type { Failure } from './graph/failure.ts';
import { assetId, type Page } from './page.ts';
import type { Json, Platform } from './types.ts';

/** What the usage headers are made to say; null/absent parts are left to the default, `raw` wins over all. */
export type UsageOverride = {
  app?: Json;
  page?: Json;
  /** Pools of the asset called; each may name another `id`. */
  buc?: Json[];
  /** Header name → exact value, or null to leave that header out. */
  raw?: Record<string, string | null>;
};

/** Percentages rise by one every so many calls and stop well below the 75 % at which clients slow down. */
const CALLS_A_PERCENT = 500;
const HIGHEST_DEFAULT = 40;
const FULL = { call_count: 100, total_cputime: 25, total_time: 100 };

/**
 * The usage headers of an answer. App pool on every answer; the business pool of the page or Instagram account
 * on answers about one. A throttle failure fills the meter it names and says the minutes until access comes back.
 */
export function usageHeaders(
  override: UsageOverride,
  calls: number,
  page: Page | null,
  platform: Platform | null,
  failure: Failure | null,
): Record<string, string> {
  const percent = Math.min(HIGHEST_DEFAULT, 1 + Math.floor(calls / CALLS_A_PERCENT));
  const low = { call_count: percent, total_cputime: percent, total_time: percent };
  const full = failure?.throttle;
  const headers: Record<string, string> = {
    'x-app-usage': JSON.stringify(full === 'app' ? FULL : (override.app ?? low)),
  };
  if (full === 'page' || override.page) {
    headers['x-page-usage'] = JSON.stringify(full === 'page' ? FULL : override.page);
  }
  if (page && platform) {
    headers['x-business-use-case-usage'] = JSON.stringify(
      businessUsage(override, low, assetId(page, platform), platform, full === 'asset' ? failure : null),
    );
  }
  for (const [name, value] of Object.entries(override.raw ?? {})) {
    if (value === null) delete headers[name.toLowerCase()];
    else headers[name.toLowerCase()] = value;
  }
  return headers;
}

function businessUsage(
  override: UsageOverride,
  low: Json,
  asset: string,
  type: Platform,
  throttled: Failure | null,
): Record<string, Json[]> {
  const pools: Record<string, Json[]> = {};
  for (const { id, ...pool } of override.buc ?? [low]) {
    const owner = typeof id === 'string' ? id : asset;
    pools[owner] = [...(pools[owner] ?? []), { type, estimated_time_to_regain_access: 0, ...pool }];
  }
  if (throttled) {
    const minutes = throttled.regainMinutes ?? 0;
    pools[asset] = [{ type, ...FULL, estimated_time_to_regain_access: minutes }];
  }
  return pools;
}
