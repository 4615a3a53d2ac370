import type { Client } from '@temporalio/client';
import type { MaintenanceInput } from '../contract/maintenance.ts';
import { MAINTENANCE_WORKFLOW, subscriptionWorkflowId, tokenWorkflowId } from '../contract/names.ts';
import type { Logger } from '../log.ts';

/** How long Temporal may take, in milliseconds. */
const DEADLINE_MS = 5000;

/** Has something done for a page in the background. */
export type PageTask = (page: { id: string; facebookPageId: string }) => Promise<void>;

/** What is done for a page that was just connected; `null`: it is not configured. */
export interface PageTasks {
  /** Subscribes it to its webhooks. */
  subscribe: PageTask | null;
  /** Asks Meta how long its token is good. */
  checkToken: PageTask | null;
}

/**
 * Maintenance tasks for one page, each a workflow of its own. While Temporal is away nothing is lost: the schedules of the
 * tasks look at every page; until then nothing is known of this one.
 *
 * @param configured which of them are
 */
export function createPageTasks(
  client: Client,
  taskQueue: string,
  logger: Logger,
  configured: Record<keyof PageTasks, boolean>,
): PageTasks {
  const start =
    (task: 'subscriptions' | 'tokens', workflowIdOf: (id: string) => string, summary: string): PageTask =>
    async ({ id, facebookPageId }) => {
      const input: MaintenanceInput = { task, pageId: id };
      try {
        await client.withDeadline(Date.now() + DEADLINE_MS, () =>
          client.workflow.start<(input: MaintenanceInput) => Promise<unknown>>(MAINTENANCE_WORKFLOW, {
            workflowId: workflowIdOf(facebookPageId),
            workflowIdConflictPolicy: 'USE_EXISTING',
            taskQueue,
            args: [input],
            staticSummary: `${summary} of page ${facebookPageId}`,
          }),
        );
      } catch (error) {
        logger.warn(
          { err: error, page: facebookPageId },
          `The ${summary} of the page waits for its schedule`,
        );
      }
    };
  return {
    subscribe: configured.subscribe ? start('subscriptions', subscriptionWorkflowId, 'subscription') : null,
    checkToken: configured.checkToken ? start('tokens', tokenWorkflowId, 'token') : null,
  };
}
