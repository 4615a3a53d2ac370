// The health check of a worker's container: does Temporal know a worker on this host that polls?
// Run with `node --import tsx scripts/worker-health.mjs`; leaves with 0 when it does.
import { hostname } from 'node:os';
import process from 'node:process';
import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { taskQueues } from '../src/contract/names.ts';

/** A poll waits for a minute at most. */
const OLDEST_POLL_MS = 120_000;
/** temporal.api.enums.v1.TaskQueueType */
const KINDS = { workflow: 1, activity: 2 };

const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
const connection = await Connection.connect({ ...connectionOptions, connectTimeout: 5000 });
const name = taskQueues(process.env.PAGESYNC_QUEUE_PREFIX ?? '').sync;

/** Temporal's workers call themselves `<pid>@<host>`. */
async function polls(taskQueueType) {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name },
    taskQueueType,
  });
  return pollers.some(
    ({ identity, lastAccessTime }) =>
      identity.endsWith(`@${hostname()}`) &&
      Date.now() - Number(lastAccessTime.seconds) * 1000 < OLDEST_POLL_MS,
  );
}

const idle = [];
for (const [kind, type] of Object.entries(KINDS)) {
  if (!(await polls(type))) idle.push(kind);
}
await connection.close();
if (idle.length > 0) {
  console.error(`Nobody on ${hostname()} polls ${name} for: ${idle.join(', ')}`);
  process.exitCode = 1;
}
