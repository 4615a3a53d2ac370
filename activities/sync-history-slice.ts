import { type HistorySliceInput, type HistorySliceResult, MAX_PAGE_SIZE } from '../src/contract/slice.ts';
import type { HistoryScope } from '../src/store/index.ts';
import type { HistoryWalkState } from './history-reader.ts';
import { runSlice, type SliceDeps } from './run-slice.ts';
import { walkHistories } from './walk-histories.ts';

/**
 * Two seconds of the messages that the walk did not bring: of every conversation that lacks some, newest first, page
 * after page, the next being fetched while one is stored. Where it stands is in each conversation's own row, so an
 * attempt that is repeated, comes late, or runs beside a forgotten one adds nothing twice.
 *
 * @throws database errors, retried until the database is there
 */
export function createSyncHistorySlice(deps: SliceDeps) {
  return async function syncHistorySlice(input: HistorySliceInput): Promise<HistorySliceResult> {
    const { batches, histories } = deps.store;
    const scope: HistoryScope = {
      jobId: input.jobId,
      pageId: input.pageId,
      platform: input.platform,
      depth: input.messageDepth === 'all' ? null : input.messageDepth,
      walkedOnly: input.walkedOnly,
      listed: input.listed,
    };
    const state: HistoryWalkState = {
      job: await batches.progress(input.jobId),
      messageLimit: input.messageLimit ?? MAX_PAGE_SIZE,
      place: input.place,
      advanced: false,
      apiCalls: 0,
    };
    let counted = false;
    const result = await runSlice(deps, input, state, async (context) => {
      // with a depth, to count would be to look at the messages of every conversation
      if (input.recount && scope.depth === null) state.job = await histories.recount(scope);
      counted = true;
      return walkHistories(deps, scope, input, state, context);
    });
    return { ...result, messageLimit: state.messageLimit, place: state.place, counted };
  };
}
