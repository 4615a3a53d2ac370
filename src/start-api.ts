import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAlignSchedule } from './api/align-schedule.ts';
import { createApp } from './api/app.ts';
import { ProgressHub } from './api/progress-hub.ts';
import { buildIndexesMeanwhile } from './build-indexes.ts';
import type { Config } from './config.ts';
import { type Connections, createConnections } from './connect/index.ts';
import { taskQueues } from './contract/names.ts';
import { createGraphApp, createGraphClient } from './graph/index.ts';
import type { Logger } from './log.ts';
import type { Running } from './running.ts';
import {
  connectSql,
  createGraphBudget,
  createStore,
  createTokenCipher,
  listenToBatches,
  listenToChanges,
  listenToProgress,
  migrate,
  type Sql,
  type Store,
} from './store/index.ts';
import { createAutoSyncSchedules } from './temporal/auto-sync.ts';
import { createBatchControl } from './temporal/batches.ts';
import { connectClient } from './temporal/connection.ts';
import { createMaintenanceControl } from './temporal/maintenance.ts';
import { createPageTasks } from './temporal/page-tasks.ts';
import { ensureSearchAttributes } from './temporal/search-attributes.ts';
import { createSyncControl } from './temporal/sync.ts';
import { createWebhookWaker } from './temporal/webhooks.ts';
import { createWorkflowLinks } from './temporal/workflow-links.ts';
import { createWorkflowLookUp } from './temporal/workflow-state.ts';

/** Time that requests in hand get when the API stops. */
const CLOSE_GRACE_MS = 3000;

/** Turns of the Graph budget that are further away are not waited for while a person waits. */
const LONGEST_TURN_MS = 2000;

/** Connections of the webhooks alone. */
const INTAKE_CONNECTIONS = 8;

export interface RunningApi extends Running {
  url: string;
}

/**
 * Starts the HTTP API. PostgreSQL must be there; Temporal may come later.
 *
 * @param env Temporal's own variables are read from it
 */
export async function startApi(
  config: Config,
  env: Record<string, string | undefined>,
  logger: Logger,
): Promise<RunningApi> {
  const sql = connectSql(config.databaseUrl);
  // nothing else that the API does delays the answer to Meta
  const intakeSql = connectSql(config.databaseUrl, INTAKE_CONNECTIONS);
  const client = connectClient(env);
  const hub = new ProgressHub();
  try {
    const applied = await migrate(sql);
    if (applied.length > 0) logger.info({ applied }, 'Database migrated');
    const cipher = createTokenCipher(config.tokenKeys);
    const store = createStore(sql, cipher);
    const queues = taskQueues(config.queuePrefix);
    const sync = createSyncControl(client, queues.sync);
    const schedules = createAutoSyncSchedules(client, { prefix: config.queuePrefix, taskQueue: queues.sync });
    const { appSecrets } = config.webhooks;
    const pageTasks = createPageTasks(client, queues.sync, logger, {
      subscribe: appSecrets.length > 0,
      checkToken: config.facebookApp !== null,
    });
    const connections = connectionsOf(config, sql, store);
    const waker = createWebhookWaker(client, queues.webhook, logger);
    const { deliveries } = createStore(intakeSql, cipher);
    const app = createApp(
      {
        store,
        sync,
        batches: createBatchControl(client, queues.sync),
        hub,
        pageTasks,
        connections,
        publicUrl: config.http.publicUrl,
        logger,
        maintenance: createMaintenanceControl(client, config.queuePrefix),
        lookUpWorkflow: createWorkflowLookUp(client),
        workflowLink: createWorkflowLinks(config.temporalUiUrl, client.options.namespace),
        seedWaitMs: config.seedWaitMs,
        schedules,
        alignSchedule: createAlignSchedule(store, schedules, logger),
      },
      { deliveries, waker, secrets: config.webhooks },
      config,
      logger,
    );
    await listenToProgress(
      sql,
      (hint) => hub.publish(hint),
      () => hub.publishGap(),
    );
    await listenToBatches(sql, (batchId) => hub.publishBatch(batchId));
    await listenToChanges(
      sql,
      (hint) => hub.publishChange(hint),
      () => hub.publishChange(null),
    );
    const registered = ensureSearchAttributes(client).catch((error: unknown) => {
      logger.warn({ err: error }, 'The search attributes are not registered yet');
    });

    const requestTimeout = Math.ceil(config.http.requestTimeoutMs);
    const headersTimeout = Math.min(Math.ceil(config.http.headersTimeoutMs), requestTimeout);
    // who sends too slowly is found within a tenth of that time, not within Node's half minute
    const connectionsCheckingInterval = Math.ceil(headersTimeout / 10);
    const server = createServer({ headersTimeout, requestTimeout, connectionsCheckingInterval }, app);
    server.listen({ port: config.port, host: config.host });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    logger.info({ port }, 'API listening');
    const indexes = buildIndexesMeanwhile(config.databaseUrl, logger);
    return {
      url: `http://localhost:${port}`,
      async close() {
        const closed = once(server, 'close');
        server.close();
        hub.close();
        server.closeIdleConnections();
        // requests in hand get a moment, then nothing holds the program
        const enough = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
        await closed;
        clearTimeout(enough);
        // nothing is asked of PostgreSQL any more: it may not answer, and the program must end all the same
        await Promise.all([sql.end({ timeout: 5 }), intakeSql.end({ timeout: 5 }), indexes.close()]);
        // a call that waits for its next attempt would find the connection gone, and nobody catches that
        await Promise.all([registered, waker.close()]);
        await client.connection.close();
      },
    };
  } catch (error) {
    await Promise.all([sql.end({ timeout: 1 }), intakeSql.end({ timeout: 1 })]);
    throw error;
  }
}

function connectionsOf({ graph, facebookApp, login }: Config, sql: Sql, store: Store): Connections {
  const budget = createGraphBudget(sql, graph.callsPerSecond, graph.throttleWaitMs);
  return createConnections({
    store,
    graph: createGraphClient(graph, budget, LONGEST_TURN_MS),
    app: facebookApp && createGraphApp(graph, facebookApp, budget),
    login: facebookApp && {
      appId: facebookApp.id,
      dialogBaseUrl: login.baseUrl,
      version: graph.version,
      configId: login.configId,
    },
  });
}
