import { afterEach, expect, test } from 'vitest';
import { mintConversationCursor } from '../../simulator/graph/cursor.ts';
import { Inbox } from '../../simulator/inbox/inbox.ts';
import { defaults, type SimulatorOptions } from '../../simulator/options.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { get, idsOf, type List, pages, type Row } from '../../simulator/testing/client.ts';

const LIST = '/100000000000001/conversations';
const SPEC = {
  platform: 'messenger',
  owner: defaults.pageId,
  seed: defaults.seed,
  messages: defaults.messages,
  exactMessages: false,
  newestSec: defaults.newestSec,
} as const;
let simulator: Simulator | undefined;

async function start(options: Partial<SimulatorOptions>): Promise<Simulator> {
  simulator = await startSimulator(options);
  return simulator;
}

afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

/** What the simulator itself says an inbox holds. */
function truth(of: Simulator, platform: string): { id: string; messages: { id: string }[] }[] {
  return of.control('GET', `/inbox?platform=${platform}&limit=10000`) as {
    id: string;
    messages: { id: string }[];
  }[];
}

test.each([
  ['messenger', 1],
  ['messenger', 7],
  ['messenger', 25],
  ['messenger', 100],
  ['instagram', 1],
  ['instagram', 10],
  ['instagram', 60],
])('a walk over %s with limit %i meets everything exactly once, newest first', async (platform, limit) => {
  const { url, control } = await start({ conversations: 100, instagramShare: 0.5 });
  const walked = await pages(url, LIST, { platform, limit });
  const ids = idsOf(walked);
  expect(ids).toEqual(truth({ url, control } as Simulator, platform).map((row) => row.id));
  expect(new Set(ids).size).toBe(50);
  const times = walked.flatMap((list) => list.data.map((row) => row.updated_time));
  expect(times).toEqual([...times].sort().reverse());
  expect(new Set(times).size, 'some share a second').toBeLessThan(50);
  expect(times[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/);
});

test('walking back with before cursors meets everything exactly once', async () => {
  const { url } = await start({ conversations: 60, instagramShare: 0 });
  const forward = idsOf(await pages(url, LIST, { limit: 100 }));
  const last = (await pages(url, LIST, { limit: 1 })).at(-1);
  const back: string[] = [last?.data[0]?.id ?? ''];
  let before = last?.paging?.cursors?.before;
  while (before) {
    const { body } = await get(url, LIST, { limit: 7, before });
    back.unshift(...idsOf([body]));
    expect(body.paging?.next).toBeDefined();
    before = body.paging?.previous ? body.paging.cursors?.before : undefined;
  }
  expect(back).toEqual(forward);
});

test('next and previous are whole URLs with the token that can be followed as they are', async () => {
  const { url } = await start({ conversations: 30, instagramShare: 0 });
  const seen: string[] = [];
  let next: string | undefined =
    `${url}/v25.0${LIST}?limit=8&fields=id&access_token=SIMULATOR-demo-page-token`;
  let previous: string | undefined;
  while (next) {
    const list = (await (await fetch(next)).json()) as List;
    seen.push(...idsOf([list]));
    next = list.paging?.next;
    previous = list.paging?.previous;
    if (next) expect(next).toContain('access_token=SIMULATOR-demo-page-token');
  }
  expect(new Set(seen).size).toBe(30);
  expect(seen).toHaveLength(30);
  const back = (await (await fetch(previous ?? '')).json()) as List;
  expect(idsOf([back])).toEqual(seen.slice(16, 24));
});

test('the last page keeps its cursors without next on Messenger, has no paging at all on Instagram', async () => {
  const { url } = await start({ conversations: 20, instagramShare: 0.5 });
  const messenger = (await get(url, LIST, { limit: 10 })).body;
  expect(messenger.paging?.cursors?.after).toBeTruthy();
  expect(messenger.paging).not.toHaveProperty('next');
  const instagram = (await get(url, LIST, { platform: 'INSTAGRAM', limit: 10 })).body;
  expect(instagram.data).toHaveLength(10);
  expect(instagram).not.toHaveProperty('paging');
  const cut = (await get(url, LIST, { platform: 'instagram', limit: 9 })).body;
  expect(cut.paging?.next).toBeDefined();
});

test('the default page is 25 rows at every level', async () => {
  const { url } = await start({ conversations: 40, instagramShare: 0, messages: 40, exactMessages: true });
  const { body } = await get(url, LIST, { fields: 'id,messages{id}' });
  expect(body.data).toHaveLength(25);
  expect(body.data[0]?.messages.data).toHaveLength(25);
});

test('nested messages page on from where they were cut, and the last nested page has no next', async () => {
  const started = await start({ conversations: 40, instagramShare: 0 });
  const { url } = started;
  const { body } = await get(url, LIST, {
    limit: 100,
    fields: 'id,messages.limit(4){id,created_time,message}',
  });
  const expected = truth(started, 'messenger');
  let continued = 0;
  for (const [at, row] of body.data.entries()) {
    const rows: Row[] = [...row.messages.data];
    let next = row.messages.paging?.next;
    while (next) {
      continued += 1;
      const list = (await (await fetch(next)).json()) as List;
      rows.push(...list.data);
      next = list.paging?.next;
    }
    expect(rows.map((message) => message.id)).toEqual(expected[at]?.messages.map((message) => message.id));
    expect(rows.every((message) => typeof message.message === 'string')).toBe(true);
    expect(rows[0]?.created_time).toBe((await get(url, `/${row.id}`)).body.updated_time);
  }
  expect(continued).toBeGreaterThan(20);
});

test('messages of one conversation walk both ways and share seconds now and then', async () => {
  const { url } = await start({ conversations: 1, instagramShare: 0, messages: 95, exactMessages: true });
  const [id] = idsOf([(await get(url, LIST)).body]);
  const all = idsOf(await pages(url, `/${id}/messages`, { limit: 100 }));
  expect(new Set(all).size).toBe(95);
  const walked = await pages(url, `/${id}/messages`, { limit: 9 });
  expect(idsOf(walked)).toEqual(all);
  const times = walked.flatMap((list) => list.data.map((row) => row.created_time));
  expect(times).toEqual([...times].sort().reverse());
  expect(new Set(times).size).toBeLessThan(95);
  const before = walked[4]?.paging?.cursors?.before ?? '';
  expect(idsOf([(await get(url, `/${id}/messages`, { limit: 9, before })).body])).toEqual(all.slice(27, 36));
});

test('a million conversations are opened anywhere: the last ones are there and lead to the end', async () => {
  const started = await start({ conversations: 1_000_000, instagramShare: 0 });
  const { url } = started;
  const deep = started.control('GET', '/inbox?offset=900000&limit=3') as { id: string; index: number }[];
  expect(deep.map((row) => row.index)).toEqual([900_000, 900_001, 900_002]);
  expect((await get(url, `/${deep[0]?.id}`)).status).toBe(200);
  const inbox = new Inbox({ ...SPEC, count: 1_000_000 });
  const place = inbox.order.atOffset(999_949) ?? { sec: 0, seq: 0, slot: 0 };
  const { body } = await get(url, LIST, { limit: 100, after: mintConversationCursor(0, place) });
  expect(body.data).toHaveLength(50);
  expect(body.paging?.next).toBeUndefined();
  expect(body.data[49]?.id).toBe(inbox.ids.conversation(999_999));
  expect(started.control('GET', '/inbox?offset=1000000')).toEqual([]);
});

test('the same seed is the same inbox, another seed or page is another', async () => {
  const first = await start({ conversations: 10 });
  const ids = truth(first, 'messenger');
  await first.close();
  const again = await start({ conversations: 10 });
  expect(truth(again, 'messenger')).toEqual(ids);
  again.control('POST', '/pages', { id: '200000000000002', conversations: 10, seed: 1, instagramShare: 0 });
  const other = again.control('GET', '/inbox?page=200000000000002') as { id: string }[];
  const known = new Set(ids.map((row) => row.id));
  expect(other.filter((row) => known.has(row.id))).toEqual([]);
  await again.close();
  const seeded = await start({ conversations: 10, seed: 2 });
  expect(truth(seeded, 'messenger').filter((row) => known.has(row.id))).toEqual([]);
});

test('message counts spread around the mean, some beyond a nested page', () => {
  const inbox = new Inbox({ ...SPEC, count: 3000 });
  const counts = Array.from({ length: 3000 }, (_, slot) => inbox.thread(slot)?.total ?? 0);
  expect(Math.min(...counts)).toBe(1);
  expect(Math.max(...counts)).toBeGreaterThan(35);
  expect(counts.reduce((sum, count) => sum + count) / 3000).toBeCloseTo(10, -0.5);
  expect(counts.filter((count) => count > 25).length / 3000).toBeCloseTo(0.145, 1);
});
