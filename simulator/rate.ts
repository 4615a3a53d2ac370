const SECOND_MS = 1000;

/**
 * How far two clocks and a network may shift calls that were spaced rightly: a window this much shorter than a
 * second is enforced, so that a client that keeps to one call every 500 ms is never refused for jitter.
 */
const TOLERANCE_MS = 50;

/** The most calls one asset got in any one second, and in any one second less the tolerance. */
export type Peak = { maxInOneSecond: number; maxInOneSecondLessTolerance: number };

type Asset = Peak & { allMs: number[]; acceptedMs: number[] };

/** Sliding one-second windows per asset: counts every call, and says which come too fast. */
export class RateWindow {
  readonly #assets = new Map<string, Asset>();

  /** Counts a call; false when it is one too many. Refused calls do not push the window on. */
  take(assetId: string, callsPerSecond: number, nowMs: number): boolean {
    const asset = this.#assets.get(assetId) ?? {
      maxInOneSecond: 0,
      maxInOneSecondLessTolerance: 0,
      allMs: [],
      acceptedMs: [],
    };
    this.#assets.set(assetId, asset);
    dropUntil(asset.allMs, nowMs - SECOND_MS);
    asset.allMs.push(nowMs);
    asset.maxInOneSecond = Math.max(asset.maxInOneSecond, asset.allMs.length);
    const shorter = asset.allMs.filter((at) => at > nowMs - SECOND_MS + TOLERANCE_MS).length;
    asset.maxInOneSecondLessTolerance = Math.max(asset.maxInOneSecondLessTolerance, shorter);
    if (callsPerSecond <= 0) return true;
    dropUntil(asset.acceptedMs, nowMs - SECOND_MS + TOLERANCE_MS);
    if (asset.acceptedMs.length >= callsPerSecond) return false;
    asset.acceptedMs.push(nowMs);
    return true;
  }

  /** Peaks by asset id. */
  peaks(): Record<string, Peak> {
    return Object.fromEntries(
      [...this.#assets].map(([id, { maxInOneSecond, maxInOneSecondLessTolerance }]) => [
        id,
        { maxInOneSecond, maxInOneSecondLessTolerance },
      ]),
    );
  }

  clear(): void {
    this.#assets.clear();
  }
}

function dropUntil(times: number[], untilMs: number): void {
  let old = 0;
  while (old < times.length && (times[old] ?? 0) <= untilMs) old += 1;
  if (old > 0) times.splice(0, old);
}
