import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';

/** The queries that people copy from the first documents, letter by letter, and what those say they give. */
const ACTIVE_LOCKS = 'SELECT * FROM sync_locks;';
const CLEAR_LOCK = "DELETE FROM sync_locks WHERE page_id = 'your-page-id';";
const DUPLICATES = `SELECT sender_id, page_id, COUNT(*) 
FROM messenger_conversations 
GROUP BY sender_id, page_id 
HAVING COUNT(*) > 1;`;
const CONVERSATION_COUNT = `SELECT 
  page_id,
  COUNT(*) as total_conversations,
  COUNT(DISTINCT sender_id) as unique_contacts
FROM messenger_conversations
GROUP BY page_id;`;
const EVENT_COUNT = `SELECT 
  COUNT(*) as total_events,
  COUNT(DISTINCT conversation_id) as conversations_with_events
FROM contact_interaction_events
WHERE metadata->>'source' = 'initial_sync';`;
const FULL_RESYNC = `UPDATE facebook_pages 
   SET last_synced_at = NULL 
   WHERE id = 'your-page-id';`;
const ACTIVE_SYNCS = 'SELECT * FROM active_syncs;';
const STATISTICS = 'SELECT * FROM sync_statistics;';
const CLEAN_UP = 'SELECT cleanup_expired_locks();';

const CONVERSATIONS = 600;
let stack: Stack;
let page: TestPage;
beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
});
afterAll(() => stack.close());

const ask = (query: string) => stack.sql.unsafe(query.replace('your-page-id', page?.id));
const start = () => stack.api.post<JobResource>(`/api/pages/${page.id}/sync`);

test('on an empty database all of them run', async () => {
  const nobody = '00000000-0000-4000-8000-000000000000';
  for (const query of [ACTIVE_LOCKS, CLEAR_LOCK, DUPLICATES, CONVERSATION_COUNT, FULL_RESYNC, ACTIVE_SYNCS]) {
    expect([...(await stack.sql.unsafe(query.replace('your-page-id', nobody)))]).toEqual([]);
  }
  expect([...(await ask(STATISTICS))]).toEqual([]);
  expect([...(await ask('SELECT * FROM page_health'))]).toEqual([]);
  expect([...(await ask(EVENT_COUNT))]).toEqual([{ total_events: 0, conversations_with_events: 0 }]);
  expect([...(await ask(CLEAN_UP))]).toEqual([{ cleanup_expired_locks: 0 }]);
});

describe('with a page', () => {
  beforeAll(async () => {
    page = await stack.addPage({ conversations: CONVERSATIONS, messages: 6, exactMessages: true });
  });

  test('while it is synced: who is at work, who holds the lock, and a lock that is no row to delete', async () => {
    stack.simulator.control('POST', '/latency', { ms: 60 });
    const { body: job } = await start();
    const [active] = await eventually(async () => {
      const rows = await ask(ACTIVE_SYNCS);
      return rows[0]?.fetched > 0 ? rows : null;
    }, 'a conversation in active_syncs');
    expect(active).toMatchObject({ job_id: job.id, page_id: page.id, status: 'IN_PROGRESS' });
    expect([...(await ask(ACTIVE_LOCKS))]).toMatchObject([
      { job_id: job.id, page_id: page.id, workflow_id: page.facebookPageId },
    ]);
    await expect(ask(CLEAR_LOCK)).rejects.toThrow(/is its workflow, not a row/);
    expect([...(await ask(CLEAN_UP))]).toEqual([{ cleanup_expired_locks: 0 }]);
    stack.simulator.control('POST', '/latency', { ms: 0 });
    expect(await stack.ended(page)).toMatchObject({ id: job.id, status: 'COMPLETED' });
  });

  test('afterwards: all conversations, all their events, nothing twice, no lock', async () => {
    expect([...(await ask(CONVERSATION_COUNT))]).toEqual([
      { page_id: page.id, total_conversations: CONVERSATIONS, unique_contacts: CONVERSATIONS },
    ]);
    expect([...(await ask(EVENT_COUNT))]).toEqual([
      { total_events: CONVERSATIONS * 6, conversations_with_events: CONVERSATIONS },
    ]);
    expect([...(await ask(DUPLICATES))]).toEqual([]);
    for (const query of [ACTIVE_SYNCS, ACTIVE_LOCKS, CLEAR_LOCK]) expect([...(await ask(query))]).toEqual([]);
    expect([...(await ask(STATISTICS))]).toMatchObject([
      { page_id: page.id, total_syncs: 1, success_rate: '100.0', conversations: CONVERSATIONS },
    ]);
    expect([...(await ask('SELECT * FROM page_health'))]).toMatchObject([
      { page_id: page.id, health: 'ok', conversations: CONVERSATIONS },
    ]);
  });

  test('a cleared last_synced_at makes the next sync a full one', async () => {
    await ask(FULL_RESYNC);
    await start();
    expect(await stack.ended(page)).toMatchObject({ mode: 'full', totals: { fetched: CONVERSATIONS } });
    const [row] = await stack.sql`SELECT last_synced_at FROM facebook_pages WHERE id = ${page.id}`;
    expect(row?.last_synced_at).toEqual(expect.any(Date));
  });
});
