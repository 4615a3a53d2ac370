import { NativeConnection } from '@temporalio/worker';
import { inject } from 'vitest';
import { createBatchActivities } from '../../activities/advance-batch.ts';
import { taskQueues } from '../../src/contract/names.ts';
import { createQueueWorker } from '../../src/temporal/worker.ts';
import type { Stack } from './stack.ts';

/**
 * A worker of the stack's queue that advances batches and does nothing else: what a start and a cancel do is the test's.
 *
 * @returns ends it
 */
export async function startBatchWorker(
  stack: Stack,
  deps: Parameters<typeof createBatchActivities>[0],
): Promise<() => Promise<void>> {
  const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  const worker = await createQueueWorker({
    connection,
    namespace: 'default',
    taskQueue: taskQueues(stack.config.queuePrefix).sync,
    workflowBundle: { codePath: inject('workflowBundle') },
    activities: createBatchActivities(deps),
  });
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
    await connection.close();
  };
}
