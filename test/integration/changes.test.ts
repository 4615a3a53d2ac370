import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BatchResource } from '../../src/contract/batch-resources.ts';
import type {
  Change,
  ConversationsChange,
  JobChange,
  NotificationChange,
} from '../../src/contract/change-resources.ts';
import type { ConversationResource } from '../../src/contract/conversations.ts';
import type { JobResource, ListResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { startRelay } from '../support/relay.ts';
import { type ReceivedEvent, StreamClient } from '../support/sse.ts';
import { type Api, type Stack, startStack } from '../support/stack.ts';
import { personOn } from '../support/webhook-person.ts';
import { deliver, drained, envelopeOf, WEBHOOK_ENV } from '../support/webhooks-under-test.ts';

type ChangeEvent = ReceivedEvent<Change['data']>;

let stack: Stack;
const clients: StreamClient<Change['data']>[] = [];
beforeAll(async () => {
  stack = await startStack({ env: { ...WEBHOOK_ENV, SYNC_SLICE_SECONDS: '0.2' } });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.leave();
});
afterAll(() => stack.close());

/** A client that has had its first event. */
async function watch(query = '', api: Api = stack.api, lastEventId?: number) {
  const client = new StreamClient<Change['data']>(api, `/api/changes${query}`, lastEventId);
  clients.push(client);
  await eventually(() => client.events.length > 0, 'the first event');
  expect(client.events[0]).toMatchObject({ type: 'reset', data: {} });
  return client;
}

function all<T>(client: StreamClient<Change['data']>, type: Change['name']): T[] {
  return client.events.filter((event: ChangeEvent) => event.type === type).map(({ data }) => data as T);
}

const jobsOf = (client: StreamClient<Change['data']>, jobId: string) =>
  all<JobChange>(client, 'job').filter((change) => change.jobId === jobId);

test('a sync’s states are told, and the page with it; nothing of its conversations', async () => {
  const client = await watch();
  const page = await stack.addPage({ conversations: 50 });
  await eventually(() => all<object>(client, 'page').length > 0, 'the page');
  expect(all(client, 'page')[0]).toEqual({ pageId: page.id });
  const { body: started } = await stack.api.post<JobResource>(`/api/pages/${page.id}/sync`);
  const job = await stack.ended(page);
  await eventually(() => jobsOf(client, started.id).at(-1)?.status === 'COMPLETED', 'the end of the job');
  expect(jobsOf(client, started.id).at(-1)).toEqual({
    pageId: page.id,
    jobId: job.id,
    status: 'COMPLETED',
    trigger: 'manual',
    mode: 'full',
    conversationId: null,
    batchId: null,
  });
  expect(jobsOf(client, started.id)[0]?.status).not.toBe('COMPLETED');
  await eventually(() => all<object>(client, 'page').length > 1, 'the page, synced');
  expect(all(client, 'conversations')).toEqual([]);
});

test('a repair names its conversation, a batch’s job its batch', async () => {
  const page = await stack.addPage({ conversations: 3 });
  await stack.api.post(`/api/pages/${page.id}/sync`);
  await stack.ended(page);
  const client = await watch(`?pageId=${page.facebookPageId}`);
  const { body: list } = await stack.api.get<ListResource<ConversationResource>>(
    `/api/conversations?pageId=${page.id}`,
  );
  const conversationId = list.data[0]?.id;
  const repair = await stack.api.post<JobResource>(`/api/conversations/${conversationId}/repair`);
  await eventually(() => jobsOf(client, repair.body.id).length > 0, 'the repair');
  expect(jobsOf(client, repair.body.id)[0]).toMatchObject({
    trigger: 'repair',
    conversationId,
    batchId: null,
  });
  const batch = await stack.api.post<BatchResource>('/api/batches', {
    pageIds: [page.id],
    mode: 'incremental',
  });
  await eventually(
    () => all<JobChange>(client, 'job').some(({ batchId }) => batchId === batch.body.id),
    () => `the job of the batch: ${JSON.stringify(client.events)}`,
  );
  await eventually(async () => {
    const { body } = await stack.api.get<{ batch: BatchResource }>(`/api/batches/${batch.body.id}`);
    return body.batch.completedAt !== null;
  }, 'the end of the batch');
});

test('conversations that webhooks change are named, as they are at once; of another page’s nothing is heard', async () => {
  const [page, other] = [
    await stack.addPage({ conversations: 0 }),
    await stack.addPage({ conversations: 0 }),
  ];
  const client = await watch(`?pageId=${page.id}`);
  const everything = await watch();
  const named = () => all<ConversationsChange>(client, 'conversations').flatMap((c) => c.conversationIds);
  await personOn(stack, other).send(personOn(stack, other).says(1, 'a', 'Hello'));
  const person = personOn(stack, page);
  await person.send(person.says(1, 'a', 'Hello'));
  const [row] = await stack.sql<
    { id: string }[]
  >`SELECT id FROM messenger_conversations WHERE page_id = ${page.id}`;
  await eventually(() => named().length > 0, 'the conversation');
  expect(named()).toEqual([row?.id]);
  // what is delivered again changes nothing, and may be told: an attempt that died had applied it without a word
  await person.send(person.says(2, 'b', 'Are you there?'));
  await eventually(() => named().length > 1, 'the second message');
  expect(new Set(named())).toEqual(new Set([row?.id]));
  const pages = () => new Set(all<ConversationsChange>(everything, 'conversations').map((c) => c.pageId));
  await eventually(() => pages().size === 2, 'both pages');
  expect(client.events.every(({ data }) => !('pageId' in data) || data.pageId === page.id)).toBe(true);
});

test('many conversations at once are not named', async () => {
  const page = await stack.addPage({ conversations: 0 });
  const client = await watch(`?pageId=${page.id}`);
  const items = Array.from({ length: 150 }, () => personOn(stack, page).says(1, 'a', 'Hello'));
  await deliver(stack, envelopeOf(page, items));
  await drained(stack, page);
  await eventually(() => all(client, 'conversations').length > 0, 'the hint');
  expect(all(client, 'conversations')).toEqual([{ pageId: page.id, conversationIds: [] }]);
});

test('a notification is told once, without its text', async () => {
  const page = await stack.addPage({ conversations: 0 });
  const client = await watch();
  const dedupe = randomUUID();
  for (let n = 0; n < 2; n += 1) {
    await stack.sql`INSERT INTO notifications (page_id, kind, severity, title, text, dedupe_key)
      VALUES (${page.id}, 'sync-failed', 'error', 'A title', 'A text', ${dedupe}) ON CONFLICT DO NOTHING`;
  }
  const [row] = await stack.sql<{ id: number }[]>`SELECT id FROM notifications WHERE dedupe_key = ${dedupe}`;
  await eventually(() => all(client, 'notification').length > 0, 'the notification');
  expect(all<NotificationChange>(client, 'notification')).toEqual([
    { id: row?.id, pageId: page.id, kind: 'sync-failed', severity: 'error' },
  ]);
});

test('what is not shown of a page, and what is rolled back, is not told', async () => {
  const page = await stack.addPage({ conversations: 0 });
  const client = await watch(`?pageId=${page.id}`);
  await stack.sql`UPDATE facebook_pages SET last_webhook_at = now(), token_checked_at = now(), updated_at = now(),
    name = name WHERE id = ${page.id}`;
  await stack.sql
    .begin(async (tx) => {
      await tx`UPDATE facebook_pages SET name = 'Never' WHERE id = ${page.id}`;
      throw new Error('undone');
    })
    .catch(() => {});
  expect(
    (
      await stack.api.fetch(`/api/pages/${page.id}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'Another name' }),
      })
    ).status,
  ).toBe(200);
  await eventually(() => all(client, 'page').length > 0, 'the page');
  expect(all(client, 'page')).toHaveLength(1);
});

test('after PostgreSQL was away a reset says that hints are missing, and they come again', async () => {
  const relay = await startRelay(new URL(stack.databaseUrl).host);
  try {
    const databaseUrl = new URL(stack.databaseUrl);
    databaseUrl.host = relay.address;
    const api = await stack.addApi({ DATABASE_URL: databaseUrl.href });
    const client = await watch('', api);
    relay.cut();
    const page = await stack.addPage({ conversations: 0 });
    relay.mend();
    await eventually(() => all(client, 'reset').length > 1, 'the reset');
    await stack.sql`UPDATE facebook_pages SET name = 'After the gap' WHERE id = ${page.id}`;
    await eventually(() => all(client, 'page').length > 0, 'a hint after the gap');
    expect(all(client, 'page')).toEqual([{ pageId: page.id }]);
  } finally {
    await relay.close();
  }
});

test('ids grow over a return, which begins with a reset; an unknown page is none', async () => {
  const client = await watch();
  const page = await stack.addPage({ conversations: 0 });
  await eventually(() => all(client, 'page').length > 0, 'the page');
  client.leave();
  const seen = client.last?.id ?? 0;
  const again = await watch('', stack.api, seen);
  expect(again.events[0]?.id).toBeGreaterThan(seen);
  expect(page.health).toBe('never_synced');
  expect((await stack.api.get('/api/changes?pageId=unknown')).status).toBe(404);
  expect((await stack.api.get('/api/changes?page=1')).status).toBe(400);
});
