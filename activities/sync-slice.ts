import { ApplicationFailure, activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import type { SliceEnd, SyncSliceInput, SyncSliceResult } from '../src/contract/slice.ts';
import { FAILURE_TYPES, type GraphErrorKind } from '../src/contract/sync-error.ts';
import { type GraphClient, GraphError } from '../src/graph/index.ts';
import type { Store } from '../src/store/index.ts';
import { createPageReader } from './page-reader.ts';
import { fullPageSize } from './page-size.ts';
import { type WalkState, walkPages } from './walk-pages.ts';

export interface SyncSliceDeps {
  store: Store;
  graph: GraphClient;
  /** How long a slice goes on asking for further pages, in milliseconds. */
  sliceMs: number;
  /** Attempts without any progress after which Graph counts as unavailable. */
  maxAttempts: number;
}

/** How an error that was expected ends a slice; those that are absent here are thrown. */
const ENDS: Partial<Record<GraphErrorKind, SliceEnd>> = {
  throttle: 'throttled',
  blocked: 'blocked',
  auth: 'token',
  permission: 'permission',
  gone: 'gone',
  bad_request: 'bad_request',
  shrink: 'too_much_data',
};

/** Often enough that a cancel reaches a slice that waits for Graph. */
const HEARTBEAT_MS = 1000;

/**
 * Two seconds of one platform's walk: fetches page after page and stores each, the next being fetched while one
 * is stored. Goes on from the last row of `sync_batches`, so an attempt that is repeated, comes late, or runs
 * beside a forgotten one adds nothing twice and fetches nothing again that was stored.
 *
 * A cancel, and the worker's shutdown, abort the call in hand; what was stored is reported as usual.
 *
 * @throws ApplicationFailure `GraphTransient` (retried) and, after `maxAttempts`, `GraphUnavailable`; database
 *   errors as they are (retried)
 */
export function createSyncSlice(deps: SyncSliceDeps) {
  return async function syncSlice(input: SyncSliceInput): Promise<SyncSliceResult> {
    const signal = cancellationSignal();
    const { batches, pages, lifecycle } = deps.store;
    const beat = setInterval(() => heartbeat(), HEARTBEAT_MS);
    try {
      const credentials = await pages.credentials(input.pageId);
      const own = new Set([credentials.facebookPageId, credentials.instagramAccountId ?? '']);
      if (input.restartAfterSeq !== null) {
        await batches.restart(input.jobId, input.platform, input.restartAfterSeq);
      }
      const state: WalkState = {
        position: await batches.position(input.jobId, input.platform),
        job: await batches.progress(input.jobId),
        pageSize: input.pageSize ?? fullPageSize(input.platform, input.messageDepth),
        advanced: false,
      };
      const end = (why: SliceEnd, error: GraphError | null): SyncSliceResult => ({
        why,
        untilMs: error?.untilMs ?? null,
        seq: state.position.seq,
        fetched: state.position.fetched,
        pageSize: state.pageSize,
        job: state.job,
        advanced: state.advanced,
        error: error?.toSyncError() ?? null,
      });
      const reader = (pageSignal: AbortSignal) =>
        createPageReader(deps.graph, credentials, input.platform, pageSignal);
      try {
        const why = await walkPages(input, own, state, batches, reader, Date.now() + deps.sliceMs, signal);
        return end(why, null);
      } catch (error) {
        if (signal.aborted) return end('time', null);
        if (!(error instanceof GraphError)) throw error;
        if (error.kind === 'auth' && !(await pages.markTokenDead(input.pageId, credentials.encryptedToken))) {
          return end('time', null);
        }
        await lifecycle.noteError(input.jobId, error.toSyncError());
        const why = ENDS[error.kind];
        if (why !== undefined) return end(why, error);
        // an attempt that got on is a success; only standing still uses attempts up
        if (state.advanced) return end('time', error);
        throw transientFailure(error, activityInfo().attempt >= deps.maxAttempts);
      }
    } finally {
      clearInterval(beat);
    }
  };
}

function transientFailure(error: GraphError, last: boolean): ApplicationFailure {
  return last
    ? ApplicationFailure.nonRetryable(error.message, FAILURE_TYPES.graphUnavailable, error.toSyncError())
    : ApplicationFailure.retryable(error.message, FAILURE_TYPES.graphTransient, error.toSyncError());
}
