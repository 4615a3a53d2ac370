import type { HistoryPlace, HistorySliceInput } from '../src/contract/slice.ts';
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

/** After so many failures in a row on the same conversation the next one tells whether it is Meta or the conversation. */
const FAILURES_TO_DOUBT = 3;

/**
 * Fetches what is missing of the scope's conversations until there is no more or the deadline has come. While a page is
 * stored the next one is fetched already, be it of the same conversation or of the one after it.
 *
 * @throws GraphError, PostgresError, or the signal's reason; the state then holds what was stored
 */
export async function walkHistories(
  { store, graph }: Pick<SliceDeps, 'store' | 'graph'>,
  scope: HistoryScope,
  { refresh, failures }: Pick<HistorySliceInput, 'refresh' | 'failures'>,
  state: HistoryWalkState,
  context: SliceContext,
): Promise<WorkEnd> {
  const { histories } = store;
  const abort = new AbortController();
  const signal = AbortSignal.any([context.signal, abort.signal]);
  const read = createHistoryReader(graph, { ...context, signal }, scope.depth, state);
  let queue: IncompleteConversation[] = [];
  let last: HistoryPlace | null = state.place;
  let gone = 0;
  const doubted: { conversation: IncompleteConversation; error: GraphError }[] = [];

  const next = async (): Promise<IncompleteConversation | null> => {
    if (queue.length === 0) queue = await histories.next(scope, last, LOOK_AHEAD);
    const conversation = queue.shift() ?? null;
    last = conversation ?? last;
    return conversation;
  };
  const fetch = (conversation: IncompleteConversation | null): Promise<ReadHistoryPage> | null => {
    if (conversation === null) return null;
    const page = read(conversation);
    // it is awaited after the store; a failure in between is not unhandled
    page.catch(() => {});
    return page;
  };
  const doneWith = ({ activityAt, id }: IncompleteConversation) => {
    state.place = { activityAt, id };
  };
  const setAside = async (conversation: IncompleteConversation, reason: string, error: GraphError) => {
    const calls = state.apiCalls;
    state.job = await histories.setAside(scope, conversation, reason, error.message, calls);
    state.apiCalls -= calls;
    doneWith(conversation);
  };
  /** After an error: whether the walk goes on with the next conversation; false when this one begins anew. */
  const getsOver = async (conversation: IncompleteConversation, error: unknown): Promise<boolean> => {
    if (!(error instanceof GraphError)) throw error;
    const reason = OF_ONE_CONVERSATION[error.kind];
    if (
      error.kind === 'transient' &&
      doubted.length === 0 &&
      !state.advanced &&
      failures >= FAILURES_TO_DOUBT
    ) {
      doubted.push({ conversation, error });
      return true;
    }
    if (reason === undefined) throw error;
    gone = reason === 'gone' ? gone + 1 : 0;
    if (gone >= GONE_IN_A_ROW) throw error;
    if (reason === 'dead_cursor' && (await histories.restart(scope.jobId, conversation))) return false;
    await setAside(conversation, reason, error);
    return true;
  };

  try {
    let conversation = await next();
    let coming = fetch(conversation);
    while (conversation !== null && coming !== null) {
      let got: ReadHistoryPage;
      try {
        got = await coming;
      } catch (error) {
        context.signal.throwIfAborted();
        const begins = !(await getsOver(conversation, error));
        // one that begins anew is met again by the next slice
        if (begins || (doubted.length === 0 && Date.now() >= context.deadlineMs)) return 'time';
        conversation = await next();
        coming = fetch(conversation);
        continue;
      }
      gone = 0;
      // Meta answers for another: it was the conversation
      for (const one of doubted.splice(0)) await setAside(one.conversation, 'transient', one.error);
      const stays: boolean = !isEnough(got.after, scope.depth);
      const isLate = Date.now() >= context.deadlineMs;
      const following: IncompleteConversation | null = isLate ? null : stays ? got.after : await next();
      coming = fetch(following);
      const stored = await histories.storePage(scope, conversation, got.page, refresh);
      state.apiCalls -= got.page.apiCalls;
      // another attempt, or another job, was ahead: leave it to the next slice, which starts from what is stored
      if (stored === null) return 'time';
      state.job = stored;
      state.advanced = true;
      if (!stays) doneWith(conversation);
      if (context.signal.aborted || isLate) return 'time';
      conversation = following;
    }
    // nothing else is left to ask for, or what was asked for got an answer of its own
    for (const one of doubted.splice(0)) await setAside(one.conversation, 'transient', one.error);
    // from the top once more: what has moved to the front meanwhile
    const isDone = state.place === null || (await histories.next(scope, null, 1)).length === 0;
    state.place = null;
    return isDone ? 'end' : 'time';
  } finally {
    abort.abort();
  }
}
