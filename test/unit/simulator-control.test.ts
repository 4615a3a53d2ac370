import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CallReport } from '../../simulator/call-log.ts';
import { RateWindow } from '../../simulator/rate.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { get, pages } from '../../simulator/testing/client.ts';

const PAGE = '100000000000001';
const LIST = `/${PAGE}/conversations`;
let simulator: Simulator;
let url: string;

beforeEach(async () => {
  simulator = await startSimulator({ conversations: 20, instagramShare: 0.5, callsPerSecond: 0 });
  url = simulator.url;
});

afterEach(() => simulator.close());

test('the window lets the allowed calls of any second through and no more', () => {
  const rate = new RateWindow();
  const at = (ms: number) => rate.take('a', 2, ms);
  expect([at(0), at(10), at(500), at(900)]).toEqual([true, true, false, false]);
  expect(rate.take('b', 2, 900), 'another asset has its own').toBe(true);
  expect([at(1001), at(1002), at(1030)]).toEqual([true, true, false]);
  expect(rate.peaks().a).toEqual({ maxInOneSecond: 5, maxInOneSecondLessTolerance: 5 });
});

test('calls spaced by half a second pass although they jitter', () => {
  const rate = new RateWindow();
  const times = [20, 505, 1001, 1502, 2018, 2500, 3001];
  expect(times.map((ms) => rate.take('a', 2, ms))).toEqual(times.map(() => true));
  expect(rate.peaks().a?.maxInOneSecondLessTolerance).toBe(2);
});

test('two calls a second per asset: the third is throttled, with full headers', async () => {
  const strict = await startSimulator({ conversations: 20, instagramShare: 0.5, callsPerSecond: 2 });
  try {
    const call = (platform: string) => get(strict.url, LIST, { platform, limit: 1 });
    const three = (platform: string) => Promise.all([call(platform), call(platform), call(platform)]);
    const answers = await three('messenger');
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 400]);
    const refused = answers.find((answer) => answer.status === 400);
    expect(refused?.body.error.code).toBe(613);
    const usage = JSON.parse(refused?.headers.get('x-business-use-case-usage') ?? '');
    expect(usage[PAGE][0]).toMatchObject({ call_count: 100, estimated_time_to_regain_access: 1 });
    const others = await three('instagram');
    expect(others.map((answer) => answer.status).sort()).toEqual([200, 200, 400]);
    expect(others.find((answer) => answer.status === 400)?.body.error.code).toBe(80006);
    expect((await get(strict.url, `/${PAGE}`)).status, 'the page node is not of this API').toBe(200);
    const { peaks } = strict.control('GET', '/calls') as { peaks: Record<string, object> };
    expect(peaks[PAGE]).toMatchObject({ maxInOneSecond: 3 });
  } finally {
    await strict.close();
  }
});

test('calls are counted and logged without any token, list calls with their cursors', async () => {
  await pages(url, LIST, { limit: 4 });
  await get(url, LIST, { platform: 'instagram' });
  await get(url, '/debug_token', { input_token: 'a-secret-one', access_token: 'secret-two' }, null);
  await fetch(`${url}/v25.0${LIST}?access_token=secret-three&appsecret_proof=secret-four`);
  const report = simulator.control('GET', '/calls') as CallReport;
  expect(report).toMatchObject({
    total: 6,
    byPlatform: { messenger: 4, instagram: 1 },
    byEdge: { conversations: 5, debug_token: 1 },
    byStatus: { 200: 4, 400: 2 },
  });
  const walk = report.listCalls.filter((call) => call.limit === '4');
  expect(walk).toHaveLength(3);
  expect(walk[0]?.after).toBeNull();
  expect(new Set(walk.map((call) => call.after)).size).toBe(3);
  expect(report.log).toHaveLength(6);
  expect(JSON.stringify(report)).not.toContain('secret-');
  expect(report.log[0]?.path).toContain(`${LIST}?limit=4`);
  const ofPage = simulator.control('GET', `/calls?page=${PAGE}`) as CallReport;
  expect(ofPage.total).toBe(5);
  simulator.control('DELETE', '/calls');
  expect(simulator.control('GET', '/calls')).toMatchObject({ total: 0, log: [], listCalls: [], peaks: {} });
});

test('usage headers say what they are told, broken ones too', async () => {
  const header = async (name: string) => (await get(url, LIST)).headers.get(name);
  simulator.control('POST', '/usage', {
    app: { call_count: 28, total_time: 25, total_cputime: 25 },
    page: { call_count: 76 },
    buc: [
      { call_count: 97, estimated_time_to_regain_access: 0 },
      { id: '77', type: 'pages', call_count: 3 },
    ],
  });
  expect(await header('x-app-usage')).toBe('{"call_count":28,"total_time":25,"total_cputime":25}');
  expect(await header('x-page-usage')).toBe('{"call_count":76}');
  expect(JSON.parse((await header('x-business-use-case-usage')) ?? '')).toMatchObject({
    [PAGE]: [{ type: 'messenger', call_count: 97, estimated_time_to_regain_access: 0 }],
    77: [{ type: 'pages', call_count: 3 }],
  });
  const raw = { 'X-App-Usage': 'None', 'X-Business-Use-Case-Usage': null, 'X-Page-Usage': '' };
  simulator.control('POST', '/usage', { raw });
  expect(await header('x-app-usage')).toBe('None');
  expect(await header('x-page-usage')).toBe('');
  expect(await header('x-business-use-case-usage')).toBeNull();
  simulator.control('POST', '/usage', {});
  expect(JSON.parse((await header('x-app-usage')) ?? '').call_count).toBeLessThan(75);
});

test('latency is added to every answer', async () => {
  expect(simulator.control('POST', '/latency', { ms: 80 })).toEqual({ ms: 80, jitter: 0 });
  const since = performance.now();
  await get(url, LIST);
  expect(performance.now() - since).toBeGreaterThanOrEqual(75);
});

test('counts and truth agree with what Graph serves, as JSON and as NDJSON', async () => {
  simulator.control('POST', '/inbox/conversations', { count: 3 });
  simulator.control('POST', '/inbox/messages', { index: 4, count: 5 });
  const fields = 'id,messages.limit(100){id}';
  const served = (await pages(url, LIST, { limit: 5, fields })).flatMap((list) => list.data);
  const truth = simulator.control('GET', '/inbox?limit=1000') as { id: string; messages: { id: string }[] }[];
  const ids = (rows: { id: string; messages: { id: string }[] | { data: { id: string }[] } }[]) =>
    rows.map(({ id, messages }) => [id, ('data' in messages ? messages.data : messages).map((m) => m.id)]);
  expect(ids(truth)).toEqual(ids(served));
  const text = await (await fetch(`${url}/_control/inbox?format=ndjson`)).text();
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(truth);
  const counts = simulator.control('GET', '/inbox/counts') as Record<string, object>;
  const messages = truth.reduce((sum, row) => sum + row.messages.length, 0);
  expect(counts.messenger).toMatchObject({ conversations: 13, messages });
  expect(simulator.control('GET', '/inbox?offset=2&limit=2')).toEqual(truth.slice(2, 4));
});

test('pages added at run time are inboxes of their own', async () => {
  const body = {
    id: '200000000000002',
    name: 'Second Page',
    token: 'second',
    instagramAccountId: '17840000000000002',
    conversations: 8,
    instagramShare: 0.5,
    messages: 3,
    exactMessages: true,
    seed: 9,
  };
  const response = await fetch(`${url}/_control/pages`, { method: 'POST', body: JSON.stringify(body) });
  expect(await response.json()).toMatchObject({
    conversations: { messenger: 4, instagram: 4 },
    token: 'second',
  });
  const list = '/200000000000002/conversations';
  const own = await get(url, list, { fields: 'id,message_count' }, 'second');
  expect(own.body.data.map((row) => row.message_count)).toEqual([3, 3, 3, 3]);
  expect((await get(url, `/${own.body.data[0]?.id}`)).body.error.code, 'not with the other token').toBe(100);
  simulator.control('POST', '/inbox/conversations', { page: '200000000000002', count: 1 });
  expect((await get(url, list, {}, 'second')).body.data).toHaveLength(5);
  expect((await get(url, LIST)).body.data).toHaveLength(10);
});

test.each([
  ['POST', '/nothing', {}, 404],
  ['POST', '/pages', { id: 'letters' }, 400],
  ['POST', '/pages', { id: '5', token: 'SIMULATOR-demo-page-token' }, 409],
  ['POST', '/token', { page: '404' }, 404],
  ['POST', '/cursors', { dead: false }, 400],
  ['POST', '/oddities', { index: 0, kind: 'no such' }, 400],
  ['POST', '/oddities', { index: 10_000, kind: 'emoji' }, 404],
  ['POST', '/oddities', { kind: 'emoji' }, 400],
  ['POST', '/inbox/messages', { index: 0, at: 'soon' }, 400],
  ['POST', '/usage', { buc: {} }, 400],
  ['GET', '/inbox?offset=x', undefined, 400],
])('%s %s with %j answers %i', async (method, path, body, status) => {
  const response = await fetch(`${url}/_control${path}`, { method, body: body && JSON.stringify(body) });
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({ error: expect.any(String) });
});
