import { expect, test } from 'vitest';
import type { JobChange, NotificationChange } from '../../src/contract/change-resources.ts';
import { isNews, NewsSlots } from '../../web/layout/news-slots.ts';

const job = (jobId: string, more: Partial<JobChange> = {}): JobChange => ({
  pageId: 'page',
  jobId,
  status: 'COMPLETED',
  trigger: 'manual',
  mode: 'full',
  conversationId: null,
  batchId: null,
  ...more,
});
const told = (id: number, severity: NotificationChange['severity']): NotificationChange => ({
  id,
  pageId: null,
  kind: 'sync-finished',
  severity,
});

test('ends are news; those of automatic syncs have notifications, unless somebody has cancelled them', () => {
  expect(isNews(job('a'))).toBe(true);
  expect(isNews(job('a', { status: 'IN_PROGRESS' }))).toBe(false);
  expect(isNews(job('a', { trigger: 'schedule' }))).toBe(false);
  expect(isNews(job('a', { trigger: 'schedule', status: 'CANCELLED' }))).toBe(true);
});

test('many ends are one toast while it is shown, and a batch has one of its own', () => {
  const slots = new NewsSlots();
  const heard = (...jobs: JobChange[]) => slots.add({ jobs, notifications: [] });
  expect(heard(job('a'))).toMatchObject([{ id: 'jobs', jobs: [{ jobId: 'a' }] }]);
  // said twice: it is the same one
  expect(heard(job('a', { status: 'PARTIAL' }), job('b'))).toMatchObject([
    { id: 'jobs', jobs: [{ jobId: 'a', status: 'PARTIAL' }, { jobId: 'b' }] },
  ]);
  const batch = Array.from({ length: 200 }, (_, n) => job(`job-${n}`, { trigger: 'batch', batchId: 'x' }));
  expect(batch.flatMap((one) => heard(one)).map(({ id }) => id)).toEqual(batch.map(() => 'batch-x'));
  expect(heard(job('last', { batchId: 'x' }))[0]).toMatchObject({ batchId: 'x', jobs: { length: 201 } });
  slots.close('jobs');
  expect(heard(job('c'))).toMatchObject([{ id: 'jobs', jobs: [{ jobId: 'c' }] }]);
});

test('what needs somebody is not lost among news', () => {
  const slots = new NewsSlots();
  const made = slots.add({
    jobs: [],
    notifications: [told(1, 'info'), told(2, 'error'), told(3, 'info'), told(4, 'warning')],
  });
  expect(made).toMatchObject([
    { id: 'news', isAlert: false, notifications: [{ id: 1 }, { id: 3 }] },
    { id: 'alerts', isAlert: true, notifications: [{ id: 2 }, { id: 4 }] },
  ]);
});
