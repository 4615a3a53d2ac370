import { describe, expect, test } from 'vitest';
import type { FailureResource, JobResource, ListResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { pageUnderTest } from '../support/page-under-test.ts';
import { inboxOf } from '../support/truth.ts';

/** Requirement A4: all messages of every conversation, wherever the sync is interrupted. */
const CONVERSATIONS = 40;
const MESSAGES = 240;

const under = pageUnderTest(
  CONVERSATIONS,
  { SYNC_SLICE_SECONDS: '0.2', SYNC_STANDSTILL_SECONDS: '20', GRAPH_THROTTLE_WAIT_SECONDS: '0.3' },
  10,
  { messages: MESSAGES, exactMessages: true, instagramShare: 0.25 },
);
const { error, expectStored, sync } = under;

const historyCalls = () => {
  const { byEdge } = under.stack.simulator.control('GET', `/calls?page=${under.page.facebookPageId}`) as {
    byEdge: Record<string, number>;
  };
  return byEdge.messages ?? 0;
};
const stateOf = (graphId: string) => under.stack.sql`
  SELECT history_complete, history_cursor, gap_to, gap_cursor, synced_to, version, last_message_at
  FROM messenger_conversations WHERE page_id = ${under.page.id} AND graph_conversation_id = ${graphId}`;
const failuresOf = async (job: JobResource) =>
  (await under.stack.api.get<ListResource<FailureResource>>(`/api/jobs/${job.id}/failures`)).body.data;
const messengerIds = () =>
  inboxOf(under.stack, under.page)
    .filter((row) => row.platform === 'messenger')
    .map((row) => row.id);

describe('whole histories', () => {
  test('every message of Messenger, the readable ones of Instagram, in as few calls as there can be', async () => {
    const job = await sync();
    expect(job.status).toBe('COMPLETED');
    expect(job.totals).toMatchObject({
      fetched: CONVERSATIONS,
      inserted: CONVERSATIONS,
      failed: 0,
      histories: 30,
      historiesFailed: 0,
      unavailable: 10 * (MESSAGES - 20),
      eventsCreated: 30 * MESSAGES + 10 * 20,
    });
    expect(job.historiesLeft).toBe(0);
    // of 240 messages 25 come with the conversation: 215 in three calls
    expect(historyCalls()).toBe(30 * 3);
    expect(job.totals.apiCalls).toBe(2 + 30 * 3);
    await expectStored();
    const [again] = [await sync()];
    expect(again.totals).toMatchObject({
      unchanged: CONVERSATIONS,
      updated: 0,
      eventsCreated: 0,
      histories: 0,
    });
    expect(historyCalls()).toBe(30 * 3);
  });

  test('newest conversation first, shown as a phase of its own', async () => {
    under.control('/latency', { ms: 60 });
    await under.start();
    const now = await under.until((s) => s.phase === 'history' && s.job.totals.histories >= 3, 'histories');
    expect(now.job.historiesLeft).toBe(30 - now.job.totals.histories);
    const rows = await under.stack.sql<{ history_complete: boolean }[]>`
      SELECT history_complete FROM messenger_conversations
      WHERE page_id = ${under.page.id} AND platform = 'messenger' ORDER BY activity_at DESC, id DESC`;
    const firstOpen = rows.findIndex((row) => !row.history_complete);
    expect(rows.slice(firstOpen).every((row) => !row.history_complete)).toBe(true);
    under.fast();
    await under.ended();
    await expectStored();
  });

  test('a job may ask for less', async () => {
    const job = await sync({ messageDepth: 60 });
    expect(job.status).toBe('COMPLETED');
    const [row] = await under.stack.sql<{ least: number; most: number }[]>`
      SELECT min(n)::int AS least, max(n)::int AS most FROM (SELECT count(*) AS n FROM contact_interaction_events e
        JOIN messenger_conversations c ON c.id = e.conversation_id
        WHERE c.page_id = ${under.page.id} AND c.platform = 'messenger' GROUP BY c.id) each`;
    expect(row).toEqual({ least: 60, most: 60 });
    expect(historyCalls()).toBe(30);
    // and a later one for the rest
    await sync();
    await expectStored();
  });
});

describe('an interrupted history', () => {
  test('cancelled and resumed: the same job, no page fetched twice', async () => {
    await under.start();
    await under.until((s) => s.job.totals.histories >= 5, '5 histories');
    await under.command('cancel');
    const cancelled = await under.ended();
    expect(cancelled.status).toBe('CANCELLED');
    const calls = historyCalls();
    const job = await sync({ resume: true });
    expect(job.id).toBe(cancelled.id);
    expect(job.status).toBe('COMPLETED');
    expect(job.totals.histories).toBe(30);
    expect(job.totals.eventsCreated).toBe(30 * MESSAGES + 10 * 20);
    // at most the page in hand when it was cancelled is fetched again
    expect(historyCalls()).toBeLessThanOrEqual(30 * 3 + 1);
    expect(calls).toBeLessThan(30 * 3);
    await expectStored();
  });

  test('paused and resumed', async () => {
    await under.start();
    await under.until((s) => s.job.totals.histories >= 2, '2 histories');
    await under.command('pause');
    await under.inStatus('PAUSED');
    const calls = historyCalls();
    await under.command('resume');
    const job = await under.ended();
    expect(job.status).toBe('COMPLETED');
    expect(calls).toBeLessThan(90);
    expect(historyCalls()).toBe(90);
    await expectStored();
  });

  test.each(['throttle-613', 'http-503', 'reduce-data'])('%s on the way', async (name) => {
    const what = { kind: 'error', name, ...(name.startsWith('throttle') ? { regainMinutes: 0 } : {}) };
    under.fault(what, { edge: 'messages', afterCalls: 5, times: 2 });
    const job = await sync();
    expect(job.status).toBe('COMPLETED');
    expect(job.totals).toMatchObject({ histories: 30, historiesFailed: 0 });
    await expectStored();
  });
});

describe('one conversation whose history cannot be read', () => {
  test('a dead cursor starts that history over, and nothing else', async () => {
    const id = messengerIds()[4] ?? '';
    error('dead-cursor', { edge: 'messages', conversationId: id, afterCalls: 2 });
    const job = await sync();
    expect(job.totals).toMatchObject({ histories: 30, historiesFailed: 0 });
    // one page and the refused call, then from its newest message on
    expect(historyCalls()).toBe(29 * 3 + 2 + 3);
    expect(job.totals.eventsCreated).toBe(30 * MESSAGES + 10 * 20);
    await expectStored();
  });

  test.each(['dead-cursor', 'gone-100-33', 'reduce-data', 'http-503'])(
    '%s for ever: it is set aside, and retried when it is asked for',
    async (name) => {
      const id = messengerIds()[4] ?? '';
      error(name, { edge: 'messages', conversationId: id, times: 'always' });
      const job = await sync();
      expect(job.status).toBe('COMPLETED');
      expect(job.totals).toMatchObject({ histories: 29, historiesFailed: 1, failed: 0 });
      expect(job.historiesLeft).toBe(0);
      expect(job.message).toMatch(/older messages of 1 set aside$/);
      expect(await failuresOf(job)).toMatchObject([
        { itemType: 'history', graphId: id, conversationGraphId: id, resolvedAt: null },
      ]);

      under.noFaults();
      const retry = await under.stack.api.post<JobResource>(`/api/jobs/${job.id}/retry-failed`);
      expect(retry.status).toBe(202);
      expect(retry.body).toMatchObject({ mode: 'selective', trigger: 'retry' });
      await under.ended();
      await expectStored();
      expect((await failuresOf(job))[0]?.resolvedAt).not.toBeNull();
      expect((await under.stack.api.post(`/api/jobs/${job.id}/retry-failed`)).status).toBe(409);
    },
  );
});

describe('a gap', () => {
  test('is closed down to what is stored, and no further', async () => {
    await sync();
    const before = historyCalls();
    under.messages('messenger', 3, 160);
    const job = await sync({ mode: 'incremental' });
    expect(job).toMatchObject({ mode: 'incremental', status: 'COMPLETED' });
    expect(job.totals).toMatchObject({ fetched: 1, updated: 1, eventsCreated: 160 });
    // 25 came with the conversation; the others in two calls, the second of which meets what is there
    expect(historyCalls() - before).toBe(2);
    await expectStored();
  });

  test('that opens above one that is still open', async () => {
    await sync();
    under.messages('messenger', 3, 160);
    // without its history phase the gap stays
    await sync({ mode: 'incremental', messageDepth: 25 });
    const open = await under.stack.sql`
      SELECT id FROM messenger_conversations WHERE page_id = ${under.page.id} AND gap_to IS NOT NULL`;
    expect(open).toHaveLength(1);
    under.messages('messenger', 3, 50);
    const job = await sync({ mode: 'incremental' });
    expect(job.status).toBe('COMPLETED');
    await expectStored();
    const [row] = await under.stack.sql`
      SELECT gap_to, gap_cursor, history_complete FROM messenger_conversations WHERE id = ${open[0]?.id}`;
    expect(row).toEqual({ gap_to: null, gap_cursor: null, history_complete: true });
  });

  test('is not hidden by a message that came some other way', async () => {
    await sync();
    under.messages('messenger', 3, 100);
    // as a webhook would: the newest but ten are there, what came before them was lost
    const inbox = inboxOf(under.stack, under.page).find((row) => row.messages.length > MESSAGES);
    if (inbox === undefined) throw new Error('No conversation with new messages');
    const newest = [...inbox.messages].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(10, 30);
    await under.stack.sql`
      INSERT INTO contact_interaction_events (page_id, conversation_id, event_type, direction, message_id, occurred_at, text)
      SELECT c.page_id, c.id, 'message', CASE WHEN m.outbound THEN 'outbound' ELSE 'inbound' END, m.id, m.at, m.text
      FROM messenger_conversations c, jsonb_to_recordset(${under.stack.sql.json(newest)}::jsonb)
        AS m (id text, at timestamptz, outbound bool, text text)
      WHERE c.page_id = ${under.page.id} AND c.graph_conversation_id = ${inbox.id}`;
    await sync({ mode: 'incremental' });
    await expectStored();
    await eventually(async () => (await stateOf(inbox.id))[0]?.gap_to === null, 'the gap to be closed');
  });
});
