import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';

const KEY = randomBytes(32);
const ENV: Record<string, string> = {
  DATABASE_URL: 'postgres://user:database-password@localhost:5432/pagesync',
  TOKEN_ENCRYPTION_KEYS: KEY.toString('base64'),
  PAGESYNC_API_TOKEN: 'api-token-0123456789',
};

/** What is said of an environment. */
function complaint(env: Record<string, string | undefined>): string {
  try {
    readConfig(env);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error instanceof Error ? error.message : '';
  }
}

describe('the environment', () => {
  test('needs three variables; all else has a default', () => {
    expect(readConfig(ENV)).toEqual({
      host: undefined,
      port: 3000,
      databaseUrl: ENV.DATABASE_URL,
      http: {
        publicUrl: null,
        trustedProxies: 0,
        corsOrigins: [],
        requestsPerMinute: 1200,
        authFailuresPerMinute: 30,
        headersTimeoutMs: 10_000,
        requestTimeoutMs: 30_000,
      },
      graph: {
        baseUrl: 'https://graph.facebook.com',
        version: 'v25.0',
        callsPerSecond: 2,
        appSecret: null,
        timeoutMs: 30_000,
        throttleWaitMs: 300_000,
        blockedWaitMs: 3_600_000,
      },
      tokenKeys: [KEY],
      apiToken: 'api-token-0123456789',
      temporalUiUrl: null,
      queuePrefix: '',
      sliceMs: 2000,
      standstillMs: 3_600_000,
      seedWaitMs: 270_000,
      maintenance: {
        scheduled: true,
        reconcileEveryMs: 60_000,
        reconcileGraceMs: 60_000,
        retentionDays: 30,
        webhookSweepMs: 60_000,
        webhookRepairAfterMs: 60_000,
        subscriptionCheckMs: 21_600_000,
        scheduleCheckMs: 300_000,
      },
      webhooks: { appId: null, verifyToken: null, appSecrets: [] },
      facebookApp: null,
      login: { baseUrl: 'https://www.facebook.com', configId: null },
      logLevel: 'info',
    });
  });

  test('may say everything', () => {
    const second = randomBytes(32);
    expect(
      readConfig({
        ...ENV,
        HOST: '127.0.0.1',
        PORT: '0',
        PUBLIC_URL: 'https://pagesync.example.com/',
        TRUST_PROXY: '2',
        CORS_ORIGINS: 'https://a.example.com, http://localhost:5173',
        API_RATE_LIMIT_PER_MINUTE: '0',
        AUTH_FAILURES_PER_MINUTE: '5',
        HEADERS_TIMEOUT_SECONDS: '0.5',
        REQUEST_TIMEOUT_SECONDS: '1',
        GRAPH_BASE_URL: 'http://127.0.0.1:4000//',
        GRAPH_API_VERSION: 'v26.1',
        GRAPH_CALLS_PER_SECOND: '0.5',
        GRAPH_TIMEOUT_SECONDS: '2.5',
        GRAPH_THROTTLE_WAIT_SECONDS: '0',
        GRAPH_BLOCKED_WAIT_SECONDS: '60',
        FACEBOOK_APP_ID: '123',
        FACEBOOK_APP_SECRET: 'app-secret',
        FACEBOOK_PREVIOUS_APP_SECRET: 'the one before',
        FACEBOOK_VERIFY_TOKEN: 'verify',
        FACEBOOK_LOGIN_BASE_URL: 'http://127.0.0.1:4000/',
        FACEBOOK_LOGIN_CONFIG_ID: '77',
        WEBHOOK_SWEEP_SECONDS: '3',
        WEBHOOK_REPAIR_SECONDS: '4',
        SCHEDULE_CHECK_SECONDS: '5',
        SUBSCRIPTION_CHECK_SECONDS: '60',
        TOKEN_ENCRYPTION_KEYS: `${KEY.toString('base64')} , ${second.toString('base64')}`,
        TEMPORAL_UI_URL: 'https://temporal.example.com/ui/',
        PAGESYNC_QUEUE_PREFIX: 'blue-',
        SYNC_SLICE_SECONDS: '0',
        SYNC_STANDSTILL_SECONDS: '0.5',
        SEED_WAIT_SECONDS: '10',
        MAINTENANCE: 'off',
        RECONCILE_EVERY_SECONDS: '5',
        RECONCILE_GRACE_SECONDS: '0.5',
        RETENTION_DAYS: '7',
        LOG_LEVEL: 'silent',
        UNKNOWN: 'is fine',
      }),
    ).toMatchObject({
      host: '127.0.0.1',
      port: 0,
      http: {
        publicUrl: 'https://pagesync.example.com',
        trustedProxies: 2,
        corsOrigins: ['https://a.example.com', 'http://localhost:5173'],
        requestsPerMinute: 0,
        authFailuresPerMinute: 5,
        headersTimeoutMs: 500,
        requestTimeoutMs: 1000,
      },
      graph: {
        baseUrl: 'http://127.0.0.1:4000',
        version: 'v26.1',
        callsPerSecond: 0.5,
        timeoutMs: 2500,
        throttleWaitMs: 0,
        blockedWaitMs: 60_000,
        appSecret: 'app-secret',
      },
      tokenKeys: [KEY, second],
      facebookApp: { id: '123', secret: 'app-secret' },
      login: { baseUrl: 'http://127.0.0.1:4000', configId: '77' },
      temporalUiUrl: 'https://temporal.example.com/ui',
      queuePrefix: 'blue-',
      sliceMs: 0,
      standstillMs: 500,
      seedWaitMs: 10_000,
      maintenance: {
        scheduled: false,
        reconcileEveryMs: 5000,
        reconcileGraceMs: 500,
        retentionDays: 7,
        webhookSweepMs: 3000,
        webhookRepairAfterMs: 4000,
        subscriptionCheckMs: 60_000,
        scheduleCheckMs: 5000,
      },
      webhooks: { appId: '123', verifyToken: 'verify', appSecrets: ['app-secret', 'the one before'] },
      logLevel: 'silent',
    });
  });

  test('with an empty variable is as without it', () => {
    expect(
      readConfig({ ...ENV, PORT: '', FACEBOOK_APP_SECRET: '', GRAPH_BASE_URL: '', LOG_LEVEL: undefined }),
    ).toEqual(readConfig(ENV));
    expect(complaint({ ...ENV, DATABASE_URL: '' })).toContain('DATABASE_URL: is not set');
  });
});

describe('an environment that is not as it must be', () => {
  test('names all that is missing at once', () => {
    const message = complaint({});
    for (const name of Object.keys(ENV)) expect(message).toContain(`  ${name}: is not set`);
    expect(message.split('\n')).toHaveLength(4);
  });

  test.each([
    ['PORT', 'http'],
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['PORT', '3000.5'],
    ['PORT', ' '],
    ['GRAPH_CALLS_PER_SECOND', ' '],
    ['DATABASE_URL', 'mysql://user:database-password@localhost/x'],
    ['DATABASE_URL', 'localhost'],
    ['GRAPH_BASE_URL', 'graph.facebook.com'],
    ['GRAPH_BASE_URL', 'localhost:4000'],
    ['GRAPH_BASE_URL', 'ftp://graph.facebook.com'],
    ['GRAPH_API_VERSION', '25'],
    ['GRAPH_API_VERSION', 'v25'],
    ['GRAPH_CALLS_PER_SECOND', 'fast'],
    ['GRAPH_CALLS_PER_SECOND', '-1'],
    ['GRAPH_TIMEOUT_SECONDS', '0'],
    ['GRAPH_TIMEOUT_SECONDS', '1e999'],
    ['GRAPH_THROTTLE_WAIT_SECONDS', '-5'],
    ['TOKEN_ENCRYPTION_KEYS', 'too-short'],
    ['TOKEN_ENCRYPTION_KEYS', `${KEY.toString('base64')},`],
    ['TOKEN_ENCRYPTION_KEYS', KEY.toString('hex')],
    ['TOKEN_ENCRYPTION_KEYS', randomBytes(31).toString('base64')],
    ['PAGESYNC_API_TOKEN', 'short'],
    ['PUBLIC_URL', 'pagesync.example.com'],
    ['TRUST_PROXY', 'true'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://a.example.com/'],
    ['CORS_ORIGINS', 'https://a.example.com,'],
    ['API_RATE_LIMIT_PER_MINUTE', '0.5'],
    ['AUTH_FAILURES_PER_MINUTE', '0'],
    ['SYNC_STANDSTILL_SECONDS', '-1'],
    ['SYNC_STANDSTILL_SECONDS', 'an hour'],
    ['MAINTENANCE', 'maybe'],
    ['RECONCILE_EVERY_SECONDS', '0'],
    ['RETENTION_DAYS', '0'],
    ['LOG_LEVEL', 'loud'],
  ])('names %s when it is %j, and shows no value', (name, value) => {
    const message = complaint({ ...ENV, [name]: value });
    expect(message).toContain(`  ${name}: `);
    expect(message.split('\n')).toHaveLength(2);
    expect(message).not.toContain('is not set');
    if (value.length > 4) expect(message).not.toContain(value);
    expect(message).not.toMatch(/database-password|api-token/);
  });
});
