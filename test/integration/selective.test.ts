import { describe, expect, test } from 'vitest';
import type { JobResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { pageUnderTest } from '../support/page-under-test.ts';
import { inboxOf, storedOf } from '../support/truth.ts';

const under = pageUnderTest(300, { SYNC_SLICE_SECONDS: '0.2' }, 0, { messages: 30 });
const { expectStored, sync } = under;
const inbox = () => inboxOf(under.stack, under.page);
const stored = () => storedOf(under.stack, under.page);

describe('a selective sync (A5)', () => {
  test('of a range of dates, whole histories of those alone', async () => {
    const times = inbox()
      .map((row) => row.updated_time)
      .sort();
    const [since, until] = [times[100] ?? '', times[199] ?? ''];
    const job = await sync({ mode: 'selective', since, until });
    const wanted = inbox().filter((row) => row.updated_time >= since && row.updated_time <= until);
    expect(job).toMatchObject({ mode: 'selective', status: 'COMPLETED' });
    expect(job.totals).toMatchObject({ fetched: wanted.length, inserted: wanted.length });
    expect(await stored()).toEqual(wanted);
  });

  test('of one platform', async () => {
    const job = await sync({ mode: 'selective', platforms: ['instagram'] });
    expect(job.totals.fetched).toBe(90);
    expect(await stored()).toEqual(inbox().filter((row) => row.platform === 'instagram'));
  });

  test('of what is unread', async () => {
    const job = await sync({ mode: 'selective', unreadOnly: true });
    const rows = await under.stack.sql`
      SELECT unread_count FROM messenger_conversations WHERE page_id = ${under.page.id}`;
    expect(rows.length).toBe(job.totals.fetched);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan(300);
    expect(rows.every((row) => row.unread_count > 0)).toBe(true);
  });

  test('of conversations that are named, by Graph id or ours, whatever has changed', async () => {
    const [a, b, c] = [inbox()[3], inbox()[50], inbox().find((row) => row.platform === 'instagram')];
    const first = await sync({ mode: 'selective', conversationIds: [a?.id, b?.id] });
    expect(first.totals).toMatchObject({ fetched: 2, inserted: 2 });
    const [row] = await under.stack.sql`
      SELECT id FROM messenger_conversations WHERE page_id = ${under.page.id} AND graph_conversation_id = ${a?.id ?? ''}`;
    const second = await sync({ mode: 'selective', conversationIds: [row?.id, c?.id] });
    expect(second.totals).toMatchObject({ fetched: 2, inserted: 1, unchanged: 1 });
    const ids = [a?.id, b?.id, c?.id];
    expect(await stored()).toEqual(inbox().filter((one) => ids.includes(one.id)));
  });

  test('one that Graph does not know is set aside', async () => {
    const job = await sync({ mode: 'selective', conversationIds: ['t_0000000000000000', inbox()[0]?.id] });
    expect(job).toMatchObject({ status: 'COMPLETED', totals: { fetched: 2, inserted: 1, failed: 1 } });
  });

  test('leaves what can be resumed of a full one', async () => {
    under.control('/latency', { ms: 60 });
    const full = await under.start();
    await under.fetched(100);
    await under.command('cancel');
    await under.ended();
    under.fast();
    await sync({ mode: 'selective', conversationIds: [inbox()[0]?.id] });
    const resumed = await sync({ resume: true });
    expect(resumed).toMatchObject({ id: full.body.id, status: 'COMPLETED' });
    await expectStored();
  });

  test.each([
    [{ mode: 'selective' }, 'mode'],
    [{ since: '2026-01-01T00:00:00Z' }, 'since'],
    [{ mode: 'incremental', unreadOnly: true }, 'unreadOnly'],
    [{ mode: 'selective', since: 'yesterday' }, 'since'],
    [{ mode: 'selective', since: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' }, 'until'],
    [{ mode: 'selective', conversationIds: ['t_1'], unreadOnly: true }, 'unreadOnly'],
    [{ mode: 'selective', conversationIds: ['00000000-0000-4000-8000-000000000000'] }, 'conversationIds'],
    [{ mode: 'selective', platforms: ['whatsapp'] }, 'platforms.0'],
  ])('%j is refused, naming %s', async (request, field) => {
    const answer = await under.stack.api.post<{ errors: { field: string }[] }>(
      `/api/pages/${under.page.id}/sync`,
      request,
    );
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error) => error.field)).toContain(field);
  });
});

describe('the repair of one conversation', () => {
  const ended = (id: string) =>
    eventually(async () => {
      const { body } = await under.stack.api.get<JobResource>(`/api/jobs/${id}`);
      return body.completedAt === null ? null : body;
    }, 'the end of the repair');
  const someConversation = async () => {
    const [row] = await under.stack.sql<{ id: string; n: number }[]>`
      SELECT c.id, count(*)::int AS n FROM messenger_conversations c
      JOIN contact_interaction_events e ON e.conversation_id = c.id
      WHERE c.page_id = ${under.page.id} AND c.platform = 'messenger' GROUP BY c.id HAVING count(*) > 60 LIMIT 1`;
    if (row === undefined) throw new Error('No long conversation');
    return row;
  };

  test('brings back what was lost and refreshes what Graph shows otherwise', async () => {
    await sync();
    const { id, n } = await someConversation();
    await under.stack.sql`DELETE FROM contact_interaction_events
      WHERE conversation_id = ${id} AND id % 3 = 0`;
    const left = (
      await under.stack.sql`SELECT count(*)::int AS n FROM contact_interaction_events
      WHERE conversation_id = ${id}`
    )[0]?.n as number;
    await under.stack.sql`UPDATE contact_interaction_events SET text = 'something else'
      WHERE conversation_id = ${id} AND text IS NOT NULL`;
    const version = async () =>
      (await under.stack.sql`SELECT version FROM messenger_conversations WHERE id = ${id}`)[0]?.version;
    const before = await version();
    const answer = await under.stack.api.post<JobResource>(`/api/conversations/${id}/repair`);
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ trigger: 'repair', conversationId: id });
    const job = await ended(answer.body.id);
    expect(job).toMatchObject({
      status: 'COMPLETED',
      totals: { fetched: 1, unchanged: 1, eventsCreated: n - left },
    });
    await expectStored();
    // nothing has changed of what people see of the conversation
    expect(await version()).toBe(before);
  });

  test('of one with a message that has no id', async () => {
    const { conversationId } = under.control('/oddities', {
      page: under.page.facebookPageId,
      platform: 'messenger',
      index: 2,
      kind: 'message-without-id',
    }) as { conversationId: string };
    await sync();
    const [row] = await under.stack.sql`
      SELECT id FROM messenger_conversations WHERE page_id = ${under.page.id} AND graph_conversation_id = ${conversationId}`;
    const { body } = await under.stack.api.post<JobResource>(`/api/conversations/${row?.id}/repair`);
    expect(await ended(body.id)).toMatchObject({
      status: 'COMPLETED',
      totals: { failed: 0, unchanged: 1, eventsCreated: 0 },
    });
  });

  test('can be cancelled by its job', async () => {
    await sync();
    const { id } = await someConversation();
    under.control('/latency', { ms: 500 });
    const { body } = await under.stack.api.post<JobResource>(`/api/conversations/${id}/repair`);
    expect((await under.stack.api.post(`/api/jobs/${body.id}/cancel`)).status).toBe(202);
    under.fast();
    expect((await ended(body.id)).status).toBe('CANCELLED');
    expect((await under.stack.api.post(`/api/jobs/${body.id}/cancel`)).status).toBe(404);
    // what it had forgotten is fetched by the next sync
    await sync();
    await expectStored();
  });

  test('goes on beside the page’s sync, and is none', async () => {
    await sync();
    const { id } = await someConversation();
    under.control('/latency', { ms: 100 });
    const started = await under.start();
    const answer = await under.stack.api.post<JobResource>(`/api/conversations/${id}/repair`);
    expect(answer.status).toBe(202);
    const again = await under.stack.api.post<{ jobId: string }>(`/api/conversations/${id}/repair`);
    expect(again.status).toBe(409);
    expect(again.body.jobId).toBe(answer.body.id);
    expect((await under.status()).job.id).toBe(started.body.id);
    under.fast();
    await ended(answer.body.id);
    expect((await under.ended()).status).toBe('COMPLETED');
    await expectStored();
  });

  test('of a conversation that there is not', async () => {
    const answer = await under.stack.api.post(
      '/api/conversations/00000000-0000-4000-8000-000000000000/repair',
    );
    expect(answer.status).toBe(404);
  });
});
