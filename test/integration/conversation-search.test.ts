import { beforeAll, describe, expect, test } from 'vitest';
import type { PageResource } from '../../src/contract/resources.ts';
import type { ConversationInput, EventInput } from '../../src/store/index.ts';
import { conversation, message } from '../support/batches.ts';
import { storeUnderTest, type TestStore } from '../support/store-under-test.ts';

const file = storeUnderTest();

let under: TestStore;
let page: PageResource;
let jobId: string;
let seq = 0;
beforeAll(async () => {
  under = file.it;
  page = await under.newPage();
  jobId = await under.runningJob(page);
});

type Filter = Parameters<TestStore['store']['conversations']['list']>[1];
const all = { after: null, limit: 200 };

async function store(of: PageResource, job: string, ...conversations: ConversationInput[]): Promise<void> {
  seq += 1;
  await under.batches.store(under.batch(of, job, seq, conversations));
}

/** A conversation with these messages, the last one the newest, a minute apart. */
function thread(
  graphId: string,
  texts: readonly (string | null)[],
  change: Partial<ConversationInput> = {},
): ConversationInput {
  const events = texts.map((text, n) =>
    message(`m-${graphId}-${n}`, { text, occurredAt: `2026-01-01T10:0${n}:00.000Z` }),
  );
  return conversation(graphId, { events, ...change });
}

const list = async (text: string | undefined, filter: Filter = {}, keyset = all) =>
  (await under.store.conversations.list(keyset, { pageId: page.id, ...filter }, text)).data;
const found = async (text: string, filter: Filter = {}) =>
  (await list(text, filter)).map(({ graphConversationId }) => graphConversationId);

describe('what is found', () => {
  beforeAll(async () => {
    await store(
      page,
      jobId,
      thread('shoes', ['Do you have BLUE shoes?', 'Order A-1234/XY, please'], { senderName: 'Ada Lovelace' }),
      thread('accents', ['Größe 42, naïve café', 'ПРИВЕТ, мир'], { senderName: 'José Ñandú' }),
      thread('chinese', ['我想订购一个蛋糕'], { senderName: '王小明' }),
      thread('arabic', ['مرحبا بالعالم'], { senderName: 'ليلى' }),
      thread('thai', ['สวัสดีครับผม'], { senderName: null }),
      thread('signs', ['100% off_now \\ mail me@example.com 😀 it’s <b>bold</b>'], {
        senderName: 'A%B_C\\D',
      }),
      thread('none', [null], { senderName: 'Nobody' }),
    );
  });

  test.each<[string, string[]]>([
    ['blue shoes', ['shoes']],
    ['BLUE SHO', ['shoes']],
    ['have blue', ['shoes']],
    // words follow each other
    ['shoes blue', []],
    ['lue', []],
    ['1234', ['shoes']],
    ['a-1234', ['shoes']],
    ['xy, please', ['shoes']],
    ['größe', ['accents']],
    ['GRÖSSE', []],
    ['привет', ['accents']],
    ['мир', ['accents']],
    ['café', ['accents']],
    ['订购', ['chinese']],
    ['蛋', ['chinese']],
    ['购订', []],
    ['العالم', []],
    ['بالعالم', ['arabic']],
    ['ครับ', ['thai']],
    ['example.com', ['signs']],
    ['me@ex', ['signs']],
    ['😀', ['signs']],
    ['it’s', ['signs']],
    ['bold', ['signs']],
    ['off_now', ['signs']],
    ['100', ['signs']],
  ])('in messages: %s', async (text, expected) => {
    expect(await found(text)).toEqual(expected);
  });

  test.each<[string, string[]]>([
    ['love', ['shoes']],
    ['a lovel', ['shoes']],
    ['LACE', ['shoes']],
    ['ñand', ['accents']],
    ['小明', ['chinese']],
    ['明', ['chinese']],
    ['يلى', ['arabic']],
    ['%', ['signs']],
    ['b_c', ['signs']],
    ['\\', ['signs']],
    ['a%b', ['signs']],
    ['nob', ['none']],
    ['qq%', []],
    ["'; DROP", []],
    ["' | !qq:*", []],
  ])('in names: %s', async (text, expected) => {
    expect(await found(text)).toEqual(expected);
  });

  test('the newest message with the words is shown, none when the name has them', async () => {
    await store(page, jobId, thread('twice', ['zebra one', 'zebra two', 'other'], { senderName: 'Zoe' }));
    expect((await list('zebra'))[0]).toMatchObject({
      match: { text: 'zebra two', occurredAt: '2026-01-01T10:01:00.000Z', eventId: expect.any(Number) },
      lastMessage: { text: 'other' },
    });
    expect((await list('zoe'))[0]?.match).toBeNull();
    expect((await list(undefined)).every(({ match }) => match === null)).toBe(true);
  });

  test('a message that was unsent is not; one that was edited is by its new text', async () => {
    await store(page, jobId, thread('changed', ['quokka', 'wombat'], { senderName: 'Kim' }));
    expect(await found('quokka')).toEqual(['changed']);
    const change = async (n: number, what: string, texts: object) => {
      const [event] =
        await under.sql`SELECT id FROM contact_interaction_events WHERE message_id = ${`m-changed-${n}`}`;
      await under.sql`SELECT change_message(${event?.id}, ${what}, now(), ${JSON.stringify(texts)}::text::jsonb)`;
    };
    await change(0, 'unsend', {});
    await change(1, 'edit', { 1: 'numbat' });
    expect(await found('quokka')).toEqual([]);
    expect(await found('wombat')).toEqual([]);
    expect(await found('numbat')).toEqual(['changed']);
  });

  test('other events than messages are not', async () => {
    const event: EventInput = message('p1', { type: 'postback', text: 'platypus' });
    await store(page, jobId, conversation('postback', { events: [event] }));
    expect(await found('platypus')).toEqual([]);
    expect((await list('Person postback'))[0]?.lastMessage).toBeNull();
  });

  test('a very long message is stored, and found by its beginning', async () => {
    const text = `emu ${'漢字'.repeat(15_000)} cassowary`;
    await store(page, jobId, thread('long', [text, 'x'.repeat(20_000)]));
    expect(await found('emu')).toEqual(['long']);
    expect(await found('cassowary')).toEqual([]);
  });
});

describe('in a large inbox', () => {
  /** More than are looked at one by one. */
  const SIZE = 5000;
  let large: PageResource;
  let otherPage: PageResource;
  beforeAll(async () => {
    large = await under.newPage();
    otherPage = await under.newPage();
    await under.sql`INSERT INTO contacts (page_id, messenger_psid) SELECT ${large.id}, 'p' || n FROM generate_series(1, ${SIZE}::int) n`;
    await under.sql`INSERT INTO messenger_conversations (page_id, platform, graph_conversation_id, contact_id, sender_id, sender_name,
        last_message_at, unread_count, tags)
      SELECT page_id, CASE n % 2 WHEN 0 THEN 'messenger' ELSE 'instagram' END, messenger_psid, id, messenger_psid,
        CASE WHEN n = 4321 THEN 'Grace Hopper' ELSE 'Somebody' END, '2026-01-01'::timestamptz - n * interval '1 minute',
        (n % 10 = 0)::int, CASE WHEN n % 100 = 0 THEN '{vip}'::text[] WHEN n > 4990 THEN '{"ai:old",vip}' ELSE '{}' END
      FROM (SELECT *, substr(messenger_psid, 2)::int AS n FROM contacts WHERE page_id = ${large.id}) c`;
    // in all of them; in every tenth; in every thousandth; in the oldest thousand
    await under.sql`INSERT INTO contact_interaction_events (page_id, conversation_id, event_type, direction, message_id, occurred_at, text)
      SELECT page_id, id, 'message', 'inbound', sender_id || '-' || m, last_message_at - m * interval '1 second', CASE m
        WHEN 0 THEN 'everywhere' WHEN 1 THEN CASE WHEN n % 10 = 0 THEN 'often' END WHEN 2 THEN CASE WHEN n % 1000 = 0 THEN 'seldom' END
        ELSE CASE WHEN n > 4000 THEN 'formerly' END END
      FROM (SELECT *, substr(sender_id, 2)::int AS n FROM messenger_conversations WHERE page_id = ${large.id}) c, generate_series(0, 3) m`;
  });

  /** All that the pages of a list have, in their order: the numbers of the conversations. */
  async function walk(text: string | undefined, filter: Filter, limit: number): Promise<number[]> {
    const numbers: number[] = [];
    let after: [string, string] | null = null;
    for (;;) {
      const { data, nextCursor } = await under.store.conversations.list({ after, limit }, filter, text);
      numbers.push(...data.map(({ senderId }) => Number(senderId?.slice(1))));
      expect(data.length).toBe(nextCursor === null ? data.length : limit);
      if (nextCursor === null) return numbers;
      after = JSON.parse(Buffer.from(nextCursor, 'base64url').toString());
    }
  }
  const every = (n: number, from = 1, to = SIZE) =>
    Array.from({ length: SIZE }, (_, i) => i + 1).filter((i) => i % n === 0 && i >= from && i <= to);

  test.each<[string | undefined, number, number[]]>([
    [undefined, 200, every(1)],
    ['everywhere', 200, every(1)],
    ['often', 50, every(10)],
    ['often', 199, every(10)],
    ['seldom', 2, every(1000)],
    ['formerly', 150, every(1, 4001)],
    ['hopper', 50, [4321]],
    ['gr', 50, [4321]],
    ['nowhere', 50, []],
  ])('%s, %i at a time: each conversation once, newest first', async (text, limit, expected) => {
    expect(await walk(text, { pageId: large.id }, limit)).toEqual(expected);
  });

  test('all filters hold', async () => {
    const at = (n: number) => new Date(Date.parse('2026-01-01T00:00:00Z') - n * 60_000).toISOString();
    const pageId = large.id;
    expect(await walk('often', { pageId, platform: 'instagram' }, 50)).toEqual([]);
    expect(await walk('seldom', { pageId, platform: 'messenger' }, 50)).toEqual(every(1000));
    expect(await walk(undefined, { pageId, unread: true }, 200)).toEqual(every(10));
    expect(await walk('everywhere', { pageId, unread: true, tag: 'vip' }, 10)).toEqual(every(100));
    expect(await walk(undefined, { pageId, unread: false, tag: 'vip' }, 5)).toEqual(
      every(1, 4991).filter((n) => n % 10 > 0),
    );
    expect(await walk(undefined, { pageId, since: at(20), until: at(10) }, 5)).toEqual(every(1, 10, 20));
    expect(await walk('seldom', { pageId, since: at(3000), until: at(2000) }, 5)).toEqual([2000, 3000]);
    expect(await walk('everywhere', { pageId, tag: 'nobody has it' }, 5)).toEqual([]);
    expect(await walk('seldom', { pageId: otherPage.id }, 5)).toEqual([]);
    expect(await walk('seldom', {}, 5)).toEqual(every(1000));
  });

  test('tags, most used first, of a page and of all', async () => {
    const expected = [
      { tag: 'vip', conversations: 59 },
      { tag: 'ai:old', conversations: 9 },
    ];
    expect([...(await under.store.conversations.tags(large.id))]).toEqual(expected);
    expect([...(await under.store.conversations.tags(null))]).toEqual(expected);
    expect([...(await under.store.conversations.tags(otherPage.id))]).toEqual([]);
  });
});

describe('the newest message', () => {
  test('is shown with the types of its attachments', async () => {
    const attachments = [{ type: 'image', url: 'x' }, { type: 'share' }, { odd: 1 }, 'odd'];
    await store(
      page,
      jobId,
      conversation('pictures', {
        events: [
          message('pic-1', { text: 'before', occurredAt: '2026-01-01T09:59:59.999Z' }),
          message('pic-2', { text: null, attachments, direction: 'outbound' }),
          message('pic-3', { type: 'reaction', occurredAt: '2026-01-02T00:00:00.000Z' }),
        ],
      }),
    );
    const [shown] = await list('Person pictures');
    expect(shown?.lastMessage).toEqual({
      text: null,
      direction: 'outbound',
      occurredAt: '2026-01-01T10:00:00.000Z',
      attachments: ['image', 'share'],
      unsent: false,
    });
    expect(await under.store.conversations.find(shown?.id ?? '')).toMatchObject({
      lastMessage: shown?.lastMessage,
    });
  });

  test('that was unsent says so, and shows nothing', async () => {
    await store(page, jobId, conversation('regret', { events: [message('regret-1')] }));
    await under.sql`SELECT change_message(id, 'unsend', now(), '{}') FROM contact_interaction_events WHERE message_id = 'regret-1'`;
    expect((await list('Person regret'))[0]?.lastMessage).toMatchObject({
      text: null,
      attachments: [],
      unsent: true,
    });
  });
});
