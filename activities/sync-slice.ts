import type { SyncSliceInput, SyncSliceResult } from '../src/contract/slice.ts';
import { lookForNews } from './look-for-news.ts';
import { createListReader, createPageReader } from './page-reader.ts';
import { fullPageSize } from './page-size.ts';
import { runSlice, type SliceContext, type SliceDeps, type WorkEnd } from './run-slice.ts';
import { type WalkState, walkPages } from './walk-pages.ts';

/** What a slice meant that was scheduled before there was anything but full syncs: it may reach a newer worker. */
const BEFORE_SELECTIONS = {
  mode: 'full',
  stopBelow: null,
  lookFirst: false,
  until: null,
  unreadOnly: false,
  listed: false,
  walkedOnly: false,
  refresh: false,
  stuckSinceMs: null,
} as const satisfies Partial<SyncSliceInput>;

/**
 * Two seconds of one platform's walk: fetches page after page and stores each, the next being fetched while one
 * is stored. Goes on from the last row of `sync_batches`, so an attempt that is repeated, comes late, or runs
 * beside a forgotten one adds nothing twice and fetches nothing again that was stored.
 *
 * @throws database errors, retried until the database is there
 */
export function createSyncSlice(deps: SliceDeps) {
  return async function syncSlice(given: SyncSliceInput): Promise<SyncSliceResult> {
    const input = { ...BEFORE_SELECTIONS, ...given };
    const { batches } = deps.store;
    if (input.restartAfterSeq !== null) {
      await batches.restart(input.jobId, input.platform, input.restartAfterSeq);
    }
    const state: WalkState = {
      position: await batches.position(input.jobId, input.platform),
      job: await batches.progress(input.jobId),
      pageSize: input.pageSize ?? fullPageSize(input),
      advanced: false,
      apiCalls: 0,
    };
    const result = await runSlice(deps, input, state, (context) => walk(deps, input, state, context));
    return {
      ...result,
      seq: state.position.seq,
      fetched: state.position.fetched,
      pageSize: state.pageSize,
    };
  };
}

async function walk(
  deps: SliceDeps,
  input: SyncSliceInput,
  state: WalkState,
  context: SliceContext,
): Promise<WorkEnd> {
  if (state.position.nothingNew) return 'up_to_date';
  if (input.maxConversations !== null && state.job.fetched >= input.maxConversations) return 'cap';
  if (input.lookFirst && state.position.seq === 0) {
    const options = { signal: context.signal, onCall: () => (state.apiCalls += 1) };
    if (!(await lookForNews(deps, input, context.inbox, options))) {
      await deps.store.batches.storeNothingNew(input.jobId, input.platform, state.apiCalls);
      state.apiCalls = 0;
      state.advanced = true;
      state.job = await deps.store.batches.progress(input.jobId);
      return 'up_to_date';
    }
  }
  const listed = input.listed ? await deps.store.jobs.listed(input.jobId, input.platform) : null;
  const reader = (signal: AbortSignal) =>
    listed === null
      ? createPageReader(deps.graph, context.inbox, signal)
      : createListReader(deps.graph, context.inbox, listed, signal);
  return walkPages(input, state, context, deps.store.batches, reader);
}
