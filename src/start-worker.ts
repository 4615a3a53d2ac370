import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { Worker, WorkflowBundleOption } from '@temporalio/worker';
import { createBatchActivities, StartRefused } from '../activities/advance-batch.ts';
import { createAutoSyncActivities } from '../activities/auto-sync.ts';
import { createActivities } from '../activities/index.ts';
import { createMaintenanceActivities } from '../activities/maintenance.ts';
import {
  createWebhookActivities,
  createWebhookUpkeep,
  type StartRepair,
} from '../activities/webhook/index.ts';
import type { Config } from './config.ts';
import { taskQueues } from './contract/names.ts';
import { repairJob } from './contract/new-job.ts';
import { createGraphApp, createGraphClient } from './graph/index.ts';
import type { Logger } from './log.ts';
import type { Running } from './running.ts';
import { scheduleMaintenance } from './schedule-maintenance.ts';
import { connectSql, createGraphBudget, createStore, createTokenCipher, migrate } from './store/index.ts';
import { createAutoSyncSchedules } from './temporal/auto-sync.ts';
import { createBatchControl } from './temporal/batches.ts';
import { isRefused } from './temporal/calls.ts';
import { connectWorker } from './temporal/connection.ts';
import { ensureSearchAttributes } from './temporal/search-attributes.ts';
import { createSyncControl, SyncAlreadyRunning, type SyncControl, SyncNotRunning } from './temporal/sync.ts';
import { wakeWebhookWorkflow } from './temporal/webhooks.ts';
import { bundleWorkflows, createQueueWorker } from './temporal/worker.ts';
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
 * Starts a worker of each queue: `sync` and `webhook`. PostgreSQL must be there; Temporal is waited for.
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
    const budget = createGraphBudget(sql, config.graph.callsPerSecond, config.graph.throttleWaitMs);
    const graph = createGraphClient(config.graph, budget, LONGEST_TURN_MS);
    const { facebookApp } = config;
    const store = createStore(sql, createTokenCipher(config.tokenKeys));
    const { scheduled, reconcileGraceMs, retentionDays } = config.maintenance;
    const queues = taskQueues(config.queuePrefix);
    const sync = createSyncControl(client, queues.sync);
    const batches = createBatchControl(client, queues.sync);
    const lookUpWorkflow = createWorkflowLookUp(client);
    const schedules = createAutoSyncSchedules(client, { prefix: config.queuePrefix, taskQueue: queues.sync });
    const activities = {
      ...createActivities({
        store,
        graph,
        sliceMs: config.sliceMs,
        standstillMs: config.standstillMs,
        schedules,
      }),
      ...createAutoSyncActivities(store),
      ...createMaintenanceActivities({
        store,
        lookUpWorkflow,
        cancelJob: (job) => unlessEnded(sync.command(job, 'cancel')),
        schedules,
        startBatch: (input) => unlessRunning(batches.start(input)),
        reconcileGraceMs,
        retentionDays,
        graphApp: facebookApp && createGraphApp(config.graph, facebookApp, budget),
      }),
      ...createBatchActivities({
        store,
        lookUpWorkflow,
        startSync: (job) => unlessRunning(unlessRefused(sync.start(job))),
        cancelSync: (page) => unlessEnded(sync.cancelRun(page.facebookPageId, page.runId)),
      }),
      ...createWebhookUpkeep({
        store,
        graph,
        wakePage: (page) => wakeWebhookWorkflow(client, queues.webhook, page),
        startRepair: (conversation) => startRepair(sync, conversation),
        repairAfterMs: config.maintenance.webhookRepairAfterMs,
        appId: config.webhooks.appId,
      }),
    };
    const shared = { connection, namespace, workflowBundle };
    const workers = await Promise.all([
      createQueueWorker({ ...shared, taskQueue: queues.sync, activities }),
      createQueueWorker({
        ...shared,
        taskQueue: queues.webhook,
        activities: createWebhookActivities(store),
        // most of them wait for more: their statements share the pool
        maxConcurrentActivityTaskExecutions: 200,
        // each heartbeat is a call to Temporal, and nobody cancels a drain
        maxHeartbeatThrottleInterval: '4 seconds',
      }),
    ]);
    const stopped = runTogether(workers);
    // whoever waits for `stopped` hears of a breakdown; nobody has to
    stopped.catch(() => {});
    const maintenance = scheduled
      ? scheduleMaintenance(client, schedulesOf(config, queues.sync), logger)
      : null;
    logger.info({ taskQueues: queues, namespace, graph: config.graph.baseUrl }, 'Worker polling');
    return {
      stopped,
      async close() {
        const maintenanceClosed = maintenance?.close();
        shutDown(workers);
        await stopped.catch((error: unknown) =>
          logger.error({ err: error }, 'The worker did not stop in time'),
        );
        await maintenanceClosed;
        await connection.close();
        await sql.end({ timeout: 5 });
      },
    };
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw error;
  }
}

/** @returns false when it is being repaired already */
async function startRepair(
  sync: SyncControl,
  { pageId, facebookPageId, ...conversation }: Parameters<StartRepair>[0],
): Promise<boolean> {
  const job = repairJob(randomUUID(), { id: pageId, facebookPageId }, conversation);
  return (await unlessRunning(sync.start(job))) !== null;
}

/** @returns `null` when the workflow is at work already */
async function unlessRunning<T>(start: Promise<T>): Promise<T | null> {
  try {
    return await start;
  } catch (error) {
    if (error instanceof SyncAlreadyRunning) return null;
    throw error;
  }
}

/** @throws StartRefused when another attempt is of no use */
async function unlessRefused<T>(start: Promise<T>): Promise<T> {
  try {
    return await start;
  } catch (error) {
    if (isRefused(error)) throw new StartRefused('Temporal has refused the start', { cause: error });
    throw error;
  }
}

/** Commands come too late for a workflow that has ended. */
async function unlessEnded(command: Promise<void>): Promise<void> {
  try {
    await command;
  } catch (error) {
    if (!(error instanceof SyncNotRunning)) throw error;
  }
}

function schedulesOf({ queuePrefix, maintenance, webhooks, facebookApp }: Config, taskQueue: string) {
  const { reconcileEveryMs, webhookSweepMs, subscriptionCheckMs, scheduleCheckMs } = maintenance;
  return {
    prefix: queuePrefix,
    taskQueue,
    reconcileEveryMs,
    webhookSweepMs,
    scheduleCheckMs,
    subscriptionCheckMs: webhooks.appSecrets.length > 0 ? subscriptionCheckMs : null,
    checkTokens: facebookApp !== null,
  };
}

/** Runs workers until all have stopped; when one ends, so do the others. @throws what the first one broke down with */
async function runTogether(workers: readonly Worker[]): Promise<void> {
  const ended = await Promise.allSettled(
    workers.map((worker) => worker.run().finally(() => shutDown(workers))),
  );
  const broken = ended.find((one) => one.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}

function shutDown(workers: readonly Worker[]): void {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
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
