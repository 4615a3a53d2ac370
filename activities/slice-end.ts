import type { SliceEnd, SliceInput } from '../src/contract/slice.ts';
import type { GraphErrorKind } from '../src/contract/sync-error.ts';
import { GraphError } from '../src/graph/index.ts';

/** How a Graph error ends a slice; `transient` depends on how long it has gone on. */
const ENDS: Record<Exclude<GraphErrorKind, 'transient'>, SliceEnd> = {
  throttle: 'throttled',
  blocked: 'blocked',
  auth: 'token',
  permission: 'permission',
  gone: 'gone',
  bad_request: 'bad_request',
  // the page reader has asked for less and less before it lets this through
  shrink: 'too_much_data',
};

/** First wait after a failure, doubled with every further one, and the longest, in milliseconds. */
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;

/**
 * Why a slice ends that met an error, and until when to wait (epoch milliseconds). Failures are not counted but timed:
 * a job that gets on never dies of how often it was held up; one that stands still for `standstillMs` is given up.
 *
 * @param advanced whether the slice has stored anything before it failed
 */
export function sliceEndOf(
  error: unknown,
  before: Pick<SliceInput, 'failures' | 'stuckSinceMs'>,
  advanced: boolean,
  standstillMs: number,
): { why: SliceEnd; untilMs: number | null } {
  if (error instanceof GraphError && error.kind !== 'transient') {
    return { why: ENDS[error.kind], untilMs: error.untilMs };
  }
  const now = Date.now();
  const failures = advanced ? 0 : before.failures;
  const stuckSinceMs = advanced ? null : before.stuckSinceMs;
  if (stuckSinceMs !== null && now - stuckSinceMs >= standstillMs)
    return { why: 'unavailable', untilMs: null };
  const backoffMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures);
  return { why: 'transient', untilMs: now + backoffMs };
}
