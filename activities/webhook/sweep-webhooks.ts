import { heartbeat, log } from '@temporalio/activity';
import type { SweepResult, WebhookWorkflowInput } from '../../src/contract/webhooks.ts';
import type { Store } from '../../src/store/index.ts';

/** Wakes a page's `WebhookWorkflow`. @throws when Temporal does not take it */
export type WakePage = (input: WebhookWorkflowInput) => Promise<void>;

/** Starts the repair of a conversation. @returns false when one is running already */
export type StartRepair = (of: {
  id: string;
  graphId: string;
  platform: 'messenger' | 'instagram';
  pageId: string;
  facebookPageId: string;
}) => Promise<boolean>;

/** Deliveries that have waited for longer, in milliseconds, are being applied by nobody. */
const STUCK_MS = 10_000;

/** Repairs that are started in one run: each takes two calls of the page's budget. */
const REPAIRS = 50;

/** After so many days Meta sends nothing again: a message that has not come will not come. */
const PENDING_DAYS = 3;

/**
 * The maintenance task `webhooks`: what nobody else looks after. Pages whose deliveries wait because Temporal was away when
 * they came; changes that wait for a message. It may be run at any time, and by several at once.
 *
 * @param repairAfterMs how long an edit waits for its message before the conversation is read again
 */
export function createSweepWebhooks(
  store: Store,
  wakePage: WakePage,
  startRepair: StartRepair,
  repairAfterMs: number,
) {
  return async (): Promise<SweepResult> => {
    const result: SweepResult = { woken: 0, settled: 0, repairs: 0, dropped: 0 };
    for (const page of await store.deliveries.stuckPages(STUCK_MS)) {
      heartbeat();
      try {
        await wakePage(page);
        result.woken += 1;
      } catch (error) {
        log.warn('A page could not be woken for its deliveries', { ...page, error });
      }
    }
    result.settled = await store.webhookItems.settle();
    for (const conversation of await store.webhookItems.takeRepairs(repairAfterMs, REPAIRS)) {
      heartbeat();
      try {
        if (await startRepair(conversation)) result.repairs += 1;
      } catch (error) {
        log.warn('A repair could not be started', { conversation: conversation.id, error });
        await store.webhookItems.giveBackRepair(conversation.id);
      }
    }
    result.dropped = await store.webhookItems.dropPending(PENDING_DAYS);
    return result;
  };
}
