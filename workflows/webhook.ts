import { continueAsNew, log, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { WebhookActivities } from '../activities/webhook/index.ts';
import { wakeSignal } from '../src/contract/messages.ts';
import type { WebhookWorkflowInput } from '../src/contract/webhooks.ts';

/**
 * With a heartbeat at every item: nobody applies the page's deliveries between a worker's death and the missed heartbeat.
 * A database that is away is waited for.
 */
const { drainDeliveries } = proxyActivities<WebhookActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '200 ms', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

/**
 * Applies what Meta has delivered for one page (`webhook/<facebookPageId>`). Started, or woken, by a signal whenever
 * deliveries were stored that no drain is looking after; it has them drained, and what comes in the moments after, and ends.
 *
 * There is no await between its last look and its end: a signal that comes in between makes Temporal run its last step
 * anew, with the signal, so none is lost.
 */
export async function WebhookWorkflow(input: WebhookWorkflowInput): Promise<void> {
  let isWoken = false;
  setHandler(wakeSignal, () => {
    isWoken = true;
  });
  for (;;) {
    isWoken = false;
    const { deliveries, items, left } = await drainDeliveries(input);
    if (items.set_aside > 0) log.warn('Items of deliveries were set aside', { deliveries, ...items });
    // a signal that comes now makes Temporal refuse this end too; the next run begins with a look anyway
    if (isLong(input)) await continueAsNew<typeof WebhookWorkflow>(input);
    if (!left && !isWoken) return;
  }
}

function isLong({ continueAsNewAfterEvents = Number.POSITIVE_INFINITY }: WebhookWorkflowInput): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength >= continueAsNewAfterEvents;
}
