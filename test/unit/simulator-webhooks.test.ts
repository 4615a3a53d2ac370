import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { get } from '../../simulator/testing/client.ts';
import {
  ACCOUNT,
  PAGE,
  SECRET,
  startWebhookSimulator,
  type WebhookSimulator,
} from '../support/webhook-simulator.ts';

let meta: WebhookSimulator;

beforeEach(async () => {
  meta = await startWebhookSimulator();
});

afterEach(() => meta.close());

test('subscribed_apps takes fields from query, form and JSON, lists them and forgets them', async () => {
  const path = `/${PAGE}/subscribed_apps`;
  expect(await (await meta.graph('GET', path)).json()).toEqual({ data: [] });
  await meta.subscribe('messages,message_echoes');
  const app = { category: 'Business', name: 'Example App', id: '1234567890' };
  expect(await (await meta.graph('GET', path)).json()).toEqual({
    data: [{ ...app, link: expect.any(String), subscribed_fields: ['messages', 'message_echoes'] }],
  });
  const bodies = [
    new URLSearchParams({ subscribed_fields: 'messages,feed', access_token: 'SIMULATOR-demo-page-token' }),
    JSON.stringify({ subscribed_fields: ['messages', 'feed'], access_token: 'SIMULATOR-demo-page-token' }),
  ];
  for (const body of bodies) {
    await meta.subscribe('messages');
    const headers = typeof body === 'string' ? { 'content-type': 'application/json' } : undefined;
    const answer = await fetch(`${meta.simulator.url}/v25.0${path}`, { method: 'POST', body, headers });
    expect([answer.status, await answer.json()]).toEqual([200, { success: true }]);
    const { data } = (await (await meta.graph('GET', path)).json()) as { data: object[] };
    expect(data[0]).toMatchObject({ subscribed_fields: ['messages', 'feed'] });
  }
  expect(await (await meta.graph('DELETE', path)).json()).toEqual({ success: true });
  expect(await (await meta.graph('GET', path)).json()).toEqual({ data: [] });
});

test('subscribed_apps refuses missing and unknown fields, and faults hit it', async () => {
  const path = `/${PAGE}/subscribed_apps`;
  const missing = await meta.graph('POST', path);
  expect(missing.status).toBe(400);
  expect(await missing.json()).toMatchObject({
    error: { code: 100, message: '(#100) The parameter subscribed_fields is required' },
  });
  const unknown = await meta.graph('POST', path, { subscribed_fields: 'messages,mesages' });
  expect(await unknown.json()).toMatchObject({
    error: { code: 100, message: expect.stringMatching(/subscribed_fields\[1\] must be one of .*"mesages"/) },
  });
  const fault = { kind: 'error', name: 'permission-200' };
  meta.simulator.control('POST', '/faults', { match: { edge: 'subscribed_apps' }, fault });
  expect((await meta.graph('POST', path, { subscribed_fields: 'messages' })).status).toBe(403);
  expect(meta.status().pages).toMatchObject([{ id: PAGE, state: 'none' }]);
});

test('conversations with a user_id are the one of that person', async () => {
  for (const platform of ['messenger', 'instagram']) {
    const list = (
      await get(meta.simulator.url, `/${PAGE}/conversations`, { platform, fields: 'id,participants' })
    ).body.data;
    for (const row of [list[0], list[7]]) {
      const person = row?.participants?.data[0]?.id ?? '';
      const { body } = await get(meta.simulator.url, `/${PAGE}/conversations`, { platform, user_id: person });
      expect(body.data.map(({ id }) => id)).toEqual([row?.id]);
    }
    const nobody = await get(meta.simulator.url, `/${PAGE}/conversations`, { platform, user_id: '123456' });
    expect(nobody.body.data).toEqual([]);
  }
});

test('the signature is over the escaped bytes that are sent', async () => {
  meta.connect();
  await meta.subscribe();
  meta.write({ index: 0, text: 'Ça coûte 5 €/mois 👍🏽' });
  await meta.delivered();
  const [post] = meta.receiver.posts;
  const raw = post?.raw ?? Buffer.alloc(0);
  expect(raw.toString('latin1')).toContain(
    '\\u00c7a co\\u00fbte 5 \\u20ac\\/mois \\ud83d\\udc4d\\ud83c\\udffd',
  );
  expect(raw.every((byte) => byte < 0x80)).toBe(true);
  const hex = (algorithm: string) => createHmac(algorithm, SECRET).update(raw).digest('hex');
  expect(post?.headers).toMatchObject({
    'content-type': 'application/json',
    'x-hub-signature-256': `sha256=${hex('sha256')}`,
    'x-hub-signature': `sha1=${hex('sha1')}`,
  });
  expect(post?.items[0]?.message?.text).toBe('Ça coûte 5 €/mois 👍🏽');
});

test.each(['messenger', 'instagram'])(
  '%s: ids and times of messages and echoes are those of Graph',
  async (platform) => {
    meta.connect();
    await meta.subscribe();
    const { conversationId, messageIds } = meta.write({ platform, index: 3, count: 19 });
    messageIds.push(...meta.write({ platform, index: 3, from: 'page', text: 'Good morning' }).messageIds);
    const items = await meta.delivered();
    const fields = 'participants,messages.limit(20){id,created_time,from,to,message}';
    const { body } = await get(meta.simulator.url, `/${conversationId}`, { fields });
    const shown = body.messages.data.slice(0, 20).reverse();
    expect(shown.map(({ id }) => id)).toEqual(messageIds);
    const owner = platform === 'instagram' ? ACCOUNT : PAGE;
    const person = body.participants?.data.find(({ id }) => id !== owner)?.id;
    const byMid = new Map(items.map((item) => [item.message?.mid, item]));
    let before = 0;
    for (const [n, message] of shown.entries()) {
      const item = byMid.get(message.id);
      const echo = n === 19;
      expect([item?.sender.id, item?.recipient.id]).toEqual(echo ? [owner, person] : [person, owner]);
      expect(item?.message?.is_echo).toBe(echo ? true : undefined);
      expect(item?.message?.text ?? '').toBe(message.message);
      const ms = item?.timestamp ?? 0;
      expect(Math.floor(ms / 1000)).toBe(Date.parse(message.created_time.replace('+0000', 'Z')) / 1000);
      expect(ms, 'the order is that of Graph').toBeGreaterThanOrEqual(before);
      before = ms;
    }
    const { object, entry } = meta.receiver.posts[0]?.body ?? {};
    expect(object).toBe(platform === 'instagram' ? 'instagram' : 'page');
    expect(entry).toMatchObject([{ id: owner, time: expect.any(Number) }]);
    expect(entry?.[0]?.time).toBeGreaterThan(1e12);
  },
);

test('a new conversation is told message by message, oldest first', async () => {
  meta.connect({ concurrency: 1 });
  await meta.subscribe();
  meta.simulator.control('POST', '/inbox/conversations', { count: 3 });
  const items = await meta.delivered();
  const truth = meta.simulator.control('GET', '/inbox?limit=3') as {
    messages: { id: string; fromPage: boolean }[];
  }[];
  const messages = truth.reverse().flatMap((conversation) => [...conversation.messages].reverse());
  expect(items.map(({ message }) => [message?.mid, message?.is_echo ?? false])).toEqual(
    messages.map(({ id, fromPage }) => [id, fromPage]),
  );
});

test('nothing is sent without a callback or a subscription; Messenger by field, Instagram with any', async () => {
  meta.write({ index: 0, text: 'before everything' });
  await meta.subscribe('messages');
  meta.write({ index: 0, text: 'no callback' });
  await meta.graph('DELETE', `/${PAGE}/subscribed_apps`);
  meta.connect({ concurrency: 1 });
  meta.write({ index: 0, text: 'not subscribed' });
  await meta.subscribe('messages');
  meta.write({ index: 0, text: 'one' });
  meta.write({ index: 0, text: 'an echo', from: 'page' });
  expect(meta.happen({ index: 0, kind: 'reaction' }).delivered).toBe(0);
  expect(meta.happen({ index: 0, kind: 'standby' }).delivered).toBe(0);
  meta.write({ platform: 'instagram', index: 0, text: 'two' });
  meta.write({ platform: 'instagram', index: 0, text: 'three', from: 'page' });
  expect(meta.happen({ platform: 'instagram', index: 0, kind: 'reaction' }).delivered).toBe(1);
  const items = await meta.delivered();
  expect(items.map(({ message }) => message?.text ?? 'reaction').sort()).toEqual([
    'one',
    'reaction',
    'three',
    'two',
  ]);
  expect(meta.status()).toMatchObject({
    updates: 4,
    acknowledged: 4,
    posts: 4,
    byStatus: { 200: 4 },
    dropped: 0,
  });
  meta.simulator.control('POST', '/webhooks', { url: null });
  meta.write({ index: 0, text: 'stopped' });
  expect(meta.status()).toMatchObject({ callback: null, updates: 4 });
});

test('the handshake has to be echoed, or the callback stays the one it was', async () => {
  const settings = { url: meta.receiver.url, appSecret: SECRET, verifyToken: 'é/token', seed: 5 };
  expect(await meta.simulator.control('POST', '/webhooks', settings)).toMatchObject({
    callback: { url: meta.receiver.url },
  });
  const { createServer } = await import('node:http');
  const asked: URL[] = [];
  const answers: [number, string][] = [
    [403, ''],
    [200, 'hello'],
  ];
  const stranger = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://localhost'));
    const [code, text] = answers.shift() ?? [500, ''];
    response.writeHead(code).end(text);
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const { port } = stranger.address() as { port: number };
  try {
    const other = { ...settings, url: `http://127.0.0.1:${port}/?hook=1` };
    await expect(meta.simulator.control('POST', '/webhooks', other)).rejects.toThrow(
      'HTTP Status Code = 403',
    );
    const overHttp = await fetch(`${meta.simulator.url}/_control/webhooks`, {
      method: 'POST',
      body: JSON.stringify(other),
    });
    expect([overHttp.status, await overHttp.json()]).toEqual([
      400,
      { error: expect.stringContaining('answered "hello"') },
    ]);
    expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toEqual({
      hook: '1',
      'hub.mode': 'subscribe',
      'hub.challenge': expect.stringMatching(/^\d{10}$/),
      'hub.verify_token': 'é/token',
    });
  } finally {
    stranger.closeAllConnections();
    await new Promise((resolve) => stranger.close(resolve));
  }
  expect(meta.status().callback).toMatchObject({ url: meta.receiver.url });
  expect(JSON.stringify(meta.status())).not.toContain(SECRET);
});

test('wrong settings are refused', () => {
  const post = (body: object) => () => meta.simulator.control('POST', '/webhooks', body);
  const good = { url: meta.receiver.url, appSecret: SECRET };
  expect(post({ url: meta.receiver.url })).toThrow('appSecret is missing');
  expect(post({ ...good, url: 'nowhere' })).toThrow('url must be');
  expect(post({ ...good, batch: 1001 })).toThrow('batch must be at most 1000');
  expect(post({ ...good, duplicate: 2 })).toThrow('duplicate must be at most 1');
  expect(post({ ...good, timeScale: 0 })).toThrow('timeScale');
  expect(meta.status().callback).toBeNull();
});
