import type { PageSize } from '../src/contract/slice.ts';
import { type ConversationsPage, type GraphClient, GraphError, type GraphInbox } from '../src/graph/index.ts';
import { shrink } from './page-size.ts';

/** A page of conversations, the size that it was got with, and the calls that it took. */
export interface ReadPage {
  page: ConversationsPage;
  size: PageSize;
  apiCalls: number;
}

/** Reads pages of conversations, each with less at a time until Meta stops complaining. */
export type PageReader = (after: string | null, size: PageSize, onCall: () => void) => Promise<ReadPage>;

/** Walks an inbox, newest first. @param signal aborts the call in hand */
export function createPageReader(graph: GraphClient, inbox: GraphInbox, signal: AbortSignal): PageReader {
  return (after, wanted, onCall) =>
    withLess(wanted, onCall, (size, counted) =>
      graph.listConversations(
        inbox,
        { after, limit: size.conversations, messages: size.messages },
        { signal, onCall: counted },
      ),
    );
}

/**
 * Reads listed conversations, one a page. The cursor is the number of the next one. One that Graph does not know, or
 * whose id it refuses, is set aside; the others are read.
 *
 * @param ids Graph ids
 * @param signal aborts the call in hand
 */
export function createListReader(
  graph: GraphClient,
  inbox: GraphInbox,
  ids: readonly string[],
  signal: AbortSignal,
): PageReader {
  return (after, wanted, onCall) => {
    const index = Number(after ?? 0);
    const id = ids[index];
    const next = index + 1 < ids.length ? String(index + 1) : null;
    if (id === undefined) {
      return Promise.resolve({
        page: { conversations: [], rejected: [], after: null },
        size: wanted,
        apiCalls: 0,
      });
    }
    return withLess({ ...wanted, conversations: 1 }, onCall, async (size, counted) => {
      const page = await graph
        .readConversation(inbox, id, size.messages, { signal, onCall: counted })
        .catch((error: unknown) => {
          if (error instanceof GraphError && (error.kind === 'gone' || error.kind === 'bad_request'))
            return unknownConversation(id, error);
          throw error;
        });
      return { ...page, after: next };
    });
  };
}

function unknownConversation(id: string, error: GraphError): ConversationsPage {
  const rejected = {
    itemType: 'conversation' as const,
    graphId: id,
    conversationId: id,
    detail: error.message,
    payload: null,
  };
  return { conversations: [], rejected: [rejected], after: null };
}

async function withLess(
  wanted: PageSize,
  onCall: () => void,
  read: (size: PageSize, onCall: () => void) => Promise<ConversationsPage>,
): Promise<ReadPage> {
  let size = wanted;
  let apiCalls = 0;
  const counted = () => {
    apiCalls += 1;
    onCall();
  };
  for (;;) {
    try {
      return { page: await read(size, counted), size, apiCalls };
    } catch (error) {
      const smaller = error instanceof GraphError && error.kind === 'shrink' ? shrink(size) : null;
      if (smaller === null) throw error;
      size = smaller;
    }
  }
}
