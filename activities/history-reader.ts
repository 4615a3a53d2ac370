import type { Platform } from '../src/contract/platform.ts';
import { type HistoryPlace, MAX_PAGE_SIZE } from '../src/contract/slice.ts';
import { type GraphClient, GraphError, type MessagesPage, READABLE_MESSAGES } from '../src/graph/index.ts';
import {
  type HistoryPage,
  type IncompleteConversation,
  nextPageOf,
  withHistoryPage,
} from '../src/store/index.ts';
import { toFailure } from './build-batch.ts';
import { isReadable, mapMessages } from './map-conversation.ts';
import type { SliceContext, SliceState } from './run-slice.ts';

/** `metadata.source` of what the history phase stores. */
const SOURCE = 'history_sync';

/** Where a slice of the history phase stands. */
export interface HistoryWalkState extends SliceState {
  /** Messages asked for per call. */
  messageLimit: number;
  /** The last conversation that is done with; everything before it is as well. */
  place: HistoryPlace | null;
}

/** A page of older messages, and where the conversation stands once it is stored. */
export interface ReadHistoryPage {
  page: HistoryPage;
  after: IncompleteConversation;
}

/**
 * Reads the next page of a conversation's missing messages, with less at a time until Meta stops complaining.
 *
 * @param depth messages of a conversation that are enough; `null` for all
 * @param state its `messageLimit` is what later pages ask for
 */
export function createHistoryReader(
  graph: GraphClient,
  { inbox, own, signal }: SliceContext,
  depth: number | null,
  state: HistoryWalkState,
): (conversation: IncompleteConversation) => Promise<ReadHistoryPage> {
  return async (conversation) => {
    const after = nextPageOf(conversation);
    const wanted =
      depth === null || conversation.gapTo !== null ? Infinity : Math.max(1, depth - conversation.stored);
    let apiCalls = 0;
    const onCall = () => {
      apiCalls += 1;
      state.apiCalls += 1;
    };
    for (;;) {
      const limit = Math.min(state.messageLimit, wanted);
      try {
        const got = await graph.listMessages(
          inbox,
          conversation.graphId,
          { after, limit },
          { signal, onCall },
        );
        if (limit === state.messageLimit) state.messageLimit = grown(limit);
        const page = toPage(got, own, apiCalls, inbox.platform);
        return { page, after: withHistoryPage(conversation, page) };
      } catch (error) {
        const tooMuch = error instanceof GraphError && error.kind === 'shrink';
        if (!tooMuch || limit === 1) throw error;
        state.messageLimit = Math.floor(limit / 2);
      }
    }
  };
}

/** A reduced limit slowly grows back. */
function grown(limit: number): number {
  return Math.min(MAX_PAGE_SIZE, limit + Math.ceil(limit / 10));
}

/** Where Graph shows only the newest messages, one that it lists without showing it is the first beyond reach. */
function toPage(
  got: MessagesPage,
  own: SliceContext['own'],
  apiCalls: number,
  platform: Platform,
): HistoryPage {
  const isLimited = Number.isFinite(READABLE_MESSAGES[platform]);
  const hidden = isLimited ? got.messages.filter((message) => !isReadable(message)).length : 0;
  return {
    events: mapMessages(got.messages, own, SOURCE),
    failures: got.rejected.map(toFailure),
    after: got.after,
    beyondReach: hidden > 0,
    unavailable: hidden,
    apiCalls,
  };
}
