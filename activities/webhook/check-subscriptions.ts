import { cancellationSignal, heartbeat, log } from '@temporalio/activity';
import { SUBSCRIBED_FIELDS, type SubscriptionsResult } from '../../src/contract/webhooks.ts';
import { type GraphClient, GraphError, type GraphPage } from '../../src/graph/index.ts';
import { PageDisconnected, type Store, UnreadableToken } from '../../src/store/index.ts';

/** Pages that are read from the database at once. */
const PAGES = 100;

/**
 * The maintenance task `subscriptions`: compares the fields that every page is subscribed to with those that we want, and
 * subscribes to what is missing (requirement E7). Fields that somebody else has added stay. A page of which Meta refuses
 * it keeps the sentence of the refusal, where people see it. Pages whose token is dead are left out.
 *
 * @param appId of our app, where it is known
 */
export function createCheckSubscriptions(store: Store, graph: GraphClient, appId: string | null) {
  return async ({ pageId }: { pageId?: string | undefined }): Promise<SubscriptionsResult> => {
    const result: SubscriptionsResult = { checked: 0, repaired: 0, failed: 0 };
    let after: string | null = null;
    do {
      const ids: string[] = pageId === undefined ? await store.subscriptions.due(after, PAGES) : [pageId];
      for (const id of ids) {
        heartbeat();
        cancellationSignal().throwIfAborted();
        const outcome = await check(id, pageId !== undefined);
        result.checked += 1;
        if (outcome !== 'fine') result[outcome] += 1;
      }
      after = pageId === undefined ? (ids.at(-1) ?? null) : null;
    } while (after !== null);
    return result;
  };

  /** @param alone whether nobody else waits: then what passes is waited for */
  async function check(pageId: string, alone: boolean): Promise<'fine' | 'repaired' | 'failed'> {
    try {
      const { facebookPageId, accessToken } = await store.pages.credentials(pageId);
      const page = { pageId: facebookPageId, token: accessToken };
      const before = await subscribedFields(page);
      const missing = SUBSCRIBED_FIELDS.filter((field) => !before.includes(field));
      if (missing.length > 0) {
        // it may have been disconnected while Meta was asked
        await store.pages.credentials(pageId);
        await graph.subscribe(page, [...before, ...missing], options());
      }
      const fields = missing.length > 0 ? await subscribedFields(page) : before;
      const still = SUBSCRIBED_FIELDS.filter((field) => !fields.includes(field));
      const error = still.length > 0 ? `Meta does not deliver these fields: ${still.join(', ')}.` : null;
      if (!(await store.subscriptions.note(pageId, fields, error))) {
        // disconnected in the same moment: what was subscribed just now is taken back
        if (missing.length > 0) await graph.unsubscribe(page, options());
        return 'fine';
      }
      if (error !== null) return 'failed';
      return missing.length > 0 ? 'repaired' : 'fine';
    } catch (error) {
      if (error instanceof PageDisconnected) return 'fine';
      const sentence = sentenceOf(error);
      if (sentence === null) throw error;
      log.warn('The subscription of a page could not be checked', { pageId, why: sentence });
      if (!passes(error)) await store.subscriptions.note(pageId, null, sentence);
      else if (alone) throw error;
      return 'failed';
    }
  }

  function subscribedFields(page: GraphPage): Promise<string[]> {
    return graph.subscribedFields(page, appId, options());
  }
}

function options() {
  return { signal: cancellationSignal(), onCall: () => heartbeat() };
}

/** Whether Meta said nothing of the page, only that it does not answer now: what is known of the page stays. */
function passes(error: unknown): boolean {
  return error instanceof GraphError && ['throttle', 'transient', 'blocked'].includes(error.kind);
}

/** What a page owner reads; `null` for what is no fault of the page. */
function sentenceOf(error: unknown): string | null {
  if (error instanceof UnreadableToken) return error.message;
  return error instanceof GraphError ? error.toSyncError().message : null;
}
