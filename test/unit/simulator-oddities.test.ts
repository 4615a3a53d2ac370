import { afterEach, beforeEach, expect, test } from 'vitest';
import { oddityKinds } from '../../simulator/inbox/oddities.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { type Body, get, idsOf } from '../../simulator/testing/client.ts';

const LIST = '/100000000000001/conversations';
const FIELDS =
  'id,updated_time,message_count,participants,messages.limit(3){id,created_time,from,message,attachments}';
let simulator: Simulator;
let url: string;

beforeEach(async () => {
  simulator = await startSimulator({ conversations: 6, messages: 4, exactMessages: true });
  url = simulator.url;
});

afterEach(() => simulator.close());

type Loose = Record<string, unknown>;
type Odd = { row: Loose; message: Loose; text: string; body: Body };

/** The list with one oddity on the third conversation: that row, its newest message, and the whole text. */
async function odd(kind: string, platform = 'messenger'): Promise<Odd> {
  simulator.control('POST', '/oddities', { platform, index: 1, kind });
  const { text, body } = await get(url, LIST, { platform, fields: FIELDS });
  const row = body.data[1] as unknown as Loose;
  const messages = row.messages as { data: Loose[] } | undefined;
  return { row, message: messages?.data[0] ?? {}, text, body };
}

/** What each kind must do, seen from outside. */
const EFFECTS: Record<string, (seen: Odd) => void> = {
  'nul-text': ({ message, text }) => {
    expect(message.message).toContain('\u0000');
    expect(text).toContain('\\u0000');
  },
  'lone-surrogate': ({ message, text }) => {
    expect((message.message as string).isWellFormed()).toBe(false);
    expect(text).toContain('\\ud83d');
  },
  emoji: ({ message }) => expect(message.message).toMatch(/\p{Extended_Pictographic}\u200d/u),
  rtl: ({ message }) => expect(message.message).toMatch(/[\u0600-\u06ff].*\u202e/),
  'long-20000': ({ message }) => expect(message.message).toHaveLength(20_000),
  'no-participants': ({ row }) => expect(row).not.toHaveProperty('participants'),
  'participants-empty': ({ row }) => expect(row.participants).toEqual({ data: [] }),
  'participants-without-id': ({ row }) =>
    expect(row.participants).toEqual({
      data: [
        { name: expect.any(String), email: expect.any(String) },
        { name: expect.any(String), email: expect.any(String) },
      ],
    }),
  'only-page': ({ row }) => {
    expect(row.participants).toMatchObject({ data: [{ id: '100000000000001' }] });
    expect((row.participants as { data: [] }).data).toHaveLength(1);
    const senders = (row.messages as { data: { from: { id: string } }[] }).data.map(({ from }) => from.id);
    expect(new Set(senders)).toEqual(new Set(['100000000000001']));
  },
  'empty-conversation': ({ row }) => expect(row).toMatchObject({ message_count: 0, messages: { data: [] } }),
  'message-without-id': ({ message }) => expect(Object.keys(message)[0]).toBe('created_time'),
  'message-without-from': ({ message }) => expect(message).not.toHaveProperty('from'),
  'message-bad-time': ({ message }) => expect(Date.parse(String(message.created_time))).toBeNaN(),
  'message-not-object': ({ message }) => expect(message).toBeTypeOf('string'),
  'poison-no-id': ({ row }) => expect(row.id).toBeNull(),
  'poison-bad-updated-time': ({ row }) => expect(Date.parse(String(row.updated_time))).toBeNaN(),
  'poison-not-object': ({ row }) => expect(row).toBeTypeOf('string'),
  'poison-participants-string': ({ row }) => expect(row.participants).toBeTypeOf('string'),
  'huge-count': ({ row }) => expect(row.message_count).toBe(99_999_999_999),
  'year-275760': ({ row, message }) => {
    expect(row.updated_time).toMatch(/^\+275760-/);
    expect(message.created_time).toMatch(/^\+275760-/);
  },
  'duplicate-in-page': ({ body }) => {
    expect(body.data).toHaveLength(5);
    expect(body.data[2]).toEqual(body.data[1]);
    expect(new Set(idsOf([body])).size).toBe(4);
  },
  'numeric-ids': ({ row, text }) => {
    expect((row.participants as { data: { id: unknown }[] }).data.map(({ id }) => typeof id)).toEqual([
      'number',
      'number',
    ]);
    expect(text).toMatch(/"id":\d{15,17}[,}]/);
    expect(text).not.toContain('number:');
  },
  'missing-updated-time': ({ row }) => expect(row).not.toHaveProperty('updated_time'),
  'null-name': ({ row }) => expect(row).toMatchObject({ participants: { data: [{ name: null }, {}] } }),
  'deep-nul-in-attachment': ({ message }) =>
    expect(message).toMatchObject({
      attachments: { data: [{ generic_template: { cta: { title: expect.stringContaining('\u0000') } } }] },
    }),
};

test('every kind has its effect tested here', () => {
  expect(Object.keys(EFFECTS).sort()).toEqual([...oddityKinds].sort());
});

test.each(oddityKinds)('%s touches its conversation and no other', async (kind) => {
  const before = (await get(url, LIST, { fields: FIELDS })).body.data;
  const seen = await odd(kind);
  EFFECTS[kind]?.(seen);
  expect(seen.body.data).not.toEqual(before);
  const others = kind === 'duplicate-in-page' ? seen.body.data.slice(3) : seen.body.data.slice(2);
  expect([seen.body.data[0], ...others]).toEqual([before[0], ...before.slice(2)]);
});

test('fields nobody asked for do not appear because of an oddity', async () => {
  for (const kind of oddityKinds) simulator.control('POST', '/oddities', { index: 0, kind });
  simulator.control('POST', '/oddities', { index: 1, kind: 'poison-bad-updated-time' });
  const { body } = await get(url, LIST, { fields: 'id' });
  expect(Object.keys(body.data[2] ?? {})).toEqual(['id']);
});

test('the truth tells the odd text and what is wrong', async () => {
  const { message } = await odd('nul-text');
  const truth = simulator.control('GET', '/inbox') as { oddities: string[]; messages: { text: string }[] }[];
  expect(truth[1]?.oddities).toEqual(['nul-text']);
  expect(truth[1]?.messages[0]?.text).toBe(message.message);
});

test('Instagram has a null username instead of a null name', async () => {
  const { row } = await odd('null-name', 'instagram');
  expect(row).toMatchObject({ participants: { data: [{ username: null }, {}] } });
});
