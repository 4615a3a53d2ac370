import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobResource, SyncStatusResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';

const CONVERSATIONS = 2000;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
});
afterAll(() => stack.close());

let page: TestPage;
beforeEach(async () => {
  page = await stack.addPage({ conversations: CONVERSATIONS });
  // slow enough to be met half-way
  stack.simulator.control('POST', '/latency', { ms: 60 });
});

const path = (rest = '') => `/api/pages/${page.id}/sync${rest}`;
const status = async () => (await stack.api.get<SyncStatusResource>(path())).body;
const fetched = (least: number) =>
  eventually(async () => {
    const now = await status();
    return now.job.totals.fetched >= least ? now : null;
  }, `${least} conversations`);
const workflow = () => stack.temporal.workflow.getHandle(page.facebookPageId);
const fast = () => stack.simulator.control('POST', '/latency', { ms: 0 });

describe('progress', () => {
  test('tells both platforms, the counters and what Temporal’s lists show', async () => {
    await stack.api.post(path());
    const now = await fetched(600);
    expect(now.source).toBe('workflow');
    expect(now.phase).toBe('walk');
    expect(now.streams?.map((stream) => stream.platform)).toEqual(['messenger', 'instagram']);
    expect(now.job.conversationsPerSecond).toBeGreaterThan(0);
    expect(now.job.currentName).toEqual(expect.any(String));
    const running = `PageId = '${page.facebookPageId}' AND SyncStatus = 'IN_PROGRESS' AND SyncMode = 'full'`;
    await eventually(
      async () => (await stack.temporal.workflow.count(running)).count === 1,
      'the workflow to be found by its attributes',
    );
    fast();
    await stack.ended(page);
    await eventually(
      async () =>
        (
          await stack.temporal.workflow.count(
            `PageId = '${page.facebookPageId}' AND SyncStatus = 'COMPLETED'`,
          )
        ).count === 1,
      'the end to be found by its attributes',
    );
  });

  test('comes from the row alone when no worker answers', async () => {
    const other = await startStack({ workers: 0 });
    try {
      const lonely = await other.addPage();
      await other.api.post(`/api/pages/${lonely.id}/sync`);
      const { status: code, body } = await other.api.get<SyncStatusResource>(`/api/pages/${lonely.id}/sync`);
      expect(code).toBe(200);
      expect(body).toMatchObject({ source: 'row', streams: null, job: { status: 'IN_PROGRESS' } });
      await other.temporal.workflow.getHandle(lonely.facebookPageId).terminate();
    } finally {
      await other.close();
    }
  });

  test('a job whose workflow was terminated can be resumed, with its totals', async () => {
    const first = await stack.api.post<JobResource>(path());
    await fetched(400);
    await workflow().terminate();
    await eventually(async () => (await status()).source === 'row', 'the row to answer alone');
    fast();
    const resumed = await stack.api.post<JobResource>(path(), { resume: true });
    expect(resumed.status).toBe(202);
    const job = await stack.ended(page);
    expect(job).toMatchObject({ id: first.body.id, status: 'COMPLETED' });
    expect(job.totals).toMatchObject({ fetched: CONVERSATIONS, inserted: CONVERSATIONS });
  });

  test('a job whose workflow was terminated is closed by the next start, with what it had', async () => {
    const first = await stack.api.post<JobResource>(path());
    await fetched(400);
    await workflow().terminate();
    fast();
    const second = await stack.api.post<JobResource>(path());
    expect(second.status).toBe(202);
    expectCompleteOrUnchanged(await stack.ended(page));
    const { body: orphan } = await stack.api.get<JobResource>(`/api/jobs/${first.body.id}`);
    expect(orphan.status).toBe('PARTIAL');
    expect(orphan.message).toMatch(/workflow is gone/);
  });
});

function expectCompleteOrUnchanged(job: JobResource) {
  expect(job.status).toBe('COMPLETED');
  expect(job.totals.inserted + job.totals.unchanged).toBe(CONVERSATIONS);
}
