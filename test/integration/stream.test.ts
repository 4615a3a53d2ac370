import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { StreamClient } from '../support/sse.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';

const CONVERSATIONS = 1500;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
});
afterAll(() => stack.close());

async function running(): Promise<{ page: TestPage; path: string }> {
  const page = await stack.addPage({ conversations: CONVERSATIONS });
  stack.simulator.control('POST', '/latency', { ms: 80 });
  await stack.api.post(`/api/pages/${page.id}/sync`);
  return { page, path: `/api/pages/${page.id}/sync/stream` };
}

function expectGrowing(client: StreamClient) {
  const ids = client.events.map((event) => event.id);
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
  expect(new Set(ids).size).toBe(ids.length);
  const counts = client.events.map((event) => event.data.current);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
}

const finished = (client: StreamClient) =>
  eventually(() => (client.last?.type === 'final' ? client.last : null), 'the final event');

test('tells each conversation with running totals, and how it ended', async () => {
  const { page, path } = await running();
  const client = new StreamClient(stack.api, path);
  const final = await finished(client);
  expect(client.events[0]?.type).toBe('snapshot');
  const progress = client.events.filter((event) => event.type === 'progress');
  expect(progress.length).toBeGreaterThan(20);
  expect(progress[0]?.data).toMatchObject({
    status: 'processing',
    jobStatus: 'IN_PROGRESS',
    updated: 0,
    skipped: 0,
    name: expect.any(String),
  });
  for (const { data } of progress) expect(data.inserted).toBe(data.current);
  expectGrowing(client);
  const job = await stack.ended(page);
  expect(final.data).toMatchObject({
    status: 'complete',
    jobStatus: 'COMPLETED',
    jobId: job.id,
    current: CONVERSATIONS,
    total: CONVERSATIONS,
    inserted: CONVERSATIONS,
    eventsCreated: job.totals.eventsCreated,
    message: job.message,
  });
});

test('sends at most 20 progress events a second', async () => {
  const { page, path } = await running();
  stack.simulator.control('POST', '/latency', { ms: 0 });
  const client = new StreamClient(stack.api, path);
  await finished(client);
  await stack.ended(page);
  const times = client.events.filter((event) => event.type === 'progress').map((event) => event.atMs);
  for (const [index, at] of times.entries()) {
    const within = times.slice(index).filter((other) => other < at + 900);
    expect(within.length).toBeLessThanOrEqual(20);
  }
});

test('a client that comes back in the middle goes on after what it has seen', async () => {
  const { path } = await running();
  const first = new StreamClient(stack.api, path);
  await eventually(() => (first.last?.data.current ?? 0) >= 300, '300 conversations');
  first.leave();
  const seen = first.last?.id ?? 0;
  const second = new StreamClient(stack.api, path, seen);
  const final = await finished(second);
  expect(second.events[0]?.id).toBeGreaterThan(seen);
  expectGrowing(second);
  expect(final.data.current).toBe(CONVERSATIONS);
});

test('after the final event a client that comes back is told to stay away', async () => {
  const { page, path } = await running();
  stack.simulator.control('POST', '/latency', { ms: 0 });
  const client = new StreamClient(stack.api, path);
  const final = await finished(client);
  await stack.ended(page);
  const answer = await stack.api.fetch(path, { headers: { 'Last-Event-ID': String(final.id) } });
  expect(answer.status).toBe(204);
  // one that has seen nothing learns how it ended
  const late = new StreamClient(stack.api, path);
  expect((await finished(late)).data).toEqual(final.data);
  expect(late.events).toHaveLength(1);
});

test('a client that comes back with an id of the page’s last job sees the next one', async () => {
  const { page, path } = await running();
  stack.simulator.control('POST', '/latency', { ms: 0 });
  const old = await finished(new StreamClient(stack.api, path));
  await stack.ended(page);
  await stack.api.post(`/api/pages/${page.id}/sync`);
  const client = new StreamClient(stack.api, path, old.id);
  const final = await finished(client);
  expect(final.data.jobId).not.toBe(old.data.jobId);
  expectGrowing(client);
});

test('a pause and a cancel are shown, and clients that leave disturb nothing', async () => {
  const { page, path } = await running();
  const leavers = Array.from({ length: 20 }, () => new StreamClient(stack.api, path));
  const client = new StreamClient(stack.api, path);
  await eventually(() => leavers.every((leaver) => leaver.events.length > 0), 'all to be connected');
  for (const leaver of leavers) leaver.leave();
  await stack.api.post(`/api/pages/${page.id}/sync/pause`);
  await eventually(() => client.last?.data.status === 'paused', 'the pause');
  expect(client.last?.type).toBe('snapshot');
  await stack.api.post(`/api/pages/${page.id}/sync/cancel`);
  const final = await finished(client);
  expect(final.data).toMatchObject({ status: 'cancelled', jobStatus: 'CANCELLED' });
  expectGrowing(client);
});

test('a page that was never synced has no stream', async () => {
  const page = await stack.addPage();
  expect((await stack.api.get(`/api/pages/${page.id}/sync/stream`)).status).toBe(404);
});
