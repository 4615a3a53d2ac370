import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PageResource } from '../../src/contract/resources.ts';
import { SUBSCRIBED_FIELDS } from '../../src/contract/webhooks.ts';
import { createStore, createTokenCipher } from '../../src/store/index.ts';
import { eventually } from '../support/eventually.ts';
import { runTask, startTask } from '../support/maintenance.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { deliver, drained, envelopeOf, WEBHOOK_ENV } from '../support/webhooks-under-test.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: WEBHOOK_ENV });
});
afterAll(() => stack.close());

const WANTED = [...SUBSCRIBED_FIELDS].sort();
const check = () => runTask(stack, 'subscriptions');
const webhooksOf = async (page: TestPage) =>
  (await stack.api.get<PageResource>(`/api/pages/${page.id}`)).body.webhooks;
const checked = (page: TestPage) =>
  eventually(async () => {
    const webhooks = await webhooksOf(page);
    return webhooks.subscription === 'unknown' ? null : webhooks;
  }, 'the subscription to be looked at');
const healthOf = async (page: TestPage) =>
  (
    await stack.sql<{ health: string; silent_since: Date | null; subscription_error: string | null }[]>`
      SELECT health, silent_since, subscription_error FROM page_health WHERE page_id = ${page.id}`
  )[0];

/** The fields as Meta has them. */
async function fieldsAtMeta(page: TestPage): Promise<string[]> {
  const answer = await fetch(`${stack.simulator.url}/v25.0/${page.facebookPageId}/subscribed_apps`, {
    headers: { authorization: `Bearer ${page.accessToken}` },
  });
  const { data } = (await answer.json()) as { data: { subscribed_fields: string[] }[] };
  return (data[0]?.subscribed_fields ?? []).sort();
}

async function setFieldsAtMeta(page: TestPage, method: 'POST' | 'DELETE', fields = ''): Promise<void> {
  const url = `${stack.simulator.url}/v25.0/${page.facebookPageId}/subscribed_apps?subscribed_fields=${fields}`;
  const answer = await fetch(url, { method, headers: { authorization: `Bearer ${page.accessToken}` } });
  expect(answer.status, await answer.text()).toBe(200);
}

async function sync(page: TestPage, mode: 'full' | 'incremental') {
  expect((await stack.api.post(`/api/pages/${page.id}/sync`, { mode })).status).toBe(202);
  return stack.ended(page);
}

test('connecting a page subscribes it to every field that we want', async () => {
  const page = await stack.addPage({ conversations: 2 });
  const webhooks = await checked(page);
  expect(webhooks).toMatchObject({ subscription: 'subscribed', error: null, lastDeliveryAt: null });
  expect(webhooks.fields.sort()).toEqual(WANTED);
  expect(await fieldsAtMeta(page)).toEqual(WANTED);
});

test('a refusal is shown and not hidden; once Meta agrees the schedule subscribes the page', async () => {
  const fault = { kind: 'error', name: 'permission-200' };
  stack.simulator.control('POST', '/faults', {
    match: { edge: 'subscribed_apps' },
    times: 'always',
    fault,
  });
  const page = await stack.addPage({ conversations: 2 });
  const refused = await checked(page);
  expect(refused).toMatchObject({ subscription: 'failed', fields: [], checkedAt: expect.any(String) });
  expect(refused.error).toMatch(/permission/i);
  await sync(page, 'full');
  expect(await healthOf(page)).toMatchObject({ health: 'unsubscribed', subscription_error: refused.error });

  stack.simulator.control('DELETE', '/faults');
  await check();
  expect(await webhooksOf(page)).toMatchObject({ subscription: 'subscribed', error: null });
  expect(await healthOf(page)).toMatchObject({ health: 'ok' });
});

test('what somebody has taken away comes back, what somebody has added stays', async () => {
  const page = await stack.addPage({ conversations: 2 });
  await checked(page);
  await check();
  await setFieldsAtMeta(page, 'POST', 'messages,feed');
  expect(await check()).toMatchObject({ repaired: 1, failed: 0 });
  expect(await fieldsAtMeta(page)).toEqual([...WANTED, 'feed'].sort());
  await setFieldsAtMeta(page, 'DELETE');
  expect(await check()).toMatchObject({ repaired: 1, failed: 0 });
  expect(await fieldsAtMeta(page)).toEqual(WANTED);
  expect(await check()).toMatchObject({ repaired: 0, failed: 0 });
});

test('while Meta does not answer, a page that is subscribed stays so; a new one is subscribed when it does', async () => {
  const known = await stack.addPage({ conversations: 2 });
  await checked(known);
  const match = { edge: 'subscribed_apps' };
  const fault = { kind: 'error', name: 'transient-2' };
  stack.simulator.control('POST', '/faults', { match, times: 'always', fault });
  expect(await check()).toMatchObject({ repaired: 0 });
  expect(await webhooksOf(known)).toMatchObject({ subscription: 'subscribed', error: null });
  stack.simulator.control('DELETE', '/faults');
  stack.simulator.control('POST', '/faults', { match, times: 2, fault });
  expect(await checked(await stack.addPage({ conversations: 2 }))).toMatchObject({
    subscription: 'subscribed',
    error: null,
  });
});

test.each([
  ['is not subscribed again', 1],
  ['is unsubscribed again', 2],
])('a page that is disconnected while it is looked at %s', async (_what, afterCalls) => {
  const page = await stack.addPage({ conversations: 2 });
  await checked(page);
  await setFieldsAtMeta(page, 'DELETE');
  stack.simulator.control('POST', '/faults', {
    match: { page: page.facebookPageId, edge: 'subscribed_apps', afterCalls },
    fault: { kind: 'delay', ms: 3000 },
  });
  const run = await startTask(stack, 'subscriptions');
  await eventually(() => {
    const rules = stack.simulator.control('GET', '/faults') as { hits: number }[];
    return rules.some(({ hits }) => hits > 0);
  }, 'the call to Meta');
  await createStore(stack.sql, createTokenCipher(stack.config.tokenKeys)).pages.disconnect(page.id);
  await run.result();
  expect(await fieldsAtMeta(page)).toEqual([]);
  expect(await webhooksOf(page)).toMatchObject({ subscription: 'unknown', fields: [] });
  stack.simulator.control('DELETE', '/faults');
});

test('taking Instagram away leaves the page subscribed: both share one subscription', async () => {
  const page = await stack.addPage({ conversations: 2 });
  await checked(page);
  const { facebookPageId, name, accessToken } = page;
  const request = { facebookPageId, name, accessToken, instagramAccountId: null };
  expect((await stack.api.post('/api/pages', request)).status).toBe(200);
  await check();
  expect(await fieldsAtMeta(page)).toEqual(WANTED);
});

test('a page for which syncs find messages and no webhook comes is silent', async () => {
  const page = await stack.addPage({ conversations: 5, instagram: false });
  await checked(page);
  await sync(page, 'full');
  // a sync that is over when the messages come: they are newer than the subscription, and nobody delivers them
  await sync(page, 'incremental');
  stack.simulator.control('POST', '/inbox/messages', { page: page.facebookPageId, index: 1 });
  const found = await sync(page, 'incremental');
  expect(found.totals.eventsCreated).toBe(1);
  // a webhook may be late, but not by ten minutes
  expect(await healthOf(page)).toMatchObject({ health: 'ok', silent_since: null });
  await stack.sql`UPDATE facebook_pages SET subscribed_at = subscribed_at - interval '1 hour' WHERE id = ${page.id}`;
  await stack.sql`UPDATE sync_jobs SET started_at = started_at - interval '11 minutes',
    completed_at = completed_at - interval '11 minutes' WHERE page_id = ${page.id}`;
  expect(await healthOf(page)).toMatchObject({ health: 'silent', silent_since: expect.any(Date) });

  const item = {
    sender: { id: '4242' },
    recipient: { id: page.facebookPageId },
    timestamp: Date.now(),
    message: { mid: 'm_heard', text: 'at last' },
  };
  await deliver(stack, envelopeOf(page, [item]));
  await drained(stack, page);
  expect(await healthOf(page)).toMatchObject({ health: 'ok', silent_since: null });
  expect((await webhooksOf(page)).lastDeliveryAt).not.toBeNull();
});
