import { type GraphClient, GraphError } from '../graph/index.ts';
import { PageDisconnected, type Store, UnreadableToken } from '../store/index.ts';

/**
 * Has Meta deliver nothing of a page any more, as long as there is a token to say so with.
 *
 * @returns why it could not be done, as a sentence; `null` when it was, or there is no token
 */
export async function unsubscribePage(
  store: Store,
  graph: GraphClient,
  pageId: string,
): Promise<string | null> {
  try {
    const { facebookPageId, accessToken } = await store.pages.credentials(pageId);
    const options = { signal: new AbortController().signal, onCall: () => {} };
    await graph.unsubscribe({ pageId: facebookPageId, token: accessToken }, options);
    return null;
  } catch (error) {
    if (error instanceof PageDisconnected) return null;
    if (error instanceof GraphError || error instanceof UnreadableToken) return error.message;
    throw error;
  }
}
