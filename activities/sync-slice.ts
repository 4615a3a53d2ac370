import { ApplicationFailure, activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import type { SyncSliceInput, SyncSliceResult } from '../src/contract/slice.ts';
import { FAILURE_TYPES } from '../src/contract/sync-error.ts';
import { type GraphClient, GraphError } from '../src/graph/index.ts';
import { isDatabaseAway, type PageCredentials, type Store, UnreadableToken } from '../src/store/index.ts';
import { createPageReader } from './page-reader.ts';
import { fullPageSize } from './page-size.ts';
import { sliceEndOf } from './slice-end.ts';
import { type WalkState, walkPages } from './walk-pages.ts';

export interface SyncSliceDeps {
  store: Store;
  graph: GraphClient;
  /** How long a slice goes on asking for further pages, in milliseconds. */
  sliceMs: number;
  /** Failures in a row without any progress after which a platform is given up. */
  maxAttempts: number;
}

/** Often enough that a cancel reaches a slice that waits for Graph. */
const HEARTBEAT_MS = 1000;

/**
 * Two seconds of one platform's walk: fetches page after page and stores each, the next being fetched while one
 * is stored. Goes on from the last row of `sync_batches`, so an attempt that is repeated, comes late, or runs
 * beside a forgotten one adds nothing twice and fetches nothing again that was stored.
 *
 * A cancel, and the worker's shutdown, abort the call in hand; what was stored is reported as usual. Whatever Graph
 * does is a value; the wait after it is the workflow's, where it can be seen, paused and cancelled.
 *
 * @throws database errors, retried until the database is there; anything else that nobody expected, after
 *   `maxAttempts` as ApplicationFailure `Internal`
 */
export function createSyncSlice(deps: SyncSliceDeps) {
  return async function syncSlice(input: SyncSliceInput): Promise<SyncSliceResult> {
    const signal = cancellationSignal();
    const beat = setInterval(() => heartbeat(), HEARTBEAT_MS);
    try {
      return await walkSlice(deps, input, signal);
    } catch (error) {
      if (isDatabaseAway(error) || activityInfo().attempt < deps.maxAttempts) throw error;
      const detail = error instanceof Error ? error.message : String(error);
      throw ApplicationFailure.nonRetryable(detail, FAILURE_TYPES.internal);
    } finally {
      clearInterval(beat);
    }
  };
}

async function walkSlice(
  deps: SyncSliceDeps,
  input: SyncSliceInput,
  signal: AbortSignal,
): Promise<SyncSliceResult> {
  const { batches, pages, lifecycle } = deps.store;
  if (input.restartAfterSeq !== null) {
    await batches.restart(input.jobId, input.platform, input.restartAfterSeq);
  }
  const state: WalkState = {
    position: await batches.position(input.jobId, input.platform),
    job: await batches.progress(input.jobId),
    pageSize: input.pageSize ?? fullPageSize(input.platform, input.messageDepth),
    advanced: false,
  };
  const result = () => ({
    seq: state.position.seq,
    fetched: state.position.fetched,
    pageSize: state.pageSize,
    job: state.job,
    advanced: state.advanced,
  });
  const goOn = (): SyncSliceResult => ({ ...result(), why: 'time', untilMs: null, error: null });
  let credentials: Pick<PageCredentials, 'encryptedToken'> | null = null;
  try {
    const readable = await pages.credentials(input.pageId);
    credentials = readable;
    const own = new Set([readable.facebookPageId, readable.instagramAccountId ?? '']);
    const reader = (pageSignal: AbortSignal) =>
      createPageReader(deps.graph, readable, input.platform, pageSignal);
    const why = await walkPages(input, own, state, batches, reader, Date.now() + deps.sliceMs, signal);
    return { ...goOn(), why };
  } catch (thrown) {
    if (signal.aborted) return goOn();
    if (thrown instanceof UnreadableToken) credentials = thrown;
    const error =
      thrown instanceof UnreadableToken ? new GraphError('auth', { detail: thrown.message }) : thrown;
    if (!(error instanceof GraphError)) throw error;
    if (error.kind === 'auth' && credentials !== null) {
      const dead = await pages.markTokenDead(input.pageId, credentials.encryptedToken);
      // the page was connected anew while this slice ran
      if (!dead) return goOn();
    }
    const syncError = error.toSyncError();
    await lifecycle.noteError(input.jobId, syncError);
    // a slice that got on is no failure: only standing still counts
    const failures = state.advanced ? 1 : input.failures + 1;
    return { ...result(), ...sliceEndOf(error, failures, deps.maxAttempts), error: syncError };
  }
}
