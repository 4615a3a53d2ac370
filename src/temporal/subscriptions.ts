import type { Client } from '@temporalio/client';
import type { MaintenanceInput } from '../contract/maintenance.ts';
import { MAINTENANCE_WORKFLOW, subscriptionWorkflowId } from '../contract/names.ts';
import type { Logger } from '../log.ts';

/** How long Temporal may take, in milliseconds. */
const DEADLINE_MS = 5000;

/** Has a page subscribed to its webhooks. */
export type SubscribePage = (page: { id: string; facebookPageId: string }) => Promise<void>;

/**
 * Has a page that was just connected subscribed, by a workflow of its own. While Temporal is away nothing is lost: the
 * schedule `subscriptions` looks at every page; until then its state is `unknown`.
 */
export function createSubscribePage(client: Client, taskQueue: string, logger: Logger): SubscribePage {
  return async ({ id, facebookPageId }) => {
    const input: MaintenanceInput = { task: 'subscriptions', pageId: id };
    try {
      await client.withDeadline(Date.now() + DEADLINE_MS, () =>
        client.workflow.start<(input: MaintenanceInput) => Promise<unknown>>(MAINTENANCE_WORKFLOW, {
          workflowId: subscriptionWorkflowId(facebookPageId),
          workflowIdConflictPolicy: 'USE_EXISTING',
          taskQueue,
          args: [input],
          staticSummary: `subscription of page ${facebookPageId}`,
        }),
      );
    } catch (error) {
      logger.warn({ err: error, page: facebookPageId }, 'The page could not be subscribed yet');
    }
  };
}
