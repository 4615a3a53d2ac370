import { describe, expect, test } from 'vitest';
import type { JobResource, SyncStatusResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { pageUnderTest } from '../support/page-under-test.ts';
import { startStack } from '../support/stack.ts';

const CONVERSATIONS = 2000;

const under = pageUnderTest(CONVERSATIONS, { SYNC_SLICE_SECONDS: '0.2' }, 60);

describe('progress', () => {
  test('tells both platforms, the counters and what Temporal’s lists show', async () => {
    await under.start();
    const now = await under.fetched(600);
    expect(now.source).toBe('workflow');
    expect(now.phase).toBe('walk');
    expect(now.streams?.map((stream) => stream.platform)).toEqual(['messenger', 'instagram']);
    expect(now.job.conversationsPerSecond).toBeGreaterThan(0);
    expect(now.job.currentName).toEqual(expect.any(String));
    const running = `PageId = '${under.page.facebookPageId}' AND SyncStatus = 'IN_PROGRESS' AND SyncMode = 'full'`;
    await eventually(
      async () => (await under.stack.temporal.workflow.count(running)).count === 1,
      'the workflow to be found by its attributes',
    );
    under.fast();
    await under.ended();
    await eventually(
      async () =>
        (
          await under.stack.temporal.workflow.count(
            `PageId = '${under.page.facebookPageId}' AND SyncStatus = 'COMPLETED'`,
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
    const first = await under.start();
    await under.fetched(400);
    await under.workflow().terminate();
    await eventually(async () => (await under.status()).source === 'row', 'the row to answer alone');
    under.fast();
    const resumed = await under.start({ resume: true });
    expect(resumed.status).toBe(202);
    const job = await under.ended();
    expect(job).toMatchObject({ id: first.body.id, status: 'COMPLETED' });
    expect(job.totals).toMatchObject({ fetched: CONVERSATIONS, inserted: CONVERSATIONS });
  });

  test('a job whose workflow was terminated is closed by the next start, with what it had', async () => {
    const first = await under.start();
    await under.fetched(400);
    await under.workflow().terminate();
    under.fast();
    const second = await under.start();
    expect(second.status).toBe(202);
    expectCompleteOrUnchanged(await under.ended());
    const { body: orphan } = await under.stack.api.get<JobResource>(`/api/jobs/${first.body.id}`);
    expect(orphan.status).toBe('PARTIAL');
    expect(orphan.message).toMatch(/workflow is gone/);
  });
});

function expectCompleteOrUnchanged(job: JobResource) {
  expect(job.status).toBe('COMPLETED');
  expect(job.totals.inserted + job.totals.unchanged).toBe(CONVERSATIONS);
}
