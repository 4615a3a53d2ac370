import { z } from 'zod';
import { exampleSecrets, isLoopback } from './example-secrets.ts';

/** Digits only: a blank is no number, and certainly not 0. */
const digits = z
  .string()
  .trim()
  .regex(/^\d+(\.\d+)?$/, 'must be a number')
  .transform(Number);
const number = (fallback: number, min: number) => digits.pipe(z.number().min(min)).default(fallback);
const integer = (fallback: number, min: number, max: number) =>
  digits.pipe(z.int().min(min).max(max)).default(fallback);

/** An unset variable and an empty one are the same. */
const text = z.string().trim().min(1).optional();

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
  .transform((url) => url.replace(/\/+$/, ''));

const keyRing = z.string().transform((value, context) => {
  const keys = value.split(',').map((key) => Buffer.from(key.trim(), 'base64'));
  if (keys.some((key) => key.length !== 32)) {
    context.addIssue({ code: 'custom', message: 'each key must be 32 bytes in base64, separated by commas' });
    return z.NEVER;
  }
  return keys;
});

/** Origins as browsers send them, separated by commas. */
const origins = z.string().transform((value, context) => {
  const list = value.split(',').map((origin) => origin.trim());
  if (list.some((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin)) {
    const message =
      'each must be an origin like https://app.example.com, without a path, separated by commas';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
  return list;
});

const environment = z.object({
  NODE_ENV: text,
  HOST: text,
  PORT: integer(3000, 0, 65_535),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL'),
  GRAPH_BASE_URL: httpUrl.default('https://graph.facebook.com'),
  GRAPH_API_VERSION: z
    .string()
    .regex(/^v\d+\.\d+$/, 'must look like v25.0')
    .default('v25.0'),
  GRAPH_CALLS_PER_SECOND: number(2, 0),
  GRAPH_TIMEOUT_SECONDS: number(30, 0.1),
  GRAPH_THROTTLE_WAIT_SECONDS: number(300, 0),
  GRAPH_BLOCKED_WAIT_SECONDS: number(3600, 0),
  FACEBOOK_APP_ID: text,
  FACEBOOK_APP_SECRET: text,
  FACEBOOK_PREVIOUS_APP_SECRET: text,
  FACEBOOK_VERIFY_TOKEN: text,
  FACEBOOK_LOGIN_BASE_URL: httpUrl.default('https://www.facebook.com'),
  FACEBOOK_LOGIN_CONFIG_ID: text,
  TOKEN_ENCRYPTION_KEYS: keyRing,
  PAGESYNC_API_TOKEN: z.string().min(16, 'must have at least 16 characters'),
  PUBLIC_URL: httpUrl.optional(),
  TRUST_PROXY: integer(0, 0, 10),
  CORS_ORIGINS: origins.default([]),
  API_RATE_LIMIT_PER_MINUTE: integer(1200, 0, 1_000_000),
  AUTH_FAILURES_PER_MINUTE: integer(30, 1, 1_000_000),
  HEADERS_TIMEOUT_SECONDS: number(10, 0.1),
  REQUEST_TIMEOUT_SECONDS: number(30, 0.1),
  TEMPORAL_UI_URL: httpUrl.optional(),
  PAGESYNC_QUEUE_PREFIX: z.string().default(''),
  SYNC_SLICE_SECONDS: digits.pipe(z.number().min(0).max(60)).default(2),
  SYNC_STANDSTILL_SECONDS: number(3600, 0),
  SEED_WAIT_SECONDS: number(270, 0),
  MAINTENANCE: z.enum(['on', 'off']).default('on'),
  RECONCILE_EVERY_SECONDS: integer(60, 1, 86_400),
  RECONCILE_GRACE_SECONDS: number(60, 0),
  WEBHOOK_SWEEP_SECONDS: integer(60, 1, 86_400),
  WEBHOOK_REPAIR_SECONDS: integer(60, 1, 86_400),
  SUBSCRIPTION_CHECK_SECONDS: integer(6 * 3600, 60, 30 * 86_400),
  SCHEDULE_CHECK_SECONDS: integer(300, 1, 86_400),
  RETENTION_DAYS: integer(30, 1, 36_500),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** What the programs are told by their environment. The README lists the variables. */
export interface Config {
  /** Address that the API listens on; absent: all. */
  host: string | undefined;
  port: number;
  databaseUrl: string;
  http: {
    /** Where browsers find us; `null`: where the request says. */
    publicUrl: string | null;
    /** Proxies before us, whose `X-Forwarded-…` is believed. */
    trustedProxies: number;
    /** Origins of others whose pages may read answers. */
    corsOrigins: string[];
    /** Requests that one client may make; 0: any number. */
    requestsPerMinute: number;
    /** Wrong credentials that one address may send. */
    authFailuresPerMinute: number;
    /** Time that a client has to send its headers, and its whole request. */
    headersTimeoutMs: number;
    requestTimeoutMs: number;
  };
  graph: {
    baseUrl: string;
    version: string;
    callsPerSecond: number;
    appSecret: string | null;
    timeoutMs: number;
    throttleWaitMs: number;
    blockedWaitMs: number;
  };
  webhooks: {
    /** Of our app, by which its subscriptions are known. */
    appId: string | null;
    /** What Meta names in its handshake; `null`: none is taken. */
    verifyToken: string | null;
    /** Secrets by which Meta may sign: the app's, and the one before while it is rotated. */
    appSecrets: string[];
  };
  /** Our app at Meta, where it is configured: only then can Meta be asked about tokens, and people sign in. */
  facebookApp: { id: string; secret: string } | null;
  login: {
    /** Of the Login dialog, without a slash at the end. */
    baseUrl: string;
    /** A configuration of Facebook Login for Business; `null`: the permissions are named one by one. */
    configId: string | null;
  };
  tokenKeys: Buffer[];
  apiToken: string;
  /** Of the Temporal Web UI, without a slash at the end, for links to workflows; `null`: there is none. */
  temporalUiUrl: string | null;
  queuePrefix: string;
  sliceMs: number;
  standstillMs: number;
  /** How long the seeds' endpoints wait for the end of a sync. */
  seedWaitMs: number;
  maintenance: {
    /** Whether workers see to it that the schedules are there. */
    scheduled: boolean;
    reconcileEveryMs: number;
    /** Jobs that were made or taken up more recently are not looked at. */
    reconcileGraceMs: number;
    retentionDays: number;
    webhookSweepMs: number;
    /** How long an edit waits for its message before the conversation is read again. */
    webhookRepairAfterMs: number;
    subscriptionCheckMs: number;
    scheduleCheckMs: number;
  };
  logLevel: string;
}

/** The environment is not as it must be; the message names each variable, never a value. */
export class ConfigError extends Error {}

/**
 * Reads the environment once, at the start.
 *
 * @param servesBrowsers whether the program is one that browsers are sent to: in production it must know its own address
 * @throws ConfigError naming every variable that is missing or wrong; in production also every secret that is none
 */
export function readConfig(env: Record<string, string | undefined>, servesBrowsers = false): Config {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environment.safeParse(set);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return `  ${name}: ${name in set ? issue.message : 'is not set'}`;
    });
    throw new ConfigError(`The environment is not complete:\n${lines.join('\n')}`);
  }
  const e = parsed.data;
  const faults =
    e.NODE_ENV === 'production'
      ? [...exampleSecrets(set), ...(servesBrowsers ? unsafeAddress(e.PUBLIC_URL) : [])]
      : [];
  if (faults.length > 0) {
    const lines = faults.map(({ name, why }) => `  ${name}: ${why}`);
    throw new ConfigError(`The environment is not fit for production:\n${lines.join('\n')}`);
  }
  return {
    host: e.HOST,
    port: e.PORT,
    databaseUrl: e.DATABASE_URL,
    http: {
      publicUrl: e.PUBLIC_URL ?? null,
      trustedProxies: e.TRUST_PROXY,
      corsOrigins: e.CORS_ORIGINS,
      requestsPerMinute: e.API_RATE_LIMIT_PER_MINUTE,
      authFailuresPerMinute: e.AUTH_FAILURES_PER_MINUTE,
      headersTimeoutMs: e.HEADERS_TIMEOUT_SECONDS * 1000,
      requestTimeoutMs: e.REQUEST_TIMEOUT_SECONDS * 1000,
    },
    graph: {
      baseUrl: e.GRAPH_BASE_URL,
      version: e.GRAPH_API_VERSION,
      callsPerSecond: e.GRAPH_CALLS_PER_SECOND,
      appSecret: e.FACEBOOK_APP_SECRET ?? null,
      timeoutMs: e.GRAPH_TIMEOUT_SECONDS * 1000,
      throttleWaitMs: e.GRAPH_THROTTLE_WAIT_SECONDS * 1000,
      blockedWaitMs: e.GRAPH_BLOCKED_WAIT_SECONDS * 1000,
    },
    webhooks: {
      appId: e.FACEBOOK_APP_ID ?? null,
      verifyToken: e.FACEBOOK_VERIFY_TOKEN ?? null,
      appSecrets: [e.FACEBOOK_APP_SECRET, e.FACEBOOK_PREVIOUS_APP_SECRET].filter(
        (secret) => secret !== undefined,
      ),
    },
    facebookApp:
      e.FACEBOOK_APP_ID !== undefined && e.FACEBOOK_APP_SECRET !== undefined
        ? { id: e.FACEBOOK_APP_ID, secret: e.FACEBOOK_APP_SECRET }
        : null,
    login: { baseUrl: e.FACEBOOK_LOGIN_BASE_URL, configId: e.FACEBOOK_LOGIN_CONFIG_ID ?? null },
    tokenKeys: e.TOKEN_ENCRYPTION_KEYS,
    apiToken: e.PAGESYNC_API_TOKEN,
    temporalUiUrl: e.TEMPORAL_UI_URL ?? null,
    queuePrefix: e.PAGESYNC_QUEUE_PREFIX,
    sliceMs: e.SYNC_SLICE_SECONDS * 1000,
    standstillMs: e.SYNC_STANDSTILL_SECONDS * 1000,
    seedWaitMs: e.SEED_WAIT_SECONDS * 1000,
    maintenance: {
      scheduled: e.MAINTENANCE === 'on',
      reconcileEveryMs: e.RECONCILE_EVERY_SECONDS * 1000,
      reconcileGraceMs: e.RECONCILE_GRACE_SECONDS * 1000,
      retentionDays: e.RETENTION_DAYS,
      webhookSweepMs: e.WEBHOOK_SWEEP_SECONDS * 1000,
      webhookRepairAfterMs: e.WEBHOOK_REPAIR_SECONDS * 1000,
      subscriptionCheckMs: e.SUBSCRIPTION_CHECK_SECONDS * 1000,
      scheduleCheckMs: e.SCHEDULE_CHECK_SECONDS * 1000,
    },
    logLevel: e.LOG_LEVEL,
  };
}

/** Without it links lead where the request says, and by http the cookie can be read on its way. */
function unsafeAddress(publicUrl: string | undefined): { name: string; why: string }[] {
  if (publicUrl === undefined) return [{ name: 'PUBLIC_URL', why: 'is not set: where do browsers find us?' }];
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol === 'https:' || isLoopback(hostname)) return [];
  return [{ name: 'PUBLIC_URL', why: 'must be https, unless it is this machine alone' }];
}
