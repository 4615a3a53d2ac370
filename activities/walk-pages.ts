import { heartbeat } from '@temporalio/activity';
import type { JobProgress } from '../src/contract/progress.ts';
import type { PageSize, SliceEnd, SyncSliceInput } from '../src/contract/slice.ts';
import type { Store, StreamPosition } from '../src/store/index.ts';
import { buildBatch } from './build-batch.ts';
import type { OwnIds } from './map-conversation.ts';
import type { PageReader, ReadPage } from './page-reader.ts';
import { fullPageSize, grow } from './page-size.ts';

/** Where a slice stands; kept up to date while it walks, so that it is true whenever an error ends the walk. */
export interface WalkState {
  position: StreamPosition;
  job: JobProgress;
  pageSize: PageSize;
  /** Whether this attempt has stored anything. */
  advanced: boolean;
}

/**
 * Walks from the state's position until the end, the cap or the deadline. While a page is stored the next one is
 * fetched already; after the deadline none is begun, so that no page is fetched in vain.
 *
 * @param deadlineMs epoch milliseconds
 * @throws GraphError, PostgresError, or the signal's reason; the state then holds what was stored
 */
export async function walkPages(
  input: SyncSliceInput,
  own: OwnIds,
  state: WalkState,
  batches: Store['batches'],
  reader: (signal: AbortSignal) => PageReader,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<Extract<SliceEnd, 'time' | 'end' | 'cap'>> {
  const full = fullPageSize(input.platform, input.messageDepth);
  const room = () =>
    input.maxConversations === null ? null : Math.max(0, input.maxConversations - state.job.fetched);
  const atEnd = () => (room() === 0 ? 'cap' : 'end');
  if (state.position.isLast || room() === 0) return atEnd();

  const abort = new AbortController();
  const read = reader(AbortSignal.any([signal, abort.signal]));
  const fetchPage = (after: string | null): Promise<ReadPage> => {
    const space = room();
    const wanted =
      space === null ? state.pageSize.conversations : Math.min(space, state.pageSize.conversations);
    const page = read(after, { ...state.pageSize, conversations: wanted });
    // it is awaited after the store; a failure in between is not unhandled
    page.catch(() => {});
    return page;
  };

  try {
    let coming: Promise<ReadPage> | null = fetchPage(state.position.nextCursor);
    while (coming !== null) {
      const got = await coming;
      state.pageSize = grow(got.size, full);
      const batch = buildBatch(input, own, state.position, got, room());
      // with a cap the next page's size depends on this one's outcome
      const ahead = !batch.isLast && input.maxConversations === null && Date.now() < deadlineMs;
      coming = ahead ? fetchPage(batch.nextCursor) : null;
      const stored = await batches.store(batch);
      state.position = stored.position;
      state.job = stored.job;
      state.advanced = true;
      heartbeat(stored.position.seq);
      if (stored.position.isLast) return atEnd();
      // another attempt was ahead: leave it to the next slice, which starts from what is stored
      if (stored.position.seq !== batch.seq || signal.aborted) return 'time';
      if (!ahead && Date.now() < deadlineMs) coming = fetchPage(state.position.nextCursor);
    }
    return 'time';
  } finally {
    abort.abort();
  }
}
