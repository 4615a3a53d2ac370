import { beforeAll, expect, test } from 'vitest';
import type { MessageHistoryResource } from '../../src/contract/message-history.ts';
import type { PageResource } from '../../src/contract/resources.ts';
import { conversation, message } from '../support/batches.ts';
import { storeUnderTest, type TestStore } from '../support/store-under-test.ts';

const file = storeUnderTest();

let under: TestStore;
let page: PageResource;
let other: PageResource;
const jobs = new Map<string, string>();

/** A conversation of `<` (the customer's) and `>` (ours) at their times. */
async function talk(of: PageResource, id: string, ...messages: `${'<' | '>'}${string}`[]): Promise<void> {
  const job = jobs.get(of.id) ?? (await under.runningJob(of));
  jobs.set(of.id, job);
  const [row] =
    await under.sql`SELECT coalesce(max(seq), 0) + 1 AS seq FROM sync_batches WHERE job_id = ${job}`;
  const events = messages.map((said, n) =>
    message(`${id}-${n}`, {
      direction: said.startsWith('<') ? 'inbound' : 'outbound',
      occurredAt: new Date(said.slice(1)).toISOString(),
    }),
  );
  await under.batches.store(under.batch(of, job, row?.seq, [conversation(id, { events })]));
}

beforeAll(async () => {
  under = file.it;
  page = await under.newPage();
  other = await under.newPage();
});

const history = (pageId: string | null, from: string, to: string, timeZone = 'UTC') =>
  under.store.analytics.messageHistory(pageId, { timeZone, from, to });
/** The hours that have messages. */
const busy = ({ hours }: MessageHistoryResource) =>
  hours
    .filter(({ inbound, outbound }) => inbound + outbound > 0)
    .map(({ weekday, hour, inbound, outbound }) => [weekday, hour, inbound, outbound]);

test('days and hours are those of the time zone, also when clocks change', async () => {
  // Berlin puts its clocks back on Sunday, 25 October 2026, at 1:00 UTC: 2:30 is there twice
  await talk(
    page,
    'a',
    '<2026-10-24T21:59:59Z',
    '>2026-10-24T22:00:00Z',
    '<2026-10-25T00:30:00Z',
    '<2026-10-25T01:30:00Z',
  );
  await talk(page, 'b', '>2026-10-25T22:59:59Z', '<2026-10-25T23:00:00Z');
  await talk(other, 'c', '<2026-10-25T12:00:00Z');
  const berlin = await history(page.id, '2026-10-24', '2026-10-26', 'Europe/Berlin');
  expect(berlin).toMatchObject({
    pageId: page.id,
    timeZone: 'Europe/Berlin',
    from: '2026-10-24',
    to: '2026-10-26',
    totals: { inbound: 4, outbound: 2, conversations: 2 },
    days: [
      { day: '2026-10-24', inbound: 1, outbound: 0 },
      { day: '2026-10-25', inbound: 2, outbound: 2 },
      { day: '2026-10-26', inbound: 1, outbound: 0 },
    ],
  });
  expect(berlin.hours).toHaveLength(168);
  expect(berlin.hours[0]).toMatchObject({ weekday: 1, hour: 0 });
  expect(busy(berlin)).toEqual([
    [1, 0, 1, 0],
    [6, 23, 1, 0],
    [7, 0, 0, 1],
    [7, 2, 2, 0],
    [7, 23, 0, 1],
  ]);
  // 5:45 ahead
  const kathmandu = await history(page.id, '2026-10-25', '2026-10-25', 'Asia/Kathmandu');
  expect(kathmandu.totals).toEqual({ inbound: 3, outbound: 1, conversations: 1 });
  expect(busy(kathmandu)).toEqual([
    [7, 3, 1, 1],
    [7, 6, 1, 0],
    [7, 7, 1, 0],
  ]);
  expect((await history(null, '2026-10-25', '2026-10-25')).totals).toEqual({
    inbound: 4,
    outbound: 1,
    conversations: 3,
  });
});

test('a response is our first message after the customer’s first unanswered one', async () => {
  await talk(
    page,
    'd',
    // nobody has asked
    '>2026-03-02T08:00:00Z',
    // answered after 10 minutes, by the first of two
    '<2026-03-02T09:00:00Z',
    '<2026-03-02T09:09:00Z',
    '>2026-03-02T09:10:00Z',
    '>2026-03-02T09:30:00Z',
    // answered after 2 hours
    '<2026-03-02T10:00:00Z',
    '>2026-03-02T12:00:00Z',
    // never
    '<2026-03-02T13:00:00Z',
    '<2026-03-02T14:00:00Z',
  );
  // in one moment ours is the later; whichever was stored first
  await talk(page, 'e', '>2026-03-02T09:00:00Z', '<2026-03-02T09:00:00Z');
  const { responses } = await history(page.id, '2026-03-02', '2026-03-02');
  expect(responses).toEqual({
    answered: 3,
    unanswered: 1,
    medianSeconds: 600,
    p90Seconds: 5880,
    averageSeconds: 2600,
    within: [
      { seconds: 300, answered: 1 },
      { seconds: 900, answered: 2 },
      { seconds: 3600, answered: 2 },
      { seconds: 14_400, answered: 3 },
      { seconds: 86_400, answered: 3 },
    ],
  });
});

test('what is before and after the days counts where it must', async () => {
  // waits since the day before; the second message begins no wait of its own
  await talk(page, 'f', '<2026-04-01T23:00:00Z', '<2026-04-02T01:00:00Z', '>2026-04-02T02:00:00Z');
  // answered after the last day
  await talk(
    page,
    'g',
    '>2026-04-01T10:00:00Z',
    '<2026-04-02T23:00:00Z',
    '<2026-04-03T00:30:00Z',
    '>2026-04-03T01:00:00Z',
  );
  const { responses, totals } = await history(page.id, '2026-04-02', '2026-04-02');
  expect(responses).toMatchObject({ answered: 1, unanswered: 0, medianSeconds: 7200 });
  expect(totals).toEqual({ inbound: 2, outbound: 1, conversations: 2 });
  expect((await history(page.id, '2026-04-01', '2026-04-02')).responses).toMatchObject({
    answered: 2,
    averageSeconds: 9000,
  });
  // each wait belongs to one day
  expect((await history(page.id, '2026-04-03', '2026-04-03')).responses).toMatchObject({
    answered: 0,
    unanswered: 0,
  });
});

test('only messages count, also those that were unsent since', async () => {
  await talk(page, 'h', '<2026-05-05T10:00:00Z', '>2026-05-05T10:01:00Z');
  await under.sql`SELECT change_message(id, 'unsend', now(), '{}') FROM contact_interaction_events WHERE message_id = 'h-0'`;
  await under.sql`INSERT INTO contact_interaction_events (page_id, conversation_id, event_type, direction, occurred_at)
    SELECT page_id, conversation_id, 'read', 'outbound', '2026-05-05T10:00:30Z' FROM contact_interaction_events WHERE message_id = 'h-0'`;
  const { totals, responses } = await history(page.id, '2026-05-05', '2026-05-05');
  expect(totals).toEqual({ inbound: 1, outbound: 1, conversations: 1 });
  expect(responses.medianSeconds).toBe(60);
});

test('days without a message are there; without a response there are no times', async () => {
  const nothing = await history(page.id, '2025-01-01', '2025-01-31');
  expect(nothing.days).toHaveLength(31);
  expect(nothing.totals).toEqual({ inbound: 0, outbound: 0, conversations: 0 });
  expect(nothing.responses).toMatchObject({
    answered: 0,
    unanswered: 0,
    medianSeconds: null,
    p90Seconds: null,
    averageSeconds: null,
  });
  expect(nothing.responses.within.map(({ answered }) => answered)).toEqual([0, 0, 0, 0, 0]);
});

test('without a range the last 30 days up to today, of the time zone', async () => {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Pacific/Kiritimati' }).format();
  const range = { timeZone: 'Pacific/Kiritimati', from: undefined, to: undefined };
  const { to, days } = await under.store.analytics.messageHistory(null, range);
  expect(to).toBe(today);
  expect(days).toHaveLength(30);
});
