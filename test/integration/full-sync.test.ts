import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobResource, PageResource } from '../../src/contract/resources.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { expectInboxStored, inboxOf } from '../support/truth.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

describe('a full sync', () => {
  test('stores both platforms, conversation by conversation and message by message', async () => {
    const page = await stack.addPage({ conversations: 1000, messages: 10 });
    const started = await stack.api.post<JobResource>(`/api/pages/${page.facebookPageId}/sync`);
    expect(started.status).toBe(202);
    expect(started.headers.get('location')).toBe(`/api/jobs/${started.body.id}`);
    expect(['PENDING', 'IN_PROGRESS']).toContain(started.body.status);

    const job = await stack.ended(page);
    const events = inboxOf(stack, page).reduce((sum, row) => sum + row.messages.length, 0);
    expect(job).toMatchObject({ id: started.body.id, status: 'COMPLETED', total: 1000, totalExact: true });
    expect(job.totals).toMatchObject({ fetched: 1000, inserted: 1000, updated: 0, unchanged: 0, failed: 0 });
    expect(job.totals.eventsCreated).toBe(events);
    expect(job.message).toMatch(/^Full sync: 1,000 conversations with [\d,]+ events in [\d.]+s$/);
    await expectInboxStored(stack, page);

    const { body: after } = await stack.api.get<PageResource>(`/api/pages/${page.id}`);
    expect(after.syncCheckpoint).toBeNull();
    expect(after.lastSyncedAt).not.toBeNull();
  });

  test('puts every person in contacts, once per platform id', async () => {
    const page = await stack.addPage({ conversations: 300 });
    await stack.api.post(`/api/pages/${page.id}/sync`);
    await stack.ended(page);
    const [row] = await stack.sql`
      SELECT count(*) FILTER (WHERE contact_id IS NULL)::int AS without,
        count(DISTINCT contact_id)::int AS contacts, count(DISTINCT (platform, sender_id))::int AS people
      FROM messenger_conversations WHERE page_id = ${page.id}`;
    expect(row).toEqual({ without: 0, contacts: 300, people: 300 });
  });

  test('again writes no row when nothing has changed', async () => {
    const page = await stack.addPage({ conversations: 400, messages: 12 });
    await stack.api.post(`/api/pages/${page.id}/sync`);
    await stack.ended(page);
    const rows = () => stack.sql`
      SELECT 'conversation' AS kind, id::text, xmin::text, version FROM messenger_conversations WHERE page_id = ${page.id}
      UNION ALL SELECT 'contact', id::text, xmin::text, 0 FROM contacts WHERE page_id = ${page.id}
      UNION ALL SELECT 'event', id::text, xmin::text, 0 FROM contact_interaction_events WHERE page_id = ${page.id}
      ORDER BY 1, 2`;
    const before = await rows();
    await stack.api.post(`/api/pages/${page.id}/sync`);
    const job = await stack.ended(page);
    expect(job.totals).toMatchObject({
      fetched: 400,
      inserted: 0,
      updated: 0,
      unchanged: 400,
      eventsCreated: 0,
    });
    expect(job.message).toMatch(/nothing new/);
    expect(await rows()).toEqual(before);
  });

  test('brings what has changed since: one version more, only the new events', async () => {
    const page = await stack.addPage({ conversations: 200 });
    await stack.api.post(`/api/pages/${page.id}/sync`);
    await stack.ended(page);
    const target = { page: page.facebookPageId, platform: 'messenger' };
    stack.simulator.control('POST', '/inbox/messages', { ...target, index: 50, count: 3 });
    stack.simulator.control('POST', '/inbox/conversations', { ...target, count: 2 });
    await stack.api.post(`/api/pages/${page.id}/sync`);
    const job = await stack.ended(page);
    expect(job.totals).toMatchObject({ fetched: 202, inserted: 2, updated: 1, unchanged: 199 });
    await expectInboxStored(stack, page);
    const versions = await stack.sql`
      SELECT version, count(*)::int FROM messenger_conversations WHERE page_id = ${page.id} GROUP BY 1 ORDER BY 1`;
    expect(versions.map((row) => ({ ...row }))).toEqual([
      { version: 1, count: 201 },
      { version: 2, count: 1 },
    ]);
  });

  test('asks for fewer messages and fewer conversations when it is told to', async () => {
    const page = await stack.addPage({ conversations: 300, messages: 20 });
    await stack.api.post(`/api/pages/${page.id}/sync`, { messageDepth: 2, maxConversations: 150 });
    const job = await stack.ended(page);
    expect(job).toMatchObject({ status: 'COMPLETED', messageDepth: 2, maxConversations: 150 });
    expect(job.totals.fetched).toBe(150);
    const [row] = await stack.sql`
      SELECT max(n)::int AS most FROM (SELECT count(*) AS n FROM contact_interaction_events
        WHERE page_id = ${page.id} GROUP BY conversation_id) each`;
    expect(row?.most).toBe(2);
    // it has not covered the inbox: the page does not count as synced
    const { body } = await stack.api.get<PageResource>(`/api/pages/${page.id}`);
    expect(body.lastSyncedAt).toBeNull();
  });

  test('of a page without Instagram walks Messenger alone', async () => {
    const page = await stack.addPage({ conversations: 120, instagram: false });
    await stack.api.post(`/api/pages/${page.id}/sync`);
    const job = await stack.ended(page);
    expect(job.totals.fetched).toBe(120);
    const calls = stack.simulator.control('GET', `/calls?page=${page.facebookPageId}`) as {
      byPlatform: Record<string, number>;
    };
    expect(calls.byPlatform.instagram ?? 0).toBe(0);
  });

  test('of an empty inbox ends complete with nothing', async () => {
    const page = await stack.addPage({ conversations: 0 });
    await stack.api.post(`/api/pages/${page.id}/sync`);
    const job = await stack.ended(page);
    expect(job).toMatchObject({ status: 'COMPLETED', total: 0 });
    expect(job.totals.fetched).toBe(0);
  });
});
