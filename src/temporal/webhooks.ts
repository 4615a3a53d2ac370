import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { wakeSignal } from '../contract/messages.ts';
import { SEARCH_ATTRIBUTES, WEBHOOK_WORKFLOW, webhookWorkflowId } from '../contract/names.ts';
import type { WebhookWorkflowInput } from '../contract/webhooks.ts';
import type { Logger } from '../log.ts';

/**
 * Between two signals of a page, in milliseconds, and times as long as the first took: a drain takes whatever is there, and
 * a Temporal that is slow gets no more of them than it can take.
 */
const SPACING_MS = 50;
const SPACING_FACTOR = 4;

/** How long Temporal may take for a signal, in milliseconds. */
const DEADLINE_MS = 5000;

/** A person waits for a message: webhooks come before everything else (1 is first, 3 the default). */
const WEBHOOK_PRIORITY = 1;

/**
 * Wakes the page's `WebhookWorkflow`, or starts it.
 *
 * @param taskQueue of the webhooks
 * @throws when Temporal does not take it
 */
export async function wakeWebhookWorkflow(
  client: Client,
  taskQueue: string,
  input: WebhookWorkflowInput,
): Promise<void> {
  await client.withDeadline(Date.now() + DEADLINE_MS, () =>
    client.workflow.signalWithStart<(input: WebhookWorkflowInput) => Promise<void>, []>(WEBHOOK_WORKFLOW, {
      workflowId: webhookWorkflowId(input.facebookPageId),
      taskQueue,
      args: [input],
      signal: wakeSignal,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      priority: { priorityKey: WEBHOOK_PRIORITY, fairnessKey: input.facebookPageId },
      staticSummary: `deliveries of page ${input.facebookPageId}`,
      typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.pageId, value: input.facebookPageId }],
    }),
  );
}

/** Where a page is: a signal under way, and whether another one is wanted after it. */
interface Waking {
  input: WebhookWorkflowInput;
  again: boolean;
}

/** Wakes workflows after deliveries were stored; see `createWebhookWaker`. */
export type WebhookWaker = ReturnType<typeof createWebhookWaker>;

/**
 * Wakes pages in the background, each at most once in a while; what comes meanwhile is one more signal, which is never left
 * out. While Temporal is away nothing is lost either: the deliveries are stored, and the maintenance task `webhooks`
 * wakes their pages.
 */
export function createWebhookWaker(client: Client, taskQueue: string, logger: Logger) {
  const waking = new Map<string, Waking>();
  const loops = new Set<Promise<void>>();
  const closing = new AbortController();

  /** Ends at once when the waker is closed. */
  function pause(ms: number): Promise<void> {
    return setTimeout(ms, undefined, { signal: closing.signal }).catch(() => {});
  }

  async function loop(state: Waking): Promise<void> {
    const { facebookPageId } = state.input;
    do {
      state.again = false;
      const begun = Date.now();
      try {
        await wakeWebhookWorkflow(client, taskQueue, state.input);
      } catch (error) {
        logger.warn(
          { err: error, page: facebookPageId },
          'The page could not be woken for its deliveries yet',
        );
      }
      await pause(Math.max(SPACING_MS, SPACING_FACTOR * (Date.now() - begun)));
    } while (state.again);
    waking.delete(facebookPageId);
  }

  return {
    /** @param pages with deliveries that are stored */
    wake(pages: readonly WebhookWorkflowInput[]): void {
      if (closing.signal.aborted) return;
      for (const input of pages) {
        const state = waking.get(input.facebookPageId);
        if (state !== undefined) {
          state.again = true;
          continue;
        }
        const fresh = { input, again: false };
        waking.set(input.facebookPageId, fresh);
        const running = loop(fresh).finally(() => loops.delete(running));
        loops.add(running);
      }
    },

    /** Sends what is still wanted, and ends. */
    async close(): Promise<void> {
      closing.abort();
      await Promise.all(loops);
    },
  };
}
