import { afterEach, beforeEach, expect, test } from 'vitest';
import { Inbox } from '../../simulator/inbox/inbox.ts';
import { AcknowledgedList } from '../../simulator/webhooks/acknowledged.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/webhook-receiver.ts';
import { ACCOUNT, PAGE, startWebhookSimulator, type WebhookSimulator } from '../support/webhook-simulator.ts';

let meta: WebhookSimulator;

beforeEach(async () => {
  meta = await startWebhookSimulator();
  await meta.subscribe();
});

afterEach(() => meta.close());

const textsOf = (items: Awaited<ReturnType<WebhookSimulator['delivered']>>) =>
  items.map(({ message }) => message?.text);

/** Writes numbered messages, one call each. */
function writeNumbers(count: number, body: object = {}): string[] {
  const texts = Array.from({ length: count }, (_, n) => String(n));
  for (const text of texts) meta.write({ index: 0, text, ...body });
  return texts;
}

test('without batching every update has its own POST, over few connections that are kept', async () => {
  meta.connect({ concurrency: 3 });
  let underWay = 0;
  let most = 0;
  const held: (() => void)[] = [];
  meta.receiver.answer((_request, response) => {
    underWay += 1;
    most = Math.max(most, underWay);
    const end = () => {
      underWay -= 1;
      response.end();
    };
    if (meta.receiver.posts.length <= 3) held.push(end);
    else setImmediate(end);
  });
  const texts = writeNumbers(50);
  await eventually(() => held.length === 3, 'three POSTs are under way');
  for (const end of held) end();
  const items = await meta.delivered();
  expect(textsOf(items).sort()).toEqual(texts.sort());
  expect(meta.receiver.posts.map((post) => post.items.length)).toEqual(texts.map(() => 1));
  expect(most).toBe(3);
  expect(meta.receiver.connections()).toBeLessThanOrEqual(3);
});

test('a POST takes up to a thousand updates, of several pages and entries, in order, one platform each', async () => {
  meta.simulator.control('POST', '/pages', { id: '22', token: 'two', conversations: 6, instagramShare: 0 });
  await meta.graph('POST', '/22/subscribed_apps', { subscribed_fields: 'messages' }, 'two');
  meta.connect({ batch: 1000, concurrency: 1 });
  const expected: Record<string, string[]> = { [PAGE]: [], 22: [], [ACCOUNT]: [] };
  for (let n = 0; n < 750; n += 1) {
    meta.write({ index: n % 20, text: `a ${n}` });
    meta.write({ page: '22', index: n % 6, text: `b ${n}` });
    if (n % 3 === 0) meta.write({ platform: 'instagram', index: 1, text: `c ${n}` });
    expected[PAGE]?.push(`a ${n}`);
    expected[22]?.push(`b ${n}`);
    if (n % 3 === 0) expected[ACCOUNT]?.push(`c ${n}`);
  }
  await meta.delivered();
  const { posts } = meta.receiver;
  expect(posts.map(({ body, items }) => [body.object, items.length]).sort()).toEqual([
    ['instagram', 250],
    ['page', 1000],
    ['page', 500],
  ]);
  const entries = posts.flatMap(({ body }) => body.entry);
  expect(entries.length).toBeLessThan(1750);
  expect(Math.max(...entries.map(({ messaging }) => messaging?.length ?? 0))).toBeGreaterThan(1);
  for (const [id, texts] of Object.entries(expected)) {
    const ofPage = entries.filter((entry) => entry.id === id);
    expect(ofPage.length, 'several entries of one page').toBeGreaterThan(1);
    expect(textsOf(ofPage.flatMap(({ messaging }) => messaging ?? []))).toEqual(texts);
  }
});

test('duplicates come once more, some in the same POST', async () => {
  meta.connect({ duplicate: 0.5, batch: 10, concurrency: 1 });
  const texts = writeNumbers(400);
  const items = await meta.delivered();
  const counts = new Map<string | undefined, number>();
  for (const { message } of items) counts.set(message?.mid, (counts.get(message?.mid) ?? 0) + 1);
  expect(counts.size).toBe(texts.length);
  expect(Math.max(...counts.values())).toBe(2);
  const twice = [...counts.values()].filter((count) => count === 2).length;
  expect(twice).toBeGreaterThan(150);
  expect(twice).toBeLessThan(250);
  const within = meta.receiver.posts.filter((post) => {
    const mids = post.items.map(({ message }) => message?.mid);
    return new Set(mids).size < mids.length;
  });
  expect(within.length).toBeGreaterThan(0);
  expect(meta.status()).toMatchObject({
    updates: 400,
    duplicates: twice,
    acknowledged: 400 + twice,
    dropped: 0,
  });
});

test('shuffled updates come out of order, and all of them come', async () => {
  meta.connect({ shuffle: 0.3, concurrency: 1 });
  const texts = writeNumbers(200);
  const items = await meta.delivered();
  const came = textsOf(items);
  expect(came).not.toEqual(texts);
  expect([...came].sort()).toEqual([...texts].sort());
  const moved = came.filter((text, n) => Number(text) < Math.max(...came.slice(0, n).map(Number))).length;
  expect(moved).toBeGreaterThan(30);
  expect(moved).toBeLessThan(100);
});

test('the same seed duplicates and holds back the same updates', async () => {
  const run = async () => {
    const before = meta.receiver.posts.length;
    meta.connect({ duplicate: 0.3, seed: 9, concurrency: 1 });
    writeNumbers(60);
    await meta.delivered();
    const texts = meta.receiver.posts.slice(before).flatMap(({ items }) => textsOf(items));
    return texts.sort();
  };
  expect(await run()).toEqual(await run());
});

test.each([
  ['a 500', 500, '500'],
  ['a redirect', 302, '302'],
  ['a broken connection', null, 'error'],
])('after %s it is sent again: at once, then ever later', async (_name, code, counted) => {
  // A minute is 20 ms.
  meta.connect({ timeScale: 1 / 3000 });
  meta.receiver.answer((request, response) => {
    if (meta.receiver.posts.length > 4) response.end();
    else if (code === null) request.socket.destroy();
    else response.writeHead(code, { location: '/elsewhere' }).end();
  });
  meta.write({ index: 0, text: 'again' });
  await meta.delivered();
  expect(textsOf(meta.receiver.items())).toEqual(['again', 'again', 'again', 'again', 'again']);
  const at = meta.receiver.posts.map(({ atMs }) => atMs);
  const pauses = at.slice(1).map((ms, n) => ms - (at[n] ?? 0));
  for (const [n, least] of [0, 19, 39, 79].entries()) expect(pauses[n]).toBeGreaterThanOrEqual(least);
  expect(meta.status()).toMatchObject({
    updates: 1,
    posts: 5,
    retries: 4,
    acknowledged: 1,
    byStatus: { 200: 1, [counted]: 4 },
    pages: [{ state: 'subscribed', failingSince: null }],
  });
});

test('a callback that does not answer is given a second at least, then sent the same again', async () => {
  meta.connect();
  meta.receiver.answer((_request, response) => {
    if (meta.receiver.posts.length > 1) response.end();
  });
  meta.write({ index: 0, text: 'slow' });
  await meta.delivered();
  const [first, second] = meta.receiver.posts;
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
  expect(meta.status()).toMatchObject({ byStatus: { timeout: 1, 200: 1 }, acknowledged: 1 });
});

test('an hour of nothing but failures disables the page; subscribing enables it again', async () => {
  meta.simulator.control('POST', '/pages', { id: '22', token: 'two', conversations: 6, instagramShare: 0 });
  await meta.graph('POST', '/22/subscribed_apps', { subscribed_fields: 'messages' }, 'two');
  // An hour is 360 ms.
  meta.connect({ timeScale: 0.0001 });
  meta.receiver.answer((_request, response, post) => {
    response.writeHead(post.body.entry[0]?.id === '22' ? 200 : 503).end();
  });
  writeNumbers(3);
  await eventually(() => meta.status().byStatus[503], 'the first failure');
  meta.write({ page: '22', index: 0, text: 'another page' });
  await eventually(() => meta.status().disabled.includes(PAGE), 'the page is disabled');
  meta.write({ index: 0, text: 'lost' });
  meta.write({ platform: 'instagram', index: 0, text: 'lost too' });
  await meta.delivered();
  expect(meta.status()).toMatchObject({ updates: 4, dropped: 3, acknowledged: 1, disabled: [PAGE] });
  const path = `/${PAGE}/subscribed_apps`;
  expect(await (await meta.graph('GET', path)).json()).toEqual({ data: [] });
  expect(meta.status().pages).toMatchObject([{ state: 'disabled' }, { id: '22', state: 'subscribed' }]);
  meta.receiver.answer((_request, response) => response.end());
  await meta.subscribe();
  meta.write({ index: 0, text: 'back' });
  expect(textsOf(await meta.delivered()).at(-1)).toBe('back');
  expect(meta.status()).toMatchObject({ disabled: [], acknowledged: 2 });
});

test('a page that is heard now and then stays; what fails for 36 hours is dropped', async () => {
  // An hour is 180 ms, 36 are 6,480.
  meta.connect({ timeScale: 0.00005 });
  meta.receiver.answer((_request, response, post) => {
    response.writeHead(post.items[0]?.message?.text === 'never' ? 500 : 200).end();
  });
  const writtenMs = Date.now();
  meta.write({ index: 0, text: 'never' });
  const fine = setInterval(() => meta.write({ index: 1, text: 'fine' }), 5);
  try {
    await eventually(() => meta.status().dropped === 1, 'the update is dropped');
  } finally {
    clearInterval(fine);
  }
  await meta.delivered();
  expect(meta.status().pages).toMatchObject([{ state: 'subscribed' }]);
  const never = meta.receiver.posts.filter((post) => post.items[0]?.message?.text === 'never');
  expect(never.length).toBeGreaterThan(8);
  // posts come a moment after they went out, the first one no less than the last
  expect((never.at(-1)?.atMs ?? 0) - writtenMs).toBeGreaterThanOrEqual(6470);
});

test('another callback gets what the one before did not acknowledge', async () => {
  const other = await startReceiver();
  try {
    meta.connect();
    meta.receiver.answer((_request, response) => response.writeHead(500).end());
    const texts = writeNumbers(20);
    await eventually(() => meta.status().retries >= 20, 'everything has failed twice');
    meta.connect({ url: other.url, batch: 100 });
    await meta.delivered();
    expect(textsOf(other.items()).sort()).toEqual(texts.sort());
    expect(meta.status()).toMatchObject({ acknowledged: 20, dropped: 0 });
  } finally {
    await other.close();
  }
});

test('reset forgets the callback, the subscriptions and the counts', async () => {
  meta.connect();
  writeNumbers(3);
  await meta.delivered();
  meta.simulator.control('POST', '/webhooks/traffic', { rate: 100 });
  meta.simulator.control('POST', '/reset');
  expect(meta.status()).toMatchObject({ callback: null, updates: 0, posts: 0, byStatus: {}, pending: 0 });
  expect(meta.status().pages).toMatchObject([{ state: 'none', subscribedFields: [] }]);
  expect(meta.simulator.control('GET', '/webhooks?acknowledged=1')).toEqual([]);
  expect(meta.simulator.control('GET', '/webhooks/traffic')).toMatchObject({ running: false });
});

test('the list of what was acknowledged keeps the last ones', () => {
  const spec = { platform: 'messenger', owner: '1', seed: 1, count: 9, messages: 1 } as const;
  const inbox = new Inbox({ ...spec, exactMessages: true, newestSec: 1_700_000_000 });
  const list = new AcknowledgedList(10);
  const add = (code: number) => {
    const update = {
      pageId: '1',
      inbox,
      kind: 'edit',
      standby: false,
      slot: 3,
      code,
      atMs: code,
      item: '',
    } as const;
    list.add(update, code + 1);
  };
  for (let code = 0; code < 25; code += 1) add(code);
  const rows = [...list.rows()].flat();
  expect(rows.map(({ messageId }) => messageId)).toEqual(
    Array.from({ length: 10 }, (_, n) => inbox.ids.message(3, 15 + n)),
  );
  expect(rows[0]).toMatchObject({ page: '1', kind: 'edit', at: '1970-01-01T00:00:00.015Z' });
  expect(list.clear()).toBe(10);
  add(7);
  expect([...list.rows()].flat()).toHaveLength(1);
});
