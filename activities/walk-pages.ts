import { setTimeout } from 'node:timers/promises';
import type { PageSize, SyncSliceInput } from '../src/contract/slice.ts';
import type { Store, StreamPosition } from '../src/store/index.ts';
import { buildBatch } from './build-batch.ts';
import type { PageReader, ReadPage } from './page-reader.ts';
import { fullPageSize, grow } from './page-size.ts';
import type { SliceContext, SliceState, WorkEnd } from './run-slice.ts';

/** Where a slice of a walk stands. */
export interface WalkState extends SliceState {
  position: StreamPosition;
  pageSize: PageSize;
}

/** A page that is being fetched, and when the call for it has gone out. */
interface Coming {
  page: Promise<ReadPage>;
  out: Promise<void>;
}

/** To read and map a page keeps the process busy: so long the next call may take to get out, unless its turn is far. */
const CALL_OUT_MS = 5;

/**
 * Walks from the state's position until the end, the watermark, the cap or the deadline. While a page is stored the next one is
 * fetched already; after the deadline none is begun, so that no page is fetched in vain.
 *
 * @throws GraphError, PostgresError, or the signal's reason; the state then holds what was stored
 */
export async function walkPages(
  input: SyncSliceInput,
  state: WalkState,
  { own, signal, deadlineMs }: SliceContext,
  batches: Store['batches'],
  reader: (signal: AbortSignal) => PageReader,
): Promise<WorkEnd> {
  const full = fullPageSize(input);
  const room = () =>
    input.maxConversations === null ? null : Math.max(0, input.maxConversations - state.job.fetched);
  const atEnd = () => (room() === 0 ? 'cap' : input.stopBelow === null ? 'end' : 'watermark');
  // of a page that is sifted nobody knows how much remains
  const isSifted = input.unreadOnly || input.until !== null;
  if (state.position.isLast || room() === 0) return atEnd();

  // calls before the first page belong to the first batch
  let lookCalls = state.apiCalls;
  const abort = new AbortController();
  const read = reader(AbortSignal.any([signal, abort.signal]));
  const fetchPage = (after: string | null): Coming => {
    const space = room();
    const wanted =
      space === null || isSifted
        ? state.pageSize.conversations
        : Math.min(space, state.pageSize.conversations);
    let isOut = () => {};
    const out = new Promise<void>((resolve) => {
      isOut = resolve;
    });
    const page = read(after, { ...state.pageSize, conversations: wanted }, () => {
      state.apiCalls += 1;
      isOut();
    });
    // it is awaited after the store; a failure in between is not unhandled
    page.catch(isOut);
    return { page, out };
  };

  try {
    let coming: Coming | null = fetchPage(state.position.nextCursor);
    while (coming !== null) {
      const got: ReadPage = await coming.page;
      state.pageSize = grow(got.size, full);
      // with a cap the next page's size depends on this one's outcome
      const isInTime = input.maxConversations === null && Date.now() < deadlineMs;
      // where every page is wanted, the next call goes out before this page is even read
      const early = isInTime && input.stopBelow === null && got.page.after !== null;
      if (early) {
        coming = fetchPage(got.page.after);
        await Promise.race([coming.out, setTimeout(CALL_OUT_MS)]);
      }
      const batch = buildBatch(input, own, state.position, got, room());
      const ahead = isInTime && !batch.isLast;
      if (!early) coming = ahead ? fetchPage(batch.nextCursor) : null;
      const stored = await batches.store({ ...batch, apiCalls: batch.apiCalls + lookCalls });
      state.apiCalls -= batch.apiCalls + lookCalls;
      lookCalls = 0;
      state.position = stored.position;
      state.job = stored.job;
      state.advanced = true;
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
