import { createHash, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { APP_POOL, type AppMeter } from '../../src/contract/budget.ts';
import { createGraphApp, type GraphApp, GraphError } from '../../src/graph/index.ts';
import { never } from './graph-server.ts';

const APP = { id: '1234567890', secret: 'the secret of the app' };
const BACK = 'http://127.0.0.1:9/callback';
const verifier = randomBytes(32).toString('base64url');

let simulator: Simulator;
let graph: GraphApp;
let told: unknown[];
let blockedUntilMs: number | null;

beforeEach(async () => {
  simulator = await startSimulator({ conversations: 2, appSecret: APP.secret });
  told = [];
  blockedUntilMs = null;
  graph = appWith(APP.secret);
});
afterEach(() => simulator.close());

function appWith(secret: string): GraphApp {
  const meter: AppMeter = {
    pool: async () => ({ blockedUntilMs, why: 'The app is full', usagePercent: null }),
    async block(pool, waitMs, why) {
      told.push(['block', pool, Math.round(waitMs / 60_000), why]);
    },
    async observe(pool, percent) {
      told.push(['observe', pool, percent]);
    },
  };
  const endpoint = {
    baseUrl: simulator.url,
    version: 'v25.0',
    appSecret: secret,
    timeoutMs: 5000,
    throttleWaitMs: 300_000,
    blockedWaitMs: 3_600_000,
  };
  return createGraphApp(endpoint, { id: APP.id, secret }, meter);
}

/** Somebody presses Continue. */
async function codeOf(): Promise<string> {
  const url = `${simulator.url}/dialog/oauth?${new URLSearchParams({
    client_id: APP.id,
    redirect_uri: BACK,
    scope: 'pages_show_list,pages_messaging',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    simulator_answer: 'continue',
  })}`;
  const answer = await fetch(url, { redirect: 'manual' });
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
}

const exchange = async (code: string) => graph.exchangeCode({ code, redirectUri: BACK, verifier }, never);
const signedIn = async () => graph.prolong(await exchange(await codeOf()), never);
const fault = (edge: string, what: object, times = 1) =>
  simulator.control('POST', '/faults', { match: { edge }, times, fault: what });
const calls = () =>
  simulator.control('GET', '/calls') as { byEdge: Record<string, number>; log: { path: string }[] };

async function errorOf(call: Promise<unknown>): Promise<GraphError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GraphError)) throw new Error(`No GraphError: ${inspect(error)}`);
  return error;
}

test('a code becomes a long-lived token, and that the pages with tokens that do not end', async () => {
  const accounts = await graph.accounts(await signedIn(), never);
  expect(accounts).toEqual([
    {
      facebookPageId: '100000000000001',
      name: 'Demo Page',
      instagramAccountId: '17840000000000001',
      accessToken: expect.stringMatching(/^EAA/),
      canMessage: true,
    },
  ]);
  expect(await graph.inspectToken(accounts[0]?.accessToken ?? '', never)).toEqual({
    isValid: true,
    isDead: false,
    type: 'PAGE',
    profileId: '100000000000001',
    expiresAt: null,
    dataAccessExpiresAt: expect.stringMatching(/Z$/),
    scopes: ['pages_show_list', 'pages_messaging'],
    error: null,
  });
  expect(told).toContainEqual(['observe', APP_POOL, 1]);
});

test('what was refused is not worth another try, and the error quotes no secret', async () => {
  const code = await codeOf();
  const wrong = await errorOf(appWith('guess').exchangeCode({ code, redirectUri: BACK, verifier }, never));
  expect(wrong).toMatchObject({ kind: 'bad_request', message: expect.stringContaining('client secret') });
  await exchange(code);
  const used = await errorOf(exchange(code));
  expect(used).toMatchObject({ kind: 'bad_request', message: expect.stringContaining('has been used') });

  const body = {
    error: { message: `No: ${code} ${verifier} ${APP.secret}`, code: 100, type: 'OAuthException' },
  };
  fault('access_token', { kind: 'raw', status: 400, body });
  const quoting = await errorOf(exchange(code));
  fault('debug_token', {
    kind: 'raw',
    status: 400,
    body: { error: { ...body.error, message: 'No: my-token' } },
  });
  const ofToken = await errorOf(graph.inspectToken('my-token', never));
  expect(ofToken.message).toContain('No: …');
  const shown = inspect([wrong, used, quoting, ofToken], { depth: 6 });
  for (const secret of [code, verifier, APP.secret, 'my-token']) expect(shown).not.toContain(secret);
});

test('all pages come, fewer at a time when Meta finds it too much; those without MESSAGING are told apart', async () => {
  const ids = Array.from({ length: 30 }, (_, i) => `2000000000000${String(i).padStart(2, '0')}`);
  for (const id of ids) simulator.control('POST', '/pages', { id, conversations: 0 });
  const pages = ids.map((id, i) => ({ id, ...(i % 10 === 3 ? { tasks: ['ANALYZE'] } : {}) }));
  simulator.control('POST', '/users', { pages, reduceAbove: 13 });
  const token = await signedIn();
  const accounts = await graph.accounts(token, never);
  expect(accounts.map(({ facebookPageId }) => facebookPageId)).toEqual(ids);
  const readers = accounts.filter(({ canMessage }) => !canMessage);
  expect(readers.map(({ facebookPageId }) => facebookPageId)).toEqual([ids[3], ids[13], ids[23]]);
  // 100, 50 and 25 are too many; three pages of 13
  expect(calls().byEdge.accounts).toBe(6);
  fault('accounts', { kind: 'error', name: 'reduce-data' }, 100);
  expect(await errorOf(graph.accounts(token, never))).toMatchObject({ kind: 'shrink' });
});

test('a token that is none is not valid; one that Meta ended neither', async () => {
  expect(await graph.inspectToken('guess', never)).toMatchObject({ isValid: false, type: null, scopes: [] });
  const [account] = await graph.accounts(await signedIn(), never);
  simulator.control('POST', '/token', { state: 'expired' });
  expect(await graph.inspectToken(account?.accessToken ?? '', never)).toMatchObject({
    isValid: false,
    error: expect.stringContaining('expired'),
  });
});

test.each<[string, object, boolean]>([
  ['the session is over', { error: { code: 190, message: 'x' } }, true],
  ['the session is none', { error: { code: 102, message: 'x' } }, true],
  ['Meta does not say why', {}, true],
  ['its time is over', { error: { code: 1, message: 'x' }, expires_at: 1_000_000_000 }, true],
  ['its time is not over', { error: { code: 1, message: 'x' }, expires_at: 4_000_000_000 }, false],
  ['Meta has a trouble of its own', { error: { code: 2, message: 'x' } }, false],
  ['a permission is missing', { error: { code: 10, message: 'x' } }, false],
  ['Meta says something without a code', { error: { message: 'x' } }, false],
])('a token that is not valid because %s is dead or not', async (_why, more, dead) => {
  const body = { data: { is_valid: false, type: 'PAGE', scopes: [], ...more } };
  fault('debug_token', { kind: 'raw', status: 200, body });
  expect(await graph.inspectToken('x', never)).toMatchObject({ isValid: false, isDead: dead });
});

test('the app’s pool: what is shown is told, a throttle blocks it, and no call goes out while it is blocked', async () => {
  fault('debug_token', { kind: 'error', name: 'throttle-4' });
  expect(await errorOf(graph.inspectToken('x', never))).toMatchObject({ kind: 'throttle', pool: 'app' });
  expect(told).toEqual([
    ['observe', APP_POOL, 100],
    ['block', APP_POOL, 5, expect.stringContaining('limit reached')],
  ]);
  // a person's own limit is not the app's
  fault('debug_token', { kind: 'error', name: 'throttle-613' });
  expect(await errorOf(graph.inspectToken('x', never))).toMatchObject({ kind: 'throttle' });
  expect(told.filter((one) => Array.isArray(one) && one[0] === 'block')).toHaveLength(1);
  blockedUntilMs = Date.now() + 60_000;
  const before = calls().byEdge.debug_token;
  expect(await errorOf(graph.inspectToken('x', never))).toMatchObject({
    kind: 'throttle',
    untilMs: blockedUntilMs,
    message: 'The app is full',
  });
  expect(calls().byEdge.debug_token).toBe(before);
});
