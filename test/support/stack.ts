import { randomBytes, randomInt } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import type { SimulatorOptions } from '../../simulator/options.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { type Config, readConfig } from '../../src/config.ts';
import type { JobResource, PageResource } from '../../src/contract/resources.ts';
import { createLogger } from '../../src/log.ts';
import type { Running } from '../../src/running.ts';
import { type RunningApi, startApi } from '../../src/start-api.ts';
import { startWorker } from '../../src/start-worker.ts';
import type { Sql } from '../../src/store/index.ts';
import { createDatabase } from './database.ts';
import { eventually } from './eventually.ts';

/** A whole Pagesync of a test file's own: database, simulator, API, worker; Temporal is shared by the run. */
export interface Stack {
  sql: Sql;
  databaseUrl: string;
  simulator: Simulator;
  temporal: Client;
  config: Config;
  env: Record<string, string>;
  api: Api;
  /** Starts a worker; `close` ends it. */
  addWorker(overrides?: Partial<Config>): Promise<Running>;
  /** Starts another API, with more in its environment. @param logFile where it logs, instead of standard error */
  addApi(env: Record<string, string>, logFile?: string): Promise<Api>;
  /** A page of its own in the simulator, connected. */
  addPage(options?: NewPage): Promise<TestPage>;
  /** Waits until the page's newest job has ended. */
  ended(page: TestPage): Promise<JobResource>;
  close(): Promise<void>;
}

export interface NewPage {
  conversations?: number;
  /** Mean number, or the number of each conversation with `exactMessages`. */
  messages?: number;
  exactMessages?: boolean;
  instagramShare?: number;
  instagram?: boolean;
  seed?: number;
}

export interface TestPage extends PageResource {
  accessToken: string;
}

/** The API over HTTP. */
export interface Api {
  url: string;
  get<T = unknown>(path: string): Promise<Answer<T>>;
  post<T = unknown>(path: string, body?: unknown): Promise<Answer<T>>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export interface StackOptions {
  simulator?: Partial<SimulatorOptions>;
  env?: Record<string, string>;
  /** Workers to start; 1 by default. */
  workers?: number;
}

/** A Facebook page ID that no other test of the run uses: workflow IDs are shared by all. */
export function freshPageId(): string {
  return `1${String(randomInt(10 ** 12)).padStart(12, '0')}`;
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const database = await createDatabase();
  const simulator = await startSimulator({ conversations: 0, ...options.simulator });
  const env: Record<string, string> = {
    PORT: '0',
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    GRAPH_BASE_URL: simulator.url,
    FACEBOOK_LOGIN_BASE_URL: simulator.url,
    GRAPH_CALLS_PER_SECOND: '0',
    TOKEN_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
    PAGESYNC_API_TOKEN: randomBytes(16).toString('hex'),
    PAGESYNC_QUEUE_PREFIX: `${randomBytes(4).toString('hex')}-`,
    // tests look again and again, and send wrong tokens on purpose
    API_RATE_LIMIT_PER_MINUTE: '0',
    AUTH_FAILURES_PER_MINUTE: '1000',
    // schedules outlive their workers: who wants them says so, and deletes them
    MAINTENANCE: 'off',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'fatal',
    ...options.env,
  };
  const config = readConfig(env);
  const logger = createLogger(config.logLevel, 'test');
  const closers: (() => Promise<unknown>)[] = [() => database.drop(), () => simulator.close()];
  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
  closers.push(() => connection.close());
  const running = await startApi(config, env, logger);
  closers.push(() => running.close());
  const api = apiOf(running, config.apiToken);

  const stack: Stack = {
    sql: database.sql,
    databaseUrl: database.url,
    simulator,
    temporal: new Client({ connection }),
    config,
    env,
    api,
    async addWorker(overrides = {}) {
      const codePath = inject('workflowBundle');
      const worker = await startWorker({ ...config, ...overrides }, env, logger, { codePath });
      let open = true;
      const close = async () => {
        if (open) await worker.close();
        open = false;
      };
      closers.push(close);
      return { close };
    },
    async addApi(more, logFile) {
      const own = { ...env, ...more };
      const added = readConfig(own);
      const another = await startApi(added, own, createLogger(added.logLevel, 'test', logFile));
      closers.push(() => another.close());
      return apiOf(another, added.apiToken);
    },
    async addPage(page = {}) {
      const facebookPageId = freshPageId();
      const accessToken = `token-${randomBytes(8).toString('hex')}`;
      const instagramAccountId = page.instagram === false ? null : `178${facebookPageId}`;
      simulator.control('POST', '/pages', {
        id: facebookPageId,
        name: `Page ${facebookPageId}`,
        token: accessToken,
        instagramAccountId,
        conversations: page.conversations ?? 250,
        messages: page.messages ?? 4,
        exactMessages: page.exactMessages ?? false,
        instagramShare: page.instagram === false ? 0 : (page.instagramShare ?? 0.3),
        seed: page.seed ?? 1,
      });
      const answer = await api.post<PageResource>('/api/pages', {
        facebookPageId,
        name: `Page ${facebookPageId}`,
        accessToken,
        instagramAccountId,
      });
      if (answer.status !== 201) throw new Error(`Connecting the page: ${JSON.stringify(answer.body)}`);
      return { ...answer.body, accessToken };
    },
    ended(page) {
      return eventually(async () => {
        const { body } = await api.get<{ data: JobResource[] }>(`/api/jobs?pageId=${page.id}&limit=1`);
        const job = body.data[0];
        return job?.completedAt ? job : null;
      }, `the end of the sync of page ${page.facebookPageId}`);
    },
    async close() {
      for (const close of closers.reverse()) await close();
    },
  };
  for (let i = 0; i < (options.workers ?? 1); i++) await stack.addWorker();
  return stack;
}

function apiOf(running: RunningApi, token: string): Api {
  const send = (path: string, init: RequestInit = {}) =>
    fetch(running.url + path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) },
    });
  const answer = async <T>(response: Response): Promise<Answer<T>> => {
    const text = await response.text();
    const body = (text === '' ? null : JSON.parse(text)) as T;
    return { status: response.status, headers: response.headers, body };
  };
  return {
    url: running.url,
    fetch: send,
    get: async (path) => answer(await send(path)),
    post: async (path, body) =>
      answer(
        await send(path, {
          method: 'POST',
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        }),
      ),
  };
}
