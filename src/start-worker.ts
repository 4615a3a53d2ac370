import { setTimeout } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { createMaintenanceActivities } from '../activities/maintenance.ts';
import type { Config } from './config.ts';
import { taskQueues } from './contract/names.ts';
import { createGraphClient } from './graph/index.ts';
import type { Logger } from './log.ts';
import type { Running } from './running.ts';
import { scheduleMaintenance } from './schedule-maintenance.ts';
import { connectSql, createGraphBudget, createStore, createTokenCipher, migrate } from './store/index.ts';
import { connectWorker } from './temporal/connection.ts';
import { ensureSearchAttributes } from './temporal/search-attributes.ts';
import { bundleWorkflows, createSyncWorker } from './temporal/worker.ts';
import { createWorkflowLookUp } from './temporal/workflow-state.ts';

/** Turns of the Graph budget that are further away end the slice instead of being waited for. */
const LONGEST_TURN_MS = 5000;

/** Time between attempts to reach Temporal at the start. */
const RECONNECT_MS = 2000;

export interface RunningWorker extends Running {
  /** Ends when the worker has stopped, with an error if it broke down. */
  stopped: Promise<void>;
}

/**
 * Starts a worker of the queue `sync`. PostgreSQL must be there; Temporal is waited for.
 *
 * @param env Temporal's own variables are read from it
 * @param bundle the workflows' code, where several workers of a process share it
 */
export async function startWorker(
  config: Config,
  env: Record<string, string | undefined>,
  logger: Logger,
  bundle?: WorkflowBundleOption,
): Promise<RunningWorker> {
  const sql = connectSql(config.databaseUrl, 20);
  try {
    await migrate(sql);
    const [{ connection, namespace }, workflowBundle] = await Promise.all([
      reachTemporal(env, logger),
      bundle ?? bundleWorkflows(),
    ]);
    const client = new Client({ connection, namespace });
    await ensureSearchAttributes(client);
    const graph = createGraphClient(
      config.graph,
      createGraphBudget(sql, config.graph.callsPerSecond, config.graph.throttleWaitMs),
      LONGEST_TURN_MS,
    );
    const store = createStore(sql, createTokenCipher(config.tokenKeys));
    const { scheduled, reconcileEveryMs, reconcileGraceMs, retentionDays } = config.maintenance;
    const activities = {
      ...createActivities({ store, graph, sliceMs: config.sliceMs, standstillMs: config.standstillMs }),
      ...createMaintenanceActivities({
        store,
        lookUpWorkflow: createWorkflowLookUp(client),
        reconcileGraceMs,
        retentionDays,
      }),
    };
    const taskQueue = taskQueues(config.queuePrefix).sync;
    const worker = await createSyncWorker({ connection, namespace, taskQueue, activities, workflowBundle });
    const stopped = worker.run();
    // whoever waits for `stopped` hears of a breakdown; nobody has to
    stopped.catch(() => {});
    const schedules = scheduled
      ? scheduleMaintenance(client, { prefix: config.queuePrefix, taskQueue, reconcileEveryMs }, logger)
      : null;
    logger.info({ taskQueue, namespace, graph: config.graph.baseUrl }, 'Worker polling');
    return {
      stopped,
      async close() {
        const schedulesClosed = schedules?.close();
        if (worker.getState() === 'RUNNING') worker.shutdown();
        await stopped.catch((error: unknown) =>
          logger.error({ err: error }, 'The worker did not stop in time'),
        );
        await schedulesClosed;
        await connection.close();
        await sql.end({ timeout: 5 });
      },
    };
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw error;
  }
}

async function reachTemporal(env: Record<string, string | undefined>, logger: Logger) {
  for (;;) {
    try {
      return await connectWorker(env);
    } catch (error) {
      logger.warn({ err: error }, 'Temporal does not answer yet');
      await setTimeout(RECONNECT_MS);
    }
  }
}
