import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import type { TimelineEntry } from '../../src/contract/job-detail.ts';
import type { PageResource } from '../../src/contract/resources.ts';
import type { SyncError } from '../../src/contract/sync-error.ts';
import { TIMELINE_KEPT, TIMELINE_KINDS } from '../../src/contract/timeline.ts';
import { storeUnderTest } from '../support/store-under-test.ts';

const under = storeUnderTest();
const THROTTLE: SyncError = {
  kind: 'throttle',
  message: 'Meta limits how fast this page may be read.',
  detail: '(#613) Calls to this API … trace id AbC',
};
const OUTAGE: SyncError = {
  kind: 'transient',
  message: 'Meta did not answer properly.',
  detail: 'ECONNRESET',
};
const MINUTE = 60_000;

let page: PageResource;
let jobId: string;
beforeEach(async () => {
  page = await under.it.newPage();
  jobId = await under.it.runningJob(page);
});

async function timeline(id = jobId): Promise<TimelineEntry[]> {
  const { data } = await under.it.store.jobHistory.timeline(id, { after: null, limit: 1000 });
  return data;
}
const kinds = async () => (await timeline()).map(({ kind }) => kind);
const waitedMs = async () => (await under.it.jobs.closely(jobId))?.waitedMs ?? Number.NaN;
const wait = (ms: number) => under.it.lifecycle.noteError(jobId, THROTTLE, 1, ms);
const fail = (error = OUTAGE) => under.it.lifecycle.noteError(jobId, error, 1);
/** The job stores something. */
const progress = () => under.it.lifecycle.countCalls(jobId, 1);
/** So much time goes by, for the job's waits; nothing else happens. */
const later = (ms: number) =>
  under.it.sql.begin(async (tx) => {
    await tx`SET LOCAL session_replication_role = replica`;
    await tx`UPDATE sync_jobs SET wait_began_at = wait_began_at - ${ms} * interval '1 ms',
      wait_ends_at = wait_ends_at - ${ms} * interval '1 ms' WHERE id = ${jobId}`;
  });
/** Waits may be off by what the statements of a test take. */
const about = (ms: number) => expect.closeTo(ms, -3);

describe('the timeline', () => {
  test('tells of every move, with the sentence of the end', async () => {
    await under.it.lifecycle.pause(jobId, false, null);
    await under.it.lifecycle.unpause(jobId);
    await under.it.close(jobId, 'CANCELLED');
    await under.it.lifecycle.takeUp(jobId, randomUUID());
    await under.it.lifecycle.pause(jobId, true, { kind: 'auth', message: 'Connect it again.', detail: 'x' });
    await under.it.lifecycle.unpause(jobId);
    await under.it.close(jobId, 'COMPLETED');
    const entries = await timeline();
    expect(entries.map(({ kind, status }) => [kind, status])).toEqual([
      ['created', 'PENDING'],
      ['started', 'IN_PROGRESS'],
      ['paused', 'PAUSED'],
      ['resumed', 'IN_PROGRESS'],
      ['ended', 'CANCELLED'],
      ['resumed', 'IN_PROGRESS'],
      ['token_expired', 'PAUSED'],
      ['resumed', 'IN_PROGRESS'],
      ['ended', 'COMPLETED'],
    ]);
    expect(entries.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(entries[6]?.detail).toBe('Connect it again.');
    expect(entries[4]?.detail).toMatch(/^Full sync cancelled after 0 conversations/);
    expect(entries[8]?.detail).toBe((await under.it.jobs.find(jobId))?.message);
    const times = entries.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
  });

  test('is written whoever moves the job: a person at a prompt, another run, the reconciler', async () => {
    await under.it.lifecycle.takeUp(jobId, randomUUID());
    await under.it.sql`UPDATE sync_jobs SET status = 'PAUSED', running_since = NULL WHERE id = ${jobId}`;
    await under.it.sql`UPDATE sync_jobs SET token_expired = true WHERE id = ${jobId}`;
    const { runId } = (await under.it.jobs.closely(jobId)) ?? {};
    await under.it.lifecycle.closeLost({ id: jobId, status: 'PAUSED', runId: runId ?? null });
    expect(await kinds()).toEqual(['created', 'started', 'resumed', 'paused', 'token_expired', 'ended']);
    expect((await timeline()).at(-1)?.detail).toMatch(/^Stopped early: its workflow is gone/);
  });

  test('is not written by progress, nor by a start that is repeated', async () => {
    const { id: pageId, facebookPageId } = page;
    const options = {
      mode: 'full',
      trigger: 'manual',
      messageDepth: 'all',
      maxConversations: null,
    } as const;
    await under.it.lifecycle.create({ jobId, pageId, facebookPageId, resume: false, options });
    await under.it.batches.store(under.it.batch(page, jobId, 1, []));
    await progress();
    expect(await kinds()).toEqual(['created', 'started']);
  });

  test('has our sentence of an error, once however often it comes in a row, and nothing of what Meta said', async () => {
    await fail();
    await fail();
    await fail({ ...OUTAGE, detail: 'another trace id' });
    await fail({ kind: 'internal', message: 'Something else.', detail: null });
    await fail();
    const entries = (await timeline()).slice(2);
    expect(entries).toMatchObject([
      { kind: 'error', times: 3, detail: OUTAGE.message, until: null, status: 'IN_PROGRESS' },
      { kind: 'error', times: 1, detail: 'Something else.' },
      { kind: 'error', times: 1, detail: OUTAGE.message },
    ]);
    const [{ all } = { all: '' }] = await under.it.sql<{ all: string }[]>`
      SELECT string_agg(t::text, ' ') AS all FROM sync_job_timeline t`;
    expect(all).not.toMatch(/trace id|ECONNRESET/);
  });

  test('keeps the beginning and the newest entries, however long a job is in trouble', async () => {
    const { first, newest } = TIMELINE_KEPT;
    for (let n = 1; n <= first + newest + 30; n += 1) await fail({ ...OUTAGE, message: `Outage ${n}` });
    const ids = (await timeline()).map(({ id }) => id);
    const last = ids.at(-1) ?? 0;
    expect(last).toBe(first + newest + 32);
    const kept = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
    expect(ids).toEqual([...kept(1, first), ...kept(last - newest + 1, last)]);
  });

  test('is listed in pages, oldest first', async () => {
    for (let n = 1; n <= 4; n += 1) await fail({ ...OUTAGE, message: `Outage ${n}` });
    const list = under.it.store.jobHistory;
    const one = await list.timeline(jobId, { after: null, limit: 4 });
    expect(one.data.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(one.nextCursor).not.toBeNull();
    const two = await list.timeline(jobId, { after: ['4', ''], limit: 4 });
    expect([two.data.map(({ id }) => id), two.nextCursor]).toEqual([[5, 6], null]);
  });

  test('goes with its job', async () => {
    await under.it.close(jobId, 'COMPLETED');
    await under.it.endedJob(page, 'COMPLETED');
    expect(await under.it.store.upkeep.deleteJobs([jobId])).toBe(1);
    expect(await timeline()).toEqual([]);
  });

  test('has the kinds that the contract knows', async () => {
    const [row] = await under.it.sql<{ text: string }[]>`
      SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conname = 'sync_job_timeline_kind_check'`;
    const known = [...(row?.text ?? '').matchAll(/'(\w+)'/g)].map(([, kind]) => kind);
    expect(known).toEqual([...TIMELINE_KINDS]);
  });
});

describe('Meta’s waits', () => {
  test('begin with the order and end with their time, however late somebody goes on', async () => {
    await wait(10 * MINUTE);
    expect(await waitedMs()).toBeLessThan(5000);
    await later(4 * MINUTE);
    expect(await waitedMs()).toEqual(about(4 * MINUTE));
    // the worker has died: nobody goes on for an hour
    await later(66 * MINUTE);
    expect(await waitedMs()).toBe(10 * MINUTE);
    expect(await kinds()).toEqual(['created', 'started', 'waiting']);
    await progress();
    expect(await waitedMs()).toBe(10 * MINUTE);
    expect((await timeline()).slice(2)).toMatchObject([
      { kind: 'waiting', detail: THROTTLE.message, times: 1, until: expect.any(String) },
      { kind: 'went_on', detail: null, until: null },
    ]);
    await progress();
    expect(await kinds()).toHaveLength(4);
  });

  test('of both platforms at once are one wait, up to the later end', async () => {
    await wait(2 * MINUTE);
    await later(MINUTE);
    await wait(9 * MINUTE);
    await progress();
    await later(15 * MINUTE);
    await progress();
    expect(await waitedMs()).toEqual(about(10 * MINUTE));
    expect(await kinds()).toEqual(['created', 'started', 'waiting', 'went_on']);
    const [entry] = (await timeline()).slice(2);
    expect(Date.parse(entry?.until ?? '') - Date.parse(entry?.at ?? '')).toBeGreaterThan(8 * MINUTE);
  });

  test('of one platform are not cut short by one of the other that is shorter, or over already', async () => {
    await wait(10 * MINUTE);
    await wait(MINUTE);
    await wait(-MINUTE);
    await later(15 * MINUTE);
    await progress();
    expect(await waitedMs()).toEqual(about(10 * MINUTE));
    expect(await kinds()).toEqual(['created', 'started', 'waiting', 'went_on']);
  });

  test('told twice, by an attempt that is repeated, count once', async () => {
    await wait(MINUTE);
    await wait(MINUTE);
    await later(2 * MINUTE);
    expect(await waitedMs()).toEqual(about(MINUTE));
    expect((await timeline()).slice(2)).toMatchObject([{ kind: 'waiting', times: 1 }]);
  });

  test('in a row are one entry, also with a call in between; all are counted', async () => {
    for (let n = 0; n < 3; n += 1) {
      await wait(MINUTE);
      await later(2 * MINUTE);
    }
    await progress();
    await wait(MINUTE);
    await later(2 * MINUTE);
    await progress();
    expect((await timeline()).slice(2)).toMatchObject([{ kind: 'waiting', times: 4 }, { kind: 'went_on' }]);
    expect(await waitedMs()).toEqual(about(4 * MINUTE));
    // long after, it is another one
    await under.it.sql`UPDATE sync_job_timeline SET at = at - interval '2 minutes' WHERE job_id = ${jobId}`;
    await wait(MINUTE);
    expect((await kinds()).slice(2)).toEqual(['waiting', 'went_on', 'waiting']);
  });

  test('are not counted while the job is paused, and go on when it does before their end', async () => {
    await wait(10 * MINUTE);
    await later(2 * MINUTE);
    await under.it.lifecycle.pause(jobId, false, null);
    await later(3 * MINUTE);
    expect(await waitedMs()).toEqual(about(2 * MINUTE));
    await under.it.lifecycle.unpause(jobId);
    await later(20 * MINUTE);
    expect(await waitedMs()).toEqual(about(7 * MINUTE));
    expect((await kinds()).slice(2)).toEqual(['waiting', 'paused', 'resumed', 'waiting']);
    await under.it.close(jobId, 'PARTIAL');
    expect(await waitedMs()).toEqual(about(7 * MINUTE));
    expect((await kinds()).at(-1)).toBe('ended');
  });

  test('end with the job', async () => {
    await wait(10 * MINUTE);
    await later(MINUTE);
    await under.it.close(jobId, 'CANCELLED');
    expect(await waitedMs()).toEqual(about(MINUTE));
    await under.it.lifecycle.takeUp(jobId, randomUUID());
    expect((await kinds()).slice(2)).toEqual(['waiting', 'ended', 'resumed']);
    expect(await waitedMs()).toEqual(about(MINUTE));
  });

  test('end with a run that is lost: the next one asks Meta’s budget itself', async () => {
    await wait(10 * MINUTE);
    await later(MINUTE);
    await under.it.lifecycle.takeUp(jobId, randomUUID());
    expect((await kinds()).slice(2)).toEqual(['waiting', 'resumed']);
    await wait(2 * MINUTE);
    await later(5 * MINUTE);
    expect(await waitedMs()).toEqual(about(3 * MINUTE));
  });

  test('told of a job that stands still are no waits of it', async () => {
    await under.it.lifecycle.pause(jobId, false, null);
    await wait(MINUTE);
    expect(await waitedMs()).toBe(0);
    expect((await kinds()).slice(2)).toEqual(['paused', 'error']);
  });

  test('a failure that Meta does not order is tried again, and is no wait', async () => {
    await fail();
    await setTimeout(20);
    expect(await waitedMs()).toBe(0);
  });
});
