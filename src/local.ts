import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createApiClient } from './cli/api-client.ts';
import { readConfig } from './config.ts';
import { syncWorkflowId } from './contract/names.ts';
import { lockDataDir } from './embedded/lock.ts';
import { preferPort } from './embedded/ports.ts';
import { Closers } from './local/closers.ts';
import { dataDirOf } from './local/data-dir.ts';
import { deliverDemoWebhooks } from './local/demo-webhooks.ts';
import { noteAddress } from './local/local-server.ts';
import { openBrowser } from './local/open-browser.ts';
import { localSecrets } from './local/secrets.ts';
import { startServers } from './local/servers.ts';
import { DEMO_PAGE } from './local/simulator.ts';
import { syncInTerminal } from './local/sync-in-terminal.ts';
import { createLogger } from './log.ts';
import { outliveDatabase } from './run-program.ts';
import { startApi } from './start-api.ts';
import { startWorker } from './start-worker.ts';
import { installRuntime } from './temporal/runtime.ts';
import { createWorkflowLinks } from './temporal/workflow-links.ts';

const HELP = `npm start [-- options]

Runs all of Pagesync on this machine: Temporal, PostgreSQL, a Graph API simulator with a demo page, worker and API,
and syncs the demo page. A part whose address is given (TEMPORAL_ADDRESS, DATABASE_URL, GRAPH_BASE_URL) is used
and not started.

  --once                end after the sync: exit code 0 when it is complete, 1 when it is not
  --conversations N     size of the demo page (2,000)
  --no-open             open no browser
  --help                this text
`;

const say = (line = '') => console.log(line);

/** Everything on one machine: `npm start`. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      conversations: { type: 'string', default: '2000' },
      'no-open': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(HELP);
    return 0;
  }
  const conversations = Number(values.conversations);
  if (!Number.isInteger(conversations) || conversations < 0) {
    throw new Error(`--conversations: ${values.conversations} is not a number of conversations`);
  }

  const dataDir = dataDirOf(process.env);
  await mkdir(dataDir, { recursive: true });
  const lock = lockDataDir(dataDir);
  const logFile = join(dataDir, 'pagesync.log');
  const logger = createLogger(process.env.LOG_LEVEL || 'info', 'local', logFile);
  outliveDatabase(logger);
  const closers = new Closers(logger);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // whoever asks twice will not wait; the next start cleans up
      if (closers.signal.aborted) process.exit(130);
      say('\nStopping …');
      closers.stop();
    });
  }
  try {
    const secrets = await localSecrets(dataDir);
    return await run(
      dataDir,
      logFile,
      secrets,
      { conversations, once: values.once, opens: !values['no-open'] },
      closers,
      logger,
    );
  } finally {
    await closers.closeAll();
    lock.release();
    say(closers.breakdown ?? 'Stopped.');
  }
}

interface StartOptions {
  /** Size of the demo page. */
  conversations: number;
  /** Whether to end after the sync. */
  once: boolean;
  /** Whether the dashboard is shown in a browser. */
  opens: boolean;
}

async function run(
  dataDir: string,
  logFile: string,
  secrets: Record<string, string>,
  { conversations, once, opens }: StartOptions,
  closers: Closers,
  logger: ReturnType<typeof createLogger>,
): Promise<number> {
  say('Starting Pagesync');
  const servers = await startServers(dataDir, process.env, conversations, closers, logger, (line) =>
    say(`  ${line}`),
  );
  const env = { ...secrets, ...process.env, ...servers.env };
  env.PORT = process.env.PORT || String(await preferPort(3000));
  // for this machine alone
  env.HOST = process.env.HOST || '127.0.0.1';
  const config = readConfig(env);

  installRuntime(logger);
  const api = await startApi(config, env, logger);
  closers.add('API', () => api.close());
  closers.add('The note of its address', await noteAddress(dataDir, api.url));
  say(`  API: ${api.url}`);
  const worker = await startWorker(config, env, logger);
  closers.add('Worker', () => worker.close());
  worker.stopped.then(
    () => closers.broken('The worker ended by itself'),
    (error: unknown) => closers.broken(`The worker broke down: ${error}`),
  );
  say('  Worker: polling');

  const client = createApiClient(api.url, config.apiToken);
  const workflowLink = createWorkflowLinks(config.temporalUiUrl, env.TEMPORAL_NAMESPACE || 'default');
  if (servers.demo !== null) {
    await deliverDemoWebhooks(servers.demo.url, api.url, servers.demo.app);
    await client.connectPage({ ...DEMO_PAGE });
  }
  const { data: pages } = await client.listPages();
  const page = pages.find(({ facebookPageId }) => facebookPageId === DEMO_PAGE.facebookPageId);
  const toSync = servers.demo !== null && page !== undefined ? [page] : once ? pages : [];

  // there the first sync is seen live
  if (opens && !once) {
    const { url } = await client.createSignInLink();
    closers.add('The way to the dashboard', await openBrowser(url, dataDir, logger));
  }
  let complete = toSync.length > 0;
  for (const each of toSync) {
    say(`\nSyncing ${each.name}`);
    const link = workflowLink(syncWorkflowId(each.facebookPageId), null);
    if (link !== null) say(`  ${link}`);
    const job = await syncInTerminal(client, each, once, closers.signal);
    complete &&= job?.status === 'COMPLETED' || job?.status === 'UP_TO_DATE';
    if (job === null) return once || closers.breakdown !== null ? 1 : 0;
    say(
      job.status === 'PAUSED'
        ? `  Paused: ${job.lastError?.message ?? 'resume it to go on'}`
        : `  ${job.message}`,
    );
  }
  if (once) {
    if (toSync.length === 0) say('No page is connected: nothing to sync.');
    return complete && closers.breakdown === null ? 0 : 1;
  }

  const signIn = await client.createSignInLink();
  say(`
Running. Ctrl+C stops everything; the data stays.

  Dashboard         ${api.url}
  Sign in           ${signIn.url}
                    (one browser, once, within ten minutes)
  API               ${api.url} (${api.url}/api/docs shows it)
  Temporal Web UI   ${servers.temporalUi ?? 'where your Temporal has it'}
  Data and log      ${dataDir} (${logFile})
  psql              ${servers.psql}

  export PAGESYNC_API_TOKEN=${config.apiToken}
  curl -H "Authorization: Bearer $PAGESYNC_API_TOKEN" ${api.url}/api/pages
  curl -H "Authorization: Bearer $PAGESYNC_API_TOKEN" '${api.url}/api/conversations?limit=5'
  curl -H "Authorization: Bearer $PAGESYNC_API_TOKEN" -X POST ${api.url}/api/pages/${page?.facebookPageId ?? 'PAGE_ID'}/sync
  curl -N -H "Authorization: Bearer $PAGESYNC_API_TOKEN" ${api.url}/api/pages/${page?.facebookPageId ?? 'PAGE_ID'}/sync/stream`);
  if (servers.demo === null) {
    say(`  curl -H "Authorization: Bearer $PAGESYNC_API_TOKEN" -H 'Content-Type: application/json' ${api.url}/api/pages \\
    -d '{"facebookPageId":"PAGE_ID","name":"My page","accessToken":"PAGE_TOKEN","instagramAccountId":null}'`);
  }
  await new Promise<void>((resolve) => {
    if (closers.signal.aborted) resolve();
    closers.signal.addEventListener('abort', () => resolve());
  });
  return closers.breakdown === null ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
