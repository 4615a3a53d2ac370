import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEMO_TOKEN } from '../../simulator/options.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { get, idsOf, pages } from '../../simulator/testing/client.ts';

const PAGE = '100000000000001';
const LIST = `/${PAGE}/conversations`;
let simulator: Simulator;
let url: string;

beforeEach(async () => {
  simulator = await startSimulator({ conversations: 60, instagramShare: 0.5 });
  url = simulator.url;
});

afterEach(() => simulator.close());

test('a walk over an inbox that changes neither skips nor repeats what did not move', async () => {
  const before = idsOf(await pages(url, LIST, { limit: 100 }));
  const seen: string[] = [];
  let after: string | undefined = '';
  for (let step = 0; after !== undefined; step += 1) {
    const { body } = await get(url, LIST, { limit: 4, ...(after ? { after } : {}) });
    seen.push(...idsOf([body]));
    after = body.paging?.next ? body.paging.cursors?.after : undefined;
    simulator.control('POST', '/inbox/conversations', { count: 3 });
    // One that was seen already moves away, one that was not seen yet moves to the front.
    simulator.control('POST', '/inbox/messages', { index: step });
    if (step < 3) simulator.control('POST', '/inbox/messages', { index: 29 - step });
  }
  expect(new Set(seen).size, 'no repeats').toBe(seen.length);
  const moved = new Set([before[29], before[28], before[27]]);
  const still = before.filter((id) => !moved.has(id));
  expect(seen).toEqual(still);
});

test('a cursor survives the move of the very conversation it was minted at', async () => {
  const all = idsOf(await pages(url, LIST, { limit: 100 }));
  const { body } = await get(url, LIST, { limit: 5 });
  simulator.control('POST', '/inbox/messages', { conversationId: all[4] });
  const rest = await get(url, LIST, { limit: 100, after: body.paging?.cursors?.after ?? '' });
  expect(idsOf([rest.body])).toEqual(all.slice(5));
  expect(idsOf([(await get(url, LIST, { limit: 100 })).body])).toEqual([
    all[4],
    ...all.slice(0, 4),
    ...all.slice(5),
  ]);
});

test('a written message is the newest, raises updated_time and moves the conversation', async () => {
  const at = '2026-03-01T10:00:00Z';
  const written = simulator.control('POST', '/inbox/messages', {
    platform: 'instagram',
    index: 7,
    text: 'hello again',
    from: 'page',
    at,
  }) as { conversationId: string; messageIds: string[] };
  const fields = 'id,updated_time,messages.limit(3){id,created_time,message,from}';
  const top = (await get(url, LIST, { platform: 'instagram', limit: 1, fields })).body.data[0];
  expect(top).toMatchObject({ id: written.conversationId, updated_time: '2026-03-01T10:00:00+0000' });
  expect(top?.messages.data[0]).toMatchObject({
    id: written.messageIds[0],
    message: 'hello again',
    from: { id: '17840000000000001' },
  });
  expect((await get(url, `/${written.messageIds[0]}`, { fields: 'message' })).body.message).toBe(
    'hello again',
  );
});

test('a message written into the past takes its place there and moves nothing', async () => {
  const all = idsOf(await pages(url, LIST, { limit: 100 }));
  const fields = 'id,created_time';
  const long = (await get(url, LIST, { fields: 'id,message_count' })).body.data.find(
    (row) => Number(row.message_count) >= 6,
  );
  const rows = (await get(url, `/${long?.id}/messages`, { limit: 100, fields })).body.data;
  const body = { conversationId: long?.id, at: rows[3]?.created_time };
  const { messageIds } = simulator.control('POST', '/inbox/messages', body) as { messageIds: string[] };
  const now = idsOf(await pages(url, `/${long?.id}/messages`, { limit: 2, fields }));
  const place = rows.findIndex((row) => row.created_time === rows[3]?.created_time);
  const ids = rows.map((row) => row.id);
  expect(now).toEqual([...ids.slice(0, place), messageIds[0], ...ids.slice(place)]);
  expect(idsOf(await pages(url, LIST, { limit: 100 }))).toEqual(all);
});

test('messages that arrive while a conversation is paged neither skip nor repeat', async () => {
  const { messageIds, conversationId } = simulator.control('POST', '/inbox/messages', {
    index: 0,
    count: 30,
  }) as { messageIds: string[]; conversationId: string };
  const path = `/${conversationId}/messages`;
  const expected = idsOf(await pages(url, path, { limit: 100 }));
  expect(expected.slice(0, 30)).toEqual([...messageIds].reverse());
  const seen: string[] = [];
  let after: string | undefined = '';
  while (after !== undefined) {
    const { body } = await get(url, path, { limit: 7, ...(after ? { after } : {}) });
    seen.push(...idsOf([body]));
    after = body.paging?.next ? body.paging.cursors?.after : undefined;
    simulator.control('POST', '/inbox/messages', { conversationId });
  }
  expect(seen).toEqual(expected);
});

test('an expired token stops every call until it is valid again or replaced', async () => {
  simulator.control('POST', '/token', { page: PAGE, state: 'expired' });
  const [id] = (simulator.control('GET', '/inbox?limit=1') as { id: string }[]).map((row) => row.id);
  for (const path of [LIST, `/${PAGE}`, '/me', `/${id}`, `/${id}/messages`]) {
    const { status, body } = await get(url, path);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 190, error_subcode: 463, type: 'OAuthException' });
  }
  simulator.control('POST', '/token', { page: PAGE, state: 'valid' });
  expect((await get(url, LIST)).status).toBe(200);
  simulator.control('POST', '/token', { page: PAGE, token: 'the-new-one' });
  expect((await get(url, LIST)).body.error.error_subcode).toBe(463);
  expect((await get(url, LIST, {}, 'the-new-one')).status).toBe(200);
});

test('no token is 2500, an unknown one 190; the parameter is as good as the header', async () => {
  expect((await get(url, LIST, {}, null)).body.error).toMatchObject({
    code: 2500,
    type: 'OAuthException',
    message: expect.stringContaining('active access token must be used'),
  });
  expect((await get(url, LIST, {}, 'guess')).body.error).toMatchObject({ code: 190 });
  expect((await get(url, LIST, { access_token: DEMO_TOKEN }, null)).status).toBe(200);
});

test('debug_token tells valid from expired from unknown', async () => {
  const ask = async (token: string) =>
    (await get(url, '/debug_token', { input_token: token }, '1234567890|secret')).body.data as unknown as {
      is_valid: boolean;
      expires_at: number;
      data_access_expires_at: number;
      profile_id: string;
      error?: { code: number; subcode?: number };
    };
  const good = await ask(DEMO_TOKEN);
  expect(good).toMatchObject({ is_valid: true, expires_at: 0, profile_id: PAGE });
  expect(good.data_access_expires_at).toBeGreaterThan(Date.now() / 1000);
  simulator.control('POST', '/token', { expiresAt: 1_700_000_000 });
  expect(await ask(DEMO_TOKEN)).toMatchObject({ is_valid: false, error: { code: 190, subcode: 463 } });
  expect((await get(url, LIST)).body.error.error_subcode).toBe(463);
  expect(await ask('guess')).toMatchObject({ is_valid: false, error: { code: 190 } });
});

test('cursors minted before they were declared dead are dead, later ones work', async () => {
  const fields = 'id,messages.limit(1){id}';
  const first = (await get(url, LIST, { limit: 3, fields })).body;
  const long = first.data.find((row) => row.messages.paging?.next);
  const other = (await get(url, LIST, { platform: 'instagram', limit: 3 })).body;
  const after = first.paging?.cursors?.after ?? '';
  simulator.control('POST', '/cursors', { page: PAGE, platform: 'messenger', dead: true });
  const dead = await get(url, LIST, { limit: 3, after });
  expect(dead.status).toBe(400);
  expect(dead.body.error).toMatchObject({ code: 100, message: expect.stringMatching(/cursor/i) });
  const nested = await fetch(long?.messages.paging?.next ?? '');
  expect(nested.status).toBe(400);
  const fresh = (await get(url, LIST, { limit: 3 })).body.paging?.cursors?.after ?? '';
  expect((await get(url, LIST, { limit: 3, after: fresh })).status).toBe(200);
  const unharmed = other.paging?.cursors?.after ?? '';
  expect((await get(url, LIST, { platform: 'instagram', after: unharmed })).status).toBe(200);
});

test('reset takes everything back', async () => {
  const before = simulator.control('GET', '/inbox');
  simulator.control('POST', '/inbox/conversations', { count: 2 });
  simulator.control('POST', '/oddities', { index: 0, kind: 'nul-text' });
  simulator.control('POST', '/pages', { id: '22', conversations: 1 });
  simulator.control('POST', '/token', { token: 'another' });
  simulator.control('POST', '/faults', { fault: { kind: 'hang' } });
  simulator.control('POST', '/usage', { raw: { 'x-app-usage': '' } });
  expect(simulator.control('GET', '/inbox')).not.toEqual(before);
  simulator.control('POST', '/reset');
  expect(simulator.control('GET', '/inbox')).toEqual(before);
  expect(simulator.control('GET', '/pages')).toHaveLength(1);
  const answer = await get(url, LIST);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('x-app-usage')).not.toBe('');
});
