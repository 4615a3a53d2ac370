import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { catalogue } from '../../simulator/faults/catalogue.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { get, idsOf, pages } from '../../simulator/testing/client.ts';

const LIST = '/100000000000001/conversations';
let simulator: Simulator;
let url: string;

beforeAll(async () => {
  simulator = await startSimulator({ conversations: 30, instagramShare: 0.5 });
  url = simulator.url;
});

afterEach(() => {
  simulator.control('DELETE', '/faults');
});

afterAll(() => simulator.close());

function fault(body: object): string {
  return (simulator.control('POST', '/faults', body) as { id: string }).id;
}

/** What each name must answer: status, code, subcode. Kept apart from the catalogue on purpose. */
const DOCUMENTED: Record<string, [number, number | undefined, number?]> = {
  'throttle-4': [403, 4],
  'throttle-17': [400, 17],
  'throttle-32': [403, 32],
  'throttle-341': [400, 341],
  'throttle-613': [400, 613],
  'throttle-80000': [400, 80000],
  'throttle-80001': [400, 80001],
  'throttle-80002': [400, 80002],
  'throttle-80003': [400, 80003],
  'throttle-80004': [400, 80004],
  'throttle-80005': [400, 80005],
  'throttle-80006': [400, 80006],
  'throttle-80008': [400, 80008],
  'throttle-80009': [400, 80009],
  'throttle-80014': [400, 80014],
  'subcode-2446079': [400, 17, 2446079],
  'http-429': [429, undefined],
  'reduce-data': [500, 1],
  'reduce-data-minus-3': [500, -3],
  'transient-1': [500, 1],
  'transient-2': [500, 2],
  'is-transient': [500, 1],
  'transient-code-unknown': [400, 99999],
  'batch-960': [400, 960],
  'http-500-html': [500, undefined],
  'http-502-empty': [502, undefined],
  'http-503': [503, undefined],
  'http-504': [504, undefined],
  'unknown-not-transient': [400, 1, 1965014],
  'unknown-2853001': [400, 1, 2853001],
  'token-expired': [400, 190, 463],
  'token-password': [400, 190, 460],
  'token-app-removed': [400, 190, 458],
  'token-checkpoint': [400, 190, 459],
  'token-unconfirmed': [400, 190, 464],
  'token-invalid': [400, 190, 467],
  'token-not-page-admin': [400, 190, 492],
  'token-no-subcode': [400, 190],
  'session-102': [400, 102],
  'no-code-oauth': [400, undefined],
  'no-token-2500': [400, 2500],
  'permission-10': [403, 10],
  'permission-200': [403, 200],
  'permission-210': [403, 210],
  'permission-230': [403, 230],
  'permission-283': [403, 283],
  'permission-299': [403, 299],
  'permission-3': [403, 3],
  'missing-permissions-100': [400, 100],
  'ig-owner-disabled': [403, 10, 2534041],
  'ig-owner-disabled-code': [403, 2534041],
  'ig-not-eligible': [400, 36103],
  'gone-100-33': [400, 100, 33],
  'gone-100-33-thapi': [400, 100, 33],
  'gone-9000001': [400, 9000001],
  'gone-100-2018001': [400, 100, 2018001],
  'blocked-368': [400, 368],
  'bad-request-100': [400, 100],
  'unknown-path-2500': [400, 2500],
  'ig-2500': [400, 2500],
  'bad-signature-104': [400, 104],
  'dead-cursor': [400, 100],
  'dead-cursor-2642': [400, 2642],
  'appsecret-proof-required': [400, 100],
  'appsecret-proof-wrong': [400, 100],
  'flat-error-type': [400, undefined],
  'flat-error-code': [400, undefined],
  'code-in-text': [400, undefined],
};

test('every error of the catalogue is documented here, and no other', () => {
  expect(Object.keys(catalogue).sort()).toEqual(Object.keys(DOCUMENTED).sort());
});

test.each(Object.entries(DOCUMENTED))(
  'error %s answers as documented, once',
  async (name, [status, code, sub]) => {
    fault({ fault: { kind: 'error', name } });
    const answer = await get(url, LIST);
    expect(answer.status).toBe(status);
    expect(answer.body.error?.code).toBe(code);
    expect(answer.body.error?.error_subcode).toBe(sub);
    if (code !== undefined) {
      expect(answer.body.error.message).toBeTruthy();
      expect(answer.body.error.fbtrace_id).toMatch(/^A\w{10}$/);
    }
    expect(answer.headers.get('x-app-usage')).toBeTruthy();
    expect((await get(url, LIST)).status).toBe(200);
  },
);

test.each([
  ['reduce-data', /reduce the amount of data/],
  ['missing-permissions-100', /^\(#100\) Missing permissions/],
  ['gone-9000001', /deleted/],
  ['code-in-text', /^\(#2200\)/],
])('the sentence of %s', async (name, sentence) => {
  fault({ fault: { kind: 'error', name } });
  expect((await get(url, LIST)).body.error.message).toMatch(sentence);
});

test('the flat shapes and the transient marks are as captured', async () => {
  for (const [name, part] of [
    ['flat-error-type', { error_type: 'OAuthException', code: 400 }],
    ['flat-error-code', { error_code: 190 }],
    ['no-code-oauth', { error: { type: 'OAuthException' } }],
    ['is-transient', { error: { is_transient: true } }],
    ['unknown-not-transient', { error: { is_transient: false } }],
    ['ig-2500', { error: { type: 'IGApiException' } }],
    ['gone-100-33-thapi', { error: { type: 'THApiException' } }],
  ] as const) {
    fault({ fault: { kind: 'error', name } });
    expect((await get(url, LIST)).body).toMatchObject(part);
  }
});

test('a throttle fills its meter and tells the minutes', async () => {
  fault({ fault: { kind: 'error', name: 'throttle-80001', regainMinutes: 19 } });
  const business = (await get(url, LIST)).headers.get('x-business-use-case-usage') ?? '';
  expect(JSON.parse(business)).toEqual({
    '100000000000001': [expect.objectContaining({ call_count: 100, estimated_time_to_regain_access: 19 })],
  });
  fault({ fault: { kind: 'error', name: 'throttle-4' } });
  expect((await get(url, LIST)).headers.get('x-app-usage')).toContain('"call_count":100');
  fault({ fault: { kind: 'error', name: 'throttle-32' } });
  expect((await get(url, LIST)).headers.get('x-page-usage')).toContain('"call_count":100');
});

test('a rule picks by page, platform, edge, conversation and call number, as often as told', async () => {
  const [id] = idsOf([(await get(url, LIST)).body]);
  const first = fault({
    match: { platform: 'instagram', edge: 'conversations', afterCalls: 2 },
    times: 2,
    fault: { kind: 'error', name: 'transient-2' },
  });
  const instagram = () => get(url, LIST, { platform: 'instagram' });
  expect((await get(url, LIST)).status).toBe(200);
  const statuses = [];
  for (let i = 0; i < 4; i += 1) statuses.push((await instagram()).status);
  expect(statuses).toEqual([200, 500, 500, 200]);
  fault({ match: { conversationId: id }, times: 'always', fault: { kind: 'error', name: 'gone-100-33' } });
  fault({ match: { page: '42' }, times: 'always', fault: { kind: 'error', name: 'blocked-368' } });
  const message = (await get(url, LIST, { fields: 'messages.limit(1){id}', limit: 1 })).body.data[0];
  for (const path of [`/${id}`, `/${id}/messages`, `/${message?.messages.data[0]?.id}`]) {
    expect((await get(url, path)).body.error.error_subcode).toBe(33);
  }
  const rules = simulator.control('GET', '/faults') as { id: string; hits: number; seen: number }[];
  expect(rules[0]).toMatchObject({ id: first, seen: 4, hits: 2 });
  expect(rules[1]).toMatchObject({ hits: 3 });
  expect(rules[2]).toMatchObject({ seen: 0, hits: 0 });
  expect(simulator.control('DELETE', `/faults/${rules[1]?.id}`)).toEqual({ removed: 1 });
  expect((await get(url, `/${id}`)).status).toBe(200);
});

test('raw, garbage, empty and late answers', async () => {
  fault({ fault: { kind: 'raw', status: 418, body: { odd: true }, headers: { 'x-odd': 'yes' } } });
  const raw = await get(url, LIST);
  expect([raw.status, raw.text, raw.headers.get('x-odd')]).toEqual([418, '{"odd":true}', 'yes']);
  fault({ fault: { kind: 'garbage' } });
  const garbage = await get(url, LIST);
  expect(garbage.status).toBe(200);
  expect(() => JSON.parse(garbage.text)).toThrow();
  fault({ fault: { kind: 'empty-body' } });
  expect(await get(url, LIST)).toMatchObject({ status: 200, text: '' });
  fault({ fault: { kind: 'delay', ms: 120 } });
  const since = performance.now();
  expect((await get(url, LIST)).status).toBe(200);
  expect(performance.now() - since).toBeGreaterThanOrEqual(110);
});

test('a delay goes together with another fault', async () => {
  fault({ fault: { kind: 'delay', ms: 60 } });
  fault({ fault: { kind: 'error', name: 'http-503' } });
  const since = performance.now();
  expect((await get(url, LIST)).status).toBe(503);
  expect(performance.now() - since).toBeGreaterThanOrEqual(50);
});

test('reset and truncate break the connection, hang never answers', async () => {
  fault({ fault: { kind: 'reset' } });
  await expect(get(url, LIST)).rejects.toThrow('fetch failed');
  fault({ fault: { kind: 'truncate', bytes: 40 } });
  await expect(get(url, LIST)).rejects.toThrow('terminated');
  fault({ fault: { kind: 'hang' } });
  const signal = AbortSignal.timeout(150);
  const hanging = fetch(`${url}/v25.0${LIST}?access_token=SIMULATOR-demo-page-token`, { signal });
  await expect(hanging).rejects.toThrow(/timeout/);
  expect((await get(url, LIST)).status).toBe(200);
});

test('a simulator with a hanging call closes at once', async () => {
  const own = await startSimulator({ conversations: 1 });
  own.control('POST', '/faults', { fault: { kind: 'hang' } });
  const hanging = get(own.url, LIST).catch((error: Error) => error.message);
  await expect
    .poll(() => (own.control('GET', '/faults') as { hits: number }[])[0]?.hits, { timeout: 5000 })
    .toBe(1);
  await own.close();
  expect(await hanging).toBe('fetch failed');
});

test('same-cursor gives the right rows and a next that leads nowhere new', async () => {
  const first = (await get(url, LIST, { limit: 5 })).body;
  const after = first.paging?.cursors?.after ?? '';
  const right = (await get(url, LIST, { limit: 5, after })).body;
  fault({ times: 2, match: { edge: 'conversations' }, fault: { kind: 'same-cursor' } });
  const looped = (await get(url, LIST, { limit: 5, after })).body;
  expect(idsOf([looped])).toEqual(idsOf([right]));
  expect(looped.paging?.cursors?.after).toBe(after);
  expect(looped.paging?.next).toContain(`after=${after}`);
  const top = (await get(url, LIST, { limit: 5 })).body;
  expect(idsOf([top])).toEqual(idsOf([first]));
  const again = (await get(url, LIST, { limit: 5, after: top.paging?.cursors?.after ?? '' })).body;
  expect(idsOf([again])).toEqual(idsOf([first]));
});

test.each([['conversations'], ['messages']])('an empty %s page with next loses no row', async (edge) => {
  const [id] = idsOf([(await get(url, LIST)).body]);
  simulator.control('POST', '/inbox/messages', { conversationId: id, count: 12 });
  const path = edge === 'messages' ? `/${id}/messages` : LIST;
  const expected = idsOf(await pages(url, path, { limit: 4 }));
  fault({ match: { edge, afterCalls: 2 }, times: 2, fault: { kind: 'empty-page-with-next' } });
  fault({ match: { edge, afterCalls: 1 }, times: 1, fault: { kind: 'empty-page-with-next' } });
  const walked = await pages(url, path, { limit: 4 });
  expect(walked.filter((list) => list.data.length === 0)).toHaveLength(3);
  expect(idsOf(walked)).toEqual(expected);
  const cursors = walked.map((list) => list.paging?.cursors?.after);
  expect(new Set(cursors).size).toBe(cursors.length);
});

test.each([
  [{ fault: { kind: 'error', name: 'nothing-like-it' } }],
  [{ fault: { kind: 'explode' } }],
  [{ fault: { kind: 'hang' }, tmies: 2 }],
  [{ match: { edge: 'conversation ' }, fault: { kind: 'hang' } }],
  [{ times: 0, fault: { kind: 'hang' } }],
])('a rule that is not understood is refused: %j', async (body) => {
  const response = await fetch(`${url}/_control/faults`, { method: 'POST', body: JSON.stringify(body) });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ error: expect.any(String) });
  expect(simulator.control('GET', '/faults')).toEqual([]);
});
