import type { SliceEnd } from '../src/contract/slice.ts';
import type { GraphErrorKind } from '../src/contract/sync-error.ts';
import type { GraphError } from '../src/graph/index.ts';

/** How a Graph error ends a slice; `transient` depends on how often it has happened. */
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

/** First wait after a failure of Graph, doubled with every further one, and the longest, in milliseconds. */
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;

/**
 * Why a slice ends that met a Graph error, and until when to wait (epoch milliseconds).
 *
 * @param failures slices in a row, this one included, that Graph let fail without anything being stored
 */
export function sliceEndOf(
  error: GraphError,
  failures: number,
  maxFailures: number,
): { why: SliceEnd; untilMs: number | null } {
  if (error.kind !== 'transient') return { why: ENDS[error.kind], untilMs: error.untilMs };
  if (failures >= maxFailures) return { why: 'unavailable', untilMs: null };
  const backoffMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
  return { why: 'transient', untilMs: Date.now() + backoffMs };
}
