import { GraphError } from '../src/graph/index.ts';
import { type HistoryScope, type IncompleteConversation, isEnough } from '../src/store/index.ts';
import { createHistoryReader, type HistoryWalkState, type ReadHistoryPage } from './history-reader.ts';
import type { SliceContext, SliceDeps, WorkEnd } from './run-slice.ts';

/** Conversations that are looked up at a time. */
const LOOK_AHEAD = 50;

/** Graph hides throttling behind "does not exist" at times: so many conversations in a row are no coincidence. */
const GONE_IN_A_ROW = 5;

/** Errors that concern one conversation: it is set aside, the others go on. */
const OF_ONE_CONVERSATION: Partial<Record<GraphError['kind'], string>> = {
  gone: 'gone',
  bad_request: 'dead_cursor',
  shrink: 'too_much_data',
};

/**
 * Fetches what is missing of the scope's conversations until there is no more or the deadline has come. While a page is
 * stored the next one is fetched already, be it of the same conversation or of the one after it.
 *
 * @throws GraphError, PostgresError, or the signal's reason; the state then holds what was stored
 */
export async function walkHistories(
  { store, graph }: Pick<SliceDeps, 'store' | 'graph'>,
  scope: HistoryScope,
  refresh: boolean,
  state: HistoryWalkState,
  context: SliceContext,
): Promise<WorkEnd> {
  const { histories } = store;
  const abort = new AbortController();
  const read = createHistoryReader(
    graph,
    { ...context, signal: AbortSignal.any([context.signal, abort.signal]) },
    scope.depth,
    state,
  );
  let queue: IncompleteConversation[] = [];
  let last: IncompleteConversation | null = null;
  let gone = 0;

  const next = async (): Promise<IncompleteConversation | null> => {
    if (queue.length === 0) queue = await histories.next(scope, last, LOOK_AHEAD);
    last = queue.shift() ?? null;
    return last;
  };
  const fetch = (conversation: IncompleteConversation): Promise<ReadHistoryPage> => {
    const page = read(conversation);
    // it is awaited after the store; a failure in between is not unhandled
    page.catch(() => {});
    return page;
  };
  /** After an error that concerns this conversation alone: false when it begins anew, true when it was set aside. */
  const isOver = async (conversation: IncompleteConversation, error: unknown): Promise<boolean> => {
    const reason = error instanceof GraphError ? OF_ONE_CONVERSATION[error.kind] : undefined;
    if (reason === undefined || !(error instanceof GraphError)) throw error;
    gone = reason === 'gone' ? gone + 1 : 0;
    if (gone >= GONE_IN_A_ROW) throw error;
    if (reason === 'dead_cursor' && (await histories.restart(scope.jobId, conversation))) return false;
    const calls = state.apiCalls;
    state.job = await histories.setAside(scope, conversation, reason, error.message, calls);
    state.apiCalls -= calls;
    return true;
  };

  try {
    let conversation = await next();
    let coming = conversation === null ? null : fetch(conversation);
    while (conversation !== null && coming !== null) {
      let got: ReadHistoryPage;
      try {
        got = await coming;
      } catch (error) {
        context.signal.throwIfAborted();
        const begins = !(await isOver(conversation, error));
        // one that begins anew is met again by the next slice
        if (begins || Date.now() >= context.deadlineMs) return 'time';
        conversation = await next();
        coming = conversation === null ? null : fetch(conversation);
        continue;
      }
      gone = 0;
      const stays: boolean = !isEnough(got.after, scope.depth);
      const isLate = Date.now() >= context.deadlineMs;
      const following: IncompleteConversation | null = isLate ? null : stays ? got.after : await next();
      coming = following === null ? null : fetch(following);
      const stored = await histories.storePage(scope, conversation, got.page, refresh);
      state.apiCalls -= got.page.apiCalls;
      // another attempt, or another job, was ahead: leave it to the next slice, which starts from what is stored
      if (stored === null) return 'time';
      state.job = stored.job;
      state.advanced = true;
      if (context.signal.aborted || isLate) return 'time';
      conversation = following;
    }
    // what has moved to the front meanwhile
    return (await histories.next(scope, null, 1)).length > 0 ? 'time' : 'end';
  } finally {
    abort.abort();
  }
}
