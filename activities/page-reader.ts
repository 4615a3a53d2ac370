import type { Platform } from '../src/contract/platform.ts';
import type { PageSize } from '../src/contract/slice.ts';
import { type ConversationsPage, type GraphClient, GraphError } from '../src/graph/index.ts';
import type { PageCredentials } from '../src/store/index.ts';
import { shrink } from './page-size.ts';

/** A page of conversations, the size that it was got with, and the calls that it took. */
export interface ReadPage {
  page: ConversationsPage;
  size: PageSize;
  apiCalls: number;
}

/** Reads pages of one platform of one page, each with less at a time until Meta stops complaining. */
export type PageReader = (after: string | null, size: PageSize) => Promise<ReadPage>;

/** @param signal aborts the call in hand */
export function createPageReader(
  graph: GraphClient,
  credentials: PageCredentials,
  platform: Platform,
  signal: AbortSignal,
): PageReader {
  const asset =
    platform === 'messenger'
      ? credentials.facebookPageId
      : (credentials.instagramAccountId ?? credentials.facebookPageId);
  return async (after, wanted) => {
    let size = wanted;
    let apiCalls = 0;
    for (;;) {
      try {
        const page = await graph.listConversations(
          {
            pageId: credentials.facebookPageId,
            asset,
            token: credentials.accessToken,
            platform,
            after,
            limit: size.conversations,
            messages: size.messages,
          },
          signal,
          () => {
            apiCalls += 1;
          },
        );
        return { page, size, apiCalls };
      } catch (error) {
        const smaller = error instanceof GraphError && error.kind === 'shrink' ? shrink(size) : null;
        if (smaller === null) throw error;
        size = smaller;
      }
    }
  };
}
