import { expect, test } from 'vitest';
import type { SyncStatusResource } from '../../src/contract/resources.ts';
import { ApiProblem, NoConnection } from '../../web/api/problem.ts';
import { sampleSync } from '../../web/pages/components/sample-sync.ts';
import { lookAgainMs } from '../../web/sync/look-again.ts';

const running = sampleSync(0).status;
const ended: SyncStatusResource = { ...running, job: { ...running.job, status: 'COMPLETED' } };
const idle = { answered: ended, error: null, known: ended, isLive: false, idleMs: 20_000 } as const;
const open = { ...idle, answered: running, known: running };

function refusal(status: number, retryAfter: number | null = null) {
  const type = 'urn:pagesync:problem:any';
  return new ApiProblem({ type, title: 'No', status, detail: '' }, retryAfter);
}

test('a sync that runs is looked at often, the more so while its stream is away', () => {
  const away = lookAgainMs(open);
  expect(lookAgainMs({ ...open, isLive: true })).toBeGreaterThan(Number(away));
  expect(away).toBeLessThan(20_000);
  expect(lookAgainMs({ ...open, error: new NoConnection('away') })).toBe(away);
});

test('a page whose sync has ended is looked at only while nobody says when another begins', () => {
  expect(lookAgainMs(idle)).toBe(20_000);
  expect(lookAgainMs({ ...idle, answered: null, known: null })).toBe(20_000);
  expect(lookAgainMs({ ...idle, idleMs: false })).toBe(false);
});

test('a page that is not there any more is not looked at as if its sync ran', () => {
  expect(lookAgainMs({ ...open, answered: null, idleMs: false })).toBe(false);
});

test('what is refused stops it, even of a sync that ran; too many requests make it wait', () => {
  for (const status of [401, 403, 404]) {
    expect(lookAgainMs({ ...open, error: refusal(status) })).toBe(false);
    expect(lookAgainMs({ ...idle, error: refusal(status) })).toBe(false);
  }
  expect(lookAgainMs({ ...open, error: refusal(429, 7) })).toBe(7000);
  expect(lookAgainMs({ ...idle, idleMs: false, error: refusal(503) })).toBeLessThan(20_000);
});
