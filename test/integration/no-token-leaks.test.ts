/* After a full run with all that goes wrong, no token and no secret stands anywhere but encrypted (requirement G2). */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BatchResource } from '../../src/contract/batch-resources.ts';
import type { ConversationResource } from '../../src/contract/conversations.ts';
import type { BegunFacebookLogin } from '../../src/contract/facebook-login.ts';
import { taskQueues } from '../../src/contract/names.ts';
import type { JobResource, ListResource } from '../../src/contract/resources.ts';
import { createTokenCipher } from '../../src/store/index.ts';
import { deleteAutoSyncSchedules, startAutoSync } from '../support/auto-sync.ts';
import { eventually } from '../support/eventually.ts';
import { databaseTexts, historyTexts, leaksIn } from '../support/leaks.ts';
import { APP_ID, press } from '../support/login-under-test.ts';
import { runTask } from '../support/maintenance.ts';
import { type Program, startProgram } from '../support/program.ts';
import { recordAnswers } from '../support/recorded-answers.ts';
import { freshPageId, type Stack, startStack } from '../support/stack.ts';
import { useAccess } from '../support/use-access.ts';
import { signatureOf } from '../support/webhooks-under-test.ts';

const APP_SECRET = randomBytes(16).toString('hex');
const VERIFY_TOKEN = randomBytes(16).toString('hex');
const SEARCHED = randomBytes(16).toString('hex');
const PASTED = `EAAG${randomBytes(40).toString('hex')}`;

let stack: Stack;
let server: Program;
let worker: Program;
let url: string;
/** What may stand nowhere, by what it is called in a failure. */
const secrets = new Map<string, string>();
const { answers, call, twice } = recordAnswers({
  url: () => url,
  token: () => stack.config.apiToken,
  secrets,
});

beforeAll(async () => {
  stack = await startStack({
    workers: 0,
    simulator: { appSecret: APP_SECRET, appId: APP_ID },
    env: {
      FACEBOOK_APP_ID: APP_ID,
      FACEBOOK_APP_SECRET: APP_SECRET,
      FACEBOOK_VERIFY_TOKEN: VERIFY_TOKEN,
      PUBLIC_URL: 'http://localhost:9',
      SYNC_SLICE_SECONDS: '0.2',
    },
  });
  // the programs as they run, with all that they and Temporal's SDK log
  const env = { ...stack.env, LOG_LEVEL: 'trace' };
  server = startProgram('src/server.ts', [], env);
  worker = startProgram('src/worker.ts', [], env);
  const port = await eventually(() => /"port":(\d+)/.exec(server.output())?.[1], 'the API');
  url = `http://127.0.0.1:${port}`;
  await eventually(() => worker.output().includes('Worker polling'), 'the worker');
});
afterAll(async () => {
  for (const program of [server, worker]) program?.kill('SIGTERM');
  await Promise.all([server?.exited, worker?.exited]);
  await deleteAutoSyncSchedules(stack);
  await stack?.close();
});

const control = (path: string, body: object) => stack.simulator.control('POST', path, body);

const ended = (job: JobResource) =>
  eventually(async () => {
    const now = await call<JobResource>('GET', `/api/jobs/${job.id}`);
    return now.completedAt === null ? null : now;
  }, 'the end of the job');

const inStatus = (job: JobResource, status: string) =>
  eventually(
    async () => (await call<JobResource>('GET', `/api/jobs/${job.id}`)).status === status,
    `status ${status}`,
  );

const fault = (match: object, what: object) => control('/faults', { match, fault: what });

/** What Meta may answer: what it was asked with, quoted in every way. */
const quoting = (token: string) => ({
  kind: 'raw',
  status: 400,
  body: {
    error: {
      message: `Malformed access token ${token} in ?access_token=${token}&x=1`,
      code: 100,
      type: 'OAuthException',
      error_user_msg: `Your token ${token}`,
    },
  },
});

/** A batch and an automatic sync of pages, to their ends. */
async function syncByThemselves(page: { id: string; facebookPageId: string }): Promise<void> {
  const all = { pageIds: [page.id], mode: 'incremental' };
  const batch = await twice<BatchResource>('POST', '/api/batches', all);
  await call('GET', `/api/batches/${batch.id}/stream`);
  await eventually(async () => {
    const { completedAt } = await call<BatchResource>('GET', `/api/batches/${batch.id}`);
    return completedAt !== null;
  }, 'the end of the batch');
  await call('GET', `/api/batches/${batch.id}/pages`);
  await call('PATCH', `/api/pages/${page.id}`, { autoSync: true, syncIntervalSeconds: 86_400 });
  await (await startAutoSync(stack, page)).result();
  await call('GET', `/api/pages/${page.id}`);
  await call('GET', '/api/notifications');
  await call('GET', '/api/health-report');
  await call('GET', '/api/maintenance');
}

test('no token, code or secret is in an answer, a log, a history or the database', async () => {
  const [own, signed] = [freshPageId(), freshPageId()];
  for (const [id, token] of [
    [own, PASTED],
    [signed, `token-of-${signed}`],
  ]) {
    control('/pages', {
      id,
      token,
      name: `Page ${id}`,
      conversations: 40,
      messages: 30,
      instagramAccountId: `178${id}`,
    });
  }

  // a pasted token, refused and taken
  fault({ edge: 'debug_token' }, quoting(PASTED));
  const request = { facebookPageId: own, name: 'Own', accessToken: PASTED, instagramAccountId: `178${own}` };
  await call('POST', '/api/pages', request);
  await call('POST', '/api/pages', { ...request, accessToken: `${PASTED} ` });
  const page = await twice<{ id: string; facebookPageId: string }>('POST', '/api/pages', request);
  await useAccess({ call, twice }, page.id);

  // signing in: refused by Meta, with a wrong state, and at last complete, by the browser's way
  control('/users', { pages: [{ id: signed }] });
  const begin = () =>
    twice<BegunFacebookLogin>('POST', '/api/facebook-logins', {}, ({ url }) => stateOf(url));
  const failing = await begin();
  const first = await press(failing);
  fault({ edge: 'access_token' }, quoting(`${first.code} ${APP_SECRET}`));
  await call('POST', `/api/facebook-logins/${failing.id}/complete`, { code: first.code, state: first.state });
  await call('GET', `/api/facebook-logins/${failing.id}`);
  const login = await begin();
  const { query } = await press(login);
  await call('GET', `/api/facebook-logins/callback${query}`);
  await call('GET', `/api/facebook-logins/callback${query}`);
  await call('GET', `/api/facebook-logins/${login.id}`);
  const connected = await call<{ data: { id: string }[] }>(
    'POST',
    `/api/facebook-logins/${login.id}/connect`,
    {
      all: true,
    },
  );
  expect(connected.data).toHaveLength(1);
  // a sync that meets everything: answers that quote the token, items set aside with their links, a dead token
  for (const kind of ['poison-no-id', 'poison-participants-string', 'nul-text']) {
    control('/oddities', { page: own, platform: 'messenger', index: 3, kind });
  }
  fault({ page: own, edge: 'messages' }, quoting(PASTED));
  fault({ page: own, edge: 'messages', afterCalls: 2 }, { kind: 'error', name: 'transient-2' });
  const job = await call<JobResource>('POST', `/api/pages/${own}/sync`);
  await call('GET', `/api/pages/${own}/sync`);
  await call('GET', `/api/pages/${own}/sync/stream`);
  await ended(job);
  for (const what of ['', '/failures', '/report', '/report.csv', '/failures.csv?payload=true']) {
    await call('GET', `/api/jobs/${job.id}${what}`);
  }
  await call('POST', `/api/jobs/${job.id}/retry-failed`);
  control('/token', { page: signed, state: 'expired' });
  const parked = await call<JobResource>('POST', `/api/pages/${signed}/sync`);
  await inStatus(parked, 'PAUSED');
  await call('GET', `/api/pages/${signed}`);
  const again = await begin();
  const second = await press(again);
  await call('POST', `/api/facebook-logins/${again.id}/complete`, { code: second.code, state: second.state });
  await call('POST', `/api/facebook-logins/${again.id}/connect`, { facebookPageIds: [signed] });
  await ended(parked);
  const { data } = await call<ListResource<ConversationResource>>(
    'GET',
    `/api/conversations?pageId=${page.id}`,
  );
  const repair = await call<JobResource>('POST', `/api/conversations/${data[0]?.id}/repair`);
  await ended(repair);
  await call('GET', `/api/conversations/${data[0]?.id}/events`);
  await call('GET', `/api/conversations?q=${SEARCHED}`);
  await fetch(`${url}/inbox?q=${SEARCHED}`, { headers: { accept: 'text/html' } });

  await syncByThemselves(page);

  // webhooks, and upkeep
  const hook = JSON.stringify({ object: 'page', entry: [{ id: own, time: Date.now(), messaging: [{}] }] });
  await fetch(`${url}/webhooks/facebook?hub.mode=subscribe&hub.challenge=1&hub.verify_token=${VERIFY_TOKEN}`);
  await fetch(`${url}/webhooks/facebook?hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong`);
  const headers = { 'x-hub-signature-256': signatureOf(hook, APP_SECRET) };
  await fetch(`${url}/webhooks/facebook`, { method: 'POST', headers, body: hook });
  fault({ edge: 'debug_token' }, quoting(PASTED));
  await runTask(stack, 'tokens');
  await runTask(stack, 'subscriptions');
  await call('GET', '/api/pages?connected=all');
  await call('DELETE', `/api/pages/${signed}`);

  const { tokens, codes } = stack.simulator.control('GET', '/secrets') as {
    tokens: string[];
    codes: string[];
  };
  expect(tokens.length).toBeGreaterThan(6);
  const cipher = createTokenCipher(stack.config.tokenKeys);
  const verifiers = await stack.sql<
    { id: string; verifier: string }[]
  >`SELECT id, verifier FROM facebook_logins`;
  const others: [string, string][] = [
    ['the app’s secret', APP_SECRET],
    ['the verify token', VERIFY_TOKEN],
    ['the API’s token', stack.config.apiToken],
    ['what somebody searched for', SEARCHED],
    ['an encryption key', stack.env.TOKEN_ENCRYPTION_KEYS ?? ''],
    ...tokens.map((token, i): [string, string] => [`token ${i} of Meta`, token]),
    ...codes.map((code, i): [string, string] => [`code ${i}`, code]),
    ...verifiers.map(({ id, verifier }, i): [string, string] => [
      `verifier ${i}`,
      cipher.decrypt(verifier, id),
    ]),
  ];
  // two tokens, two links and the page of one, a cookie, what it takes to change something; a state for each login
  expect(secrets.size).toBe(2 + 2 + 1 + 1 + 1 + verifiers.length);
  for (const [name, secret] of others) secrets.set(name, secret);
  const { sync, webhook } = taskQueues(stack.config.queuePrefix);
  const histories = await eventually(async () => {
    const found = await historyTexts(stack.temporal, [sync, webhook]);
    const wanted = [/^history of batch/, /^history of .*auto-sync/, /^history of token/];
    return found.length >= 10 && wanted.every((one) => found.some(({ where }) => one.test(where)))
      ? found
      : null;
  }, 'the histories to be listed');
  const everything = [
    ...answers,
    ...histories,
    ...(await databaseTexts(stack.sql)),
    { where: 'the log of the API', text: server.output() },
    { where: 'the log of the worker', text: worker.output() },
  ];
  // the places that were looked at do hold what went on
  for (const where of [
    /^answer of POST/,
    /^history of \d+$/,
    /^history of token/,
    /^answer of GET .*failures\.csv/,
    /^table .*idempotency_keys/,
    /^table .*sync_failures/,
    /log of the API/,
    /log of the worker/,
  ]) {
    const text = everything.filter((one) => where.test(one.where)).map((one) => one.text);
    expect(text.join('\n'), String(where)).toMatch(
      new RegExp(`${own}|${signed}|poison|MALFORMED|participants`),
    );
  }
  for (const [name, secret] of secrets) {
    expect(leaksIn([{ where: 'a place', text: `x${encodeURIComponent(secret)}x` }], secrets)).toContain(
      `${name} in a place`,
    );
  }
  expect(leaksIn(everything, secrets)).toEqual([]);
});

function stateOf(link: string): string {
  return new URL(link).searchParams.get('state') ?? '';
}
