import { expect, test } from 'vitest';
import type { HealthReportResource } from '../../src/contract/health-report.ts';
import { PAGE_HEALTHS } from '../../src/contract/page-health.ts';
import { storiesOf } from '../../web/pages/health/health-stories.ts';
import { runWords } from '../../web/pages/health/maintenance-words.ts';

const NOW = '2026-11-22T12:00:00.000Z';
const none = { count: 0, data: [] };
const quiet: HealthReportResource = {
  at: NOW,
  pages: Object.fromEntries(
    PAGE_HEALTHS.map((health) => [health, health === 'ok' ? 3 : 0]),
  ) as HealthReportResource['pages'],
  stuck: none,
  longRunning: none,
  failed: none,
  tokens: none,
  webhooks: none,
  rateLimits: none,
};
const page = (n: number) => ({ pageId: `page-${n}`, facebookPageId: `fb-${n}`, pageName: `Page ${n}` });
const failed = (n: number, jobId: string) => ({
  ...page(n),
  jobId,
  mode: 'full' as const,
  trigger: 'manual' as const,
  startedAt: NOW,
  tokenExpired: false,
  message: 'Full sync failed. Meta refused',
  completedAt: NOW,
});
const limit = (usagePercent: number | null, blockedUntil: string | null) => ({
  ...page(1),
  asset: `fb-${usagePercent}`,
  pool: 'messenger' as const,
  usagePercent,
  headroomPercent: usagePercent === null ? null : 100 - usagePercent,
  observedAt: NOW,
  blockedUntil,
  blockedWhy: null,
});

test('there is nothing to tell when nothing is amiss', () => {
  expect(storiesOf(quiet)).toEqual([]);
  expect(
    storiesOf({ ...quiet, rateLimits: { count: 2, data: [limit(79, null), limit(null, null)] } }),
  ).toEqual([]);
});

test('the most urgent comes first, whatever list it is from', () => {
  const stories = storiesOf({
    ...quiet,
    longRunning: {
      count: 1,
      data: [
        {
          ...page(4),
          jobId: 'j4',
          mode: 'full',
          trigger: 'manual',
          startedAt: NOW,
          fetched: 10,
          total: null,
          elapsedSeconds: 1000,
          overHalfAnHour: false,
          conversationsPerSecond: null,
          waitingUntil: null,
          lastError: null,
        },
      ],
    },
    tokens: {
      count: 2,
      data: [
        { ...page(1), state: 'expiring', expiresAt: null, dataAccessExpiresAt: '2026-11-25T12:00:00.000Z' },
        { ...page(2), state: 'needs_reconnect', expiresAt: null, dataAccessExpiresAt: null },
      ],
    },
    rateLimits: { count: 2, data: [limit(100, '2026-11-22T12:30:00.000Z'), limit(85, null)] },
  });
  expect(stories.map(({ urgency, title }) => [urgency, title.replace(/until .*/, 'until')])).toEqual([
    ['now', 'Page 2 must be connected again'],
    ['soon', 'Page 1 must be connected again soon'],
    ['soon', 'Meta wants no calls for Page 1 until'],
    ['watch', 'Meta’s limit for Page 1 is nearly used up'],
    ['watch', 'The sync of Page 4 takes long'],
  ]);
  expect(stories[1]?.text).toMatch('in 3 days');
  expect(stories.every(({ advice, links }) => advice !== '' && links.length > 0)).toBe(true);
});

test('a page that fails again and again is one story, and what the report does not list is said', () => {
  const stories = storiesOf({
    ...quiet,
    pages: { ...quiet.pages, failing: 3 },
    failed: { count: 7, data: [failed(1, 'new'), failed(2, 'other'), failed(1, 'old')] },
  });
  expect(stories.map(({ title }) => title)).toEqual([
    'Syncs of Page 1 failed 2 times in a day',
    'A sync of Page 2 failed',
    '3 pages: failing',
    'And 4 more failed syncs',
  ]);
  expect(stories[0]?.links.map(({ to }) => to)).toEqual([
    '/history/new',
    '/pages/page-1',
    '/history?page=page-1&status=FAILED',
  ]);
  // all that fail are told of by name
  const known = {
    ...quiet,
    pages: { ...quiet.pages, failing: 1 },
    failed: { count: 1, data: [failed(1, 'j')] },
  };
  expect(storiesOf(known)).toHaveLength(1);
});

test('what maintenance has done is said in words', () => {
  const run = { workflowId: 'w', runId: 'r', startedAt: NOW, state: 'completed' as const };
  expect(runWords({ ...run, result: { looked: 3, closed: 1, batches: { looked: 2, restarted: 0 } } })).toBe(
    '3 looked at, 1 closed, batches: 2 looked at',
  );
  expect(runWords({ ...run, result: { jobs: 0, batches: 12 } })).toBe('12 batches');
  expect(runWords({ ...run, result: { jobs: 0 } })).toBe('nothing to do');
  expect(runWords({ ...run, state: 'failed', result: null })).toBe('failed');
});
