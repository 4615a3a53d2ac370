import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_TOKEN } from '../../simulator/options.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { get, idsOf, pages } from '../../simulator/testing/client.ts';

const PAGE = '100000000000001';
const LIST = `/${PAGE}/conversations`;
let simulator: Simulator;
let url: string;

beforeAll(async () => {
  simulator = await startSimulator({
    conversations: 60,
    instagramShare: 0.5,
    messages: 30,
    exactMessages: true,
    maxLimit: 50,
    maxRows: 500,
  });
  url = simulator.url;
});

afterAll(() => simulator.close());

test('only asked fields are answered, in nested nodes too', async () => {
  const bare = (await get(url, LIST, { limit: 1 })).body.data[0];
  expect(Object.keys(bare ?? {})).toEqual(['id', 'updated_time']);
  const { body } = await get(url, LIST, {
    limit: 2,
    fields: 'id,participants{id},messages.limit(3){id,from{id,name},message}',
  });
  const row = body.data[0];
  expect(Object.keys(row ?? {})).toEqual(['id', 'participants', 'messages']);
  expect(Object.keys(row?.participants?.data[0] ?? {})).toEqual(['id']);
  expect(row?.messages.data).toHaveLength(3);
  expect(Object.keys(row?.messages.data[0] ?? {})).toEqual(['id', 'from', 'message']);
  expect(Object.keys(row?.messages.data[0]?.from ?? {})).toEqual(['id', 'name']);
});

test('fields of nested objects are picked at any depth', async () => {
  const fields = 'messages.limit(25){attachments{id,image_data{url,colour}}}';
  const { data } = (await get(url, LIST, { limit: 20, fields })).body;
  const images = data
    .flatMap((row) => row.messages.data)
    .flatMap(
      (message) => (message.attachments as { data: { image_data?: object }[] } | undefined)?.data ?? [],
    )
    .filter((attachment) => attachment.image_data);
  expect(images.length).toBeGreaterThan(0);
  for (const image of images) {
    expect(image).toEqual({ id: expect.any(String), image_data: { url: expect.any(String) } });
  }
});

test('the older spelling .fields() and nested .after() are understood', async () => {
  const first = (await get(url, LIST, { limit: 1, fields: 'messages.fields(id).limit(2)' })).body.data[0];
  const after = first?.messages.paging?.cursors?.after ?? '';
  expect(first?.messages.data).toHaveLength(2);
  const second = (await get(url, LIST, { limit: 1, fields: `messages.limit(28).after(${after}){id}` })).body;
  const ids = [
    ...idsOf([first?.messages ?? { data: [] }]),
    ...idsOf([second.data[0]?.messages ?? { data: [] }]),
  ];
  expect(new Set(ids).size).toBe(30);
});

test.each([
  ['id,messages.limit(5){id', 2500, 'Syntax error'],
  ['id,,name', 2500, 'Syntax error'],
  ['id,no_such_field', 100, 'nonexisting field (no_such_field)'],
  ['messages{id,colour}', 100, 'nonexisting field (colour)'],
])('fields=%s is refused with %i', async (fields, code, text) => {
  const { status, body } = await get(url, LIST, { limit: 1, fields });
  expect(status).toBe(400);
  expect(body.error.code).toBe(code);
  expect(body.error.message).toContain(text);
});

test.each([
  [{ limit: 51 }, 500, 1],
  [{ limit: 25, fields: 'messages.limit(21){id}' }, 500, 1],
  [{ limit: 25, fields: 'messages.limit(20){id}' }, 200, undefined],
  [{ limit: 20, fields: 'messages{id}' }, 200, undefined],
  [{ limit: 21, fields: 'messages{id}' }, 500, 1],
  [{ limit: 'ten' }, 400, 100],
  [{ platform: 'whatsapp' }, 400, 100],
  [{ after: 'bm90IGEgY3Vyc29y' }, 400, 100],
] as const)('%j answers %i', async (parameters, status, code) => {
  const answer = await get(url, LIST, parameters);
  expect(answer.status).toBe(status);
  expect(answer.body.error?.code).toBe(code);
  if (status === 500) expect(answer.body.error.message).toContain('reduce the amount of data');
});

test('Messenger people carry name and email, Instagram people a username and nothing else', async () => {
  const fields = 'participants';
  const messenger = (await get(url, LIST, { limit: 5, fields })).body.data[0]?.participants?.data;
  expect(messenger?.map((person) => Object.keys(person))).toEqual([
    ['name', 'email', 'id'],
    ['name', 'email', 'id'],
  ]);
  expect(messenger?.[0]?.email).toBe(`${messenger?.[0]?.id}@facebook.com`);
  expect(messenger?.[0]?.id).toMatch(/^\d{16,17}$/);
  expect(messenger?.[1]?.id).toBe(PAGE);
  const instagram = (await get(url, LIST, { platform: 'instagram', fields })).body.data[0]?.participants
    ?.data;
  expect(instagram?.map((person) => Object.keys(person))).toEqual([
    ['username', 'id'],
    ['username', 'id'],
  ]);
  expect(instagram?.[1]?.id).toBe('17840000000000001');
});

test('ids look like the real ones', async () => {
  const fields = 'id,messages.limit(1){id}';
  const messenger = (await get(url, LIST, { limit: 1, fields })).body.data[0];
  expect(messenger?.id).toMatch(/^t_\d{16}$/);
  expect(messenger?.messages.data[0]?.id).toMatch(/^m_[\w-]{40,}$/);
  const instagram = (await get(url, LIST, { platform: 'instagram', limit: 1, fields })).body.data[0];
  expect(instagram?.id).toMatch(/^aWdfZA[A-Za-z0-9]+$/);
  expect(instagram?.messages.data[0]?.id).toMatch(/^aWdfZA[A-Za-z0-9]+$/);
});

test('Instagram lists every message but tells details of the 20 newest only; Messenger tells all', async () => {
  for (const [platform, told] of [
    ['instagram', 20],
    ['messenger', 30],
  ] as const) {
    const [id] = idsOf([(await get(url, LIST, { platform, limit: 1 })).body]);
    const fields = 'id,created_time,from,message';
    const rows = (await pages(url, `/${id}/messages`, { limit: 7, fields })).flatMap((list) => list.data);
    expect(rows).toHaveLength(30);
    expect(rows.map((row) => 'from' in row && 'message' in row)).toEqual(rows.map((_, at) => at < told));
    expect(rows.every((row) => row.id && row.created_time)).toBe(true);
    const newest = await get(url, `/${rows[19]?.id}`, { fields });
    expect(newest.body).toEqual(rows[19]);
    const older = await get(url, `/${rows[20]?.id}`, { fields });
    if (platform === 'messenger') expect(older.body).toEqual(rows[20]);
    else {
      expect(older.status).toBe(400);
      expect(older.body.error).toMatchObject({ code: 9000001, message: expect.stringContaining('deleted') });
    }
  }
});

test('customer and page take turns, and contents vary', async () => {
  const fields =
    'messages.limit(25){from,message,attachments,shares{link},sticker,story,reactions,is_unsupported}';
  const found = new Set<string>();
  for (const platform of ['messenger', 'instagram']) {
    const { data } = (await get(url, LIST, { platform, limit: 20, fields })).body;
    const own = platform === 'messenger' ? PAGE : '17840000000000001';
    for (const row of data) {
      const byPage = row.messages.data.filter((m) => m.from).map((m) => m.from?.id === own);
      byPage.forEach((mine, at) => {
        if (at > 0) expect(mine).toBe(!byPage[at - 1]);
      });
      for (const message of row.messages.data) {
        for (const name of Object.keys(message)) found.add(`${platform} ${name}`);
        if (/[\u0600-\u06ff]/.test(message.message ?? '')) found.add('arabic');
        const [attachment] = (message.attachments as { data: object[] } | undefined)?.data ?? [];
        for (const name of Object.keys(attachment ?? {})) found.add(name);
      }
    }
  }
  for (const name of ['image_data', 'video_data', 'file_url', 'arabic']) expect(found).toContain(name);
  for (const name of ['sticker', 'shares', 'reactions', 'is_unsupported']) {
    expect(found).toContain(`messenger ${name}`);
  }
  expect(found).toContain('instagram story');
  expect(found).not.toContain('instagram sticker');
});

test('a conversation is a node of its own, with nested messages', async () => {
  const listed = (await get(url, LIST, { limit: 3, fields: 'id,message_count,messages.limit(2){id}' })).body
    .data;
  const id = listed[2]?.id;
  const node = await get(url, `/${id}`, { fields: 'id,message_count,messages.limit(2){id}' });
  expect(node.status).toBe(200);
  const { messages, ...rest } = node.body;
  expect(rest).toEqual({ id, message_count: 30 });
  expect(messages.data).toEqual(listed[2]?.messages.data);
});

test.each([
  ['/t_1234567890123456', 400, 100, 33],
  ['/t_1234567890123456/messages', 400, 100, 33],
  ['/m_abcdefghij', 400, 100, 33],
  ['/999999999999999', 400, 100, 33],
  [`/${PAGE}/impressions/day`, 400, 2500, undefined],
])('GET %s answers %i with code %i', async (path, status, code, subcode) => {
  const answer = await get(url, path);
  expect(answer.status).toBe(status);
  expect(answer.body.error).toMatchObject({ code, fbtrace_id: expect.stringMatching(/^A\w{10}$/) });
  expect(answer.body.error.error_subcode).toBe(subcode);
});

test('the page node, /me, a folder without rows, and a path without version', async () => {
  const fields = 'id,name,instagram_business_account';
  const node = { id: PAGE, name: 'Demo Page', instagram_business_account: { id: '17840000000000001' } };
  expect((await get(url, `/${PAGE}`, { fields })).body).toEqual(node);
  expect((await get(url, '/me', { fields })).body).toEqual(node);
  expect((await get(url, LIST, { folder: 'spam' })).body).toEqual({ data: [] });
  expect((await get(url, LIST, { folder: 'inbox', limit: 2 })).body.data).toHaveLength(2);
  const bare = await fetch(`${url}/${PAGE}?access_token=${DEMO_TOKEN}`);
  expect(await bare.json()).toEqual({ id: PAGE, name: 'Demo Page' });
});

test('a page without Instagram has an empty Instagram list and names no account', async () => {
  simulator.control('POST', '/pages', { id: '300000000000003', token: 'third', conversations: 4 });
  const path = '/300000000000003';
  expect((await get(url, `${path}/conversations`, { platform: 'instagram' }, 'third')).body).toEqual({
    data: [],
  });
  expect((await get(url, `${path}/conversations`, {}, 'third')).body.data).toHaveLength(4);
  const node = await get(url, path, { fields: 'id,instagram_business_account' }, 'third');
  expect(node.body).toEqual({ id: '300000000000003' });
  expect((await get(url, `${path}/conversations`)).body.error.code).toBe(10);
  simulator.control('DELETE', '/pages/300000000000003');
  expect((await get(url, `${path}/conversations`, {}, 'third')).body.error.code).toBe(190);
});

test('every answer carries usage headers that name the asset called', async () => {
  const { headers } = await get(url, LIST, { platform: 'instagram', limit: 1 });
  expect(JSON.parse(headers.get('x-app-usage') ?? '')).toMatchObject({ call_count: expect.any(Number) });
  const business = JSON.parse(headers.get('x-business-use-case-usage') ?? '');
  expect(business).toMatchObject({
    '17840000000000001': [{ type: 'instagram', estimated_time_to_regain_access: 0 }],
  });
  expect(headers.get('content-type')).toBe('application/json; charset=UTF-8');
  const own = await get(url, '/debug_token', { input_token: DEMO_TOKEN });
  expect(own.headers.get('x-app-usage')).toBeTruthy();
  expect(own.headers.get('x-business-use-case-usage')).toBeNull();
});

test('with an app secret every call needs the right proof', async () => {
  const guarded = await startSimulator({ appSecret: 'a secret', conversations: 3 });
  try {
    const without = await get(guarded.url, LIST);
    expect(without.body.error).toMatchObject({
      code: 100,
      message: expect.stringContaining('appsecret_proof'),
    });
    const wrong = await get(guarded.url, LIST, { appsecret_proof: '00' });
    expect(wrong.body.error.code).toBe(100);
    const proof = createHmac('sha256', 'a secret').update(DEMO_TOKEN).digest('hex');
    expect((await get(guarded.url, LIST, { appsecret_proof: proof })).status).toBe(200);
    const about = { input_token: DEMO_TOKEN };
    expect((await get(guarded.url, '/debug_token', about, '1234567890|a secret')).status).toBe(200);
    const bad = await get(
      guarded.url,
      '/debug_token',
      { ...about, appsecret_proof: '00' },
      '1234567890|a secret',
    );
    expect(bad.status).toBe(400);
  } finally {
    await guarded.close();
  }
});
