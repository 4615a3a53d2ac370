/* Every class of the Graph document's error table has one defined end. */
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { pageUnderTest } from '../support/page-under-test.ts';

const CONVERSATIONS = 600;

/** Small waits stand for Meta's minutes. */
const under = pageUnderTest(CONVERSATIONS, {
  SYNC_SLICE_SECONDS: '0.2',
  SYNC_STANDSTILL_SECONDS: '2',
  GRAPH_TIMEOUT_SECONDS: '1',
  GRAPH_THROTTLE_WAIT_SECONDS: '0.3',
  GRAPH_BLOCKED_WAIT_SECONDS: '0.3',
});
const { error, expectUndisturbed, fault, start } = under;

describe('transient: tried again until it works', () => {
  test.each([
    'transient-1',
    'transient-2',
    'is-transient',
    'batch-960',
    'http-500-html',
    'http-502-empty',
    'http-503',
    'http-504',
  ])('%s', async (name) => {
    error(name, { platform: 'messenger', afterCalls: 2, times: 2 });
    await start();
    await expectUndisturbed();
  });

  test.each([
    ['a connection that is reset', { kind: 'reset' }],
    ['an answer that is cut off', { kind: 'truncate', bytes: 500 }],
    ['an answer that is not JSON', { kind: 'garbage' }],
    ['an answer without a body', { kind: 'empty-body' }],
    ['an answer that never comes', { kind: 'hang' }],
  ])('%s', async (_, what) => {
    fault(what, { platform: 'messenger', afterCalls: 2 });
    await start();
    await expectUndisturbed();
  });

  test('that never stops: the platform ends, the other goes on, and the job can be resumed', async () => {
    error('http-503', { platform: 'messenger', afterCalls: 3, times: 'always' });
    await start();
    const job = await under.ended();
    expect(job.status).toBe('PARTIAL');
    expect(job.message).toMatch(
      /Messenger: nothing could be stored for [\d.]+s: Meta did not answer properly/,
    );
    expect(job.totals.fetched).toBe(CONVERSATIONS * 0.3 + 200);
    under.noFaults();
    await under.start({ resume: true });
    expect((await expectUndisturbed()).id).toBe(job.id);
  });

  test('again and again, with progress in between: a job that gets on never dies of it', async () => {
    // each wait is half a second: together they are longer than it may stand still
    for (const call of [2, 4, 6, 8, 10]) error('http-503', { platform: 'messenger', afterCalls: call });
    await start();
    await expectUndisturbed();
  });

  test('can be paused while it waits for the next try', async () => {
    error('http-503', { times: 'always' });
    await start();
    await eventually(
      async () => (await under.status()).streams?.every((stream) => stream.state === 'waiting'),
      'the wait',
    );
    await under.command('pause');
    await eventually(async () => (await under.status()).job.status === 'PAUSED', 'the pause');
    under.noFaults();
    await under.command('resume');
    await expectUndisturbed();
  });

  test('from the first call on: the job could not work', async () => {
    error('http-503', { times: 'always' });
    await start();
    const job = await under.ended();
    expect(job.status).toBe('FAILED');
    await eventually(
      async () =>
        (await under.stack.temporal.workflow.getHandle(under.page.facebookPageId).describe()).status.name ===
        'FAILED',
      'the workflow to be shown as failed',
    );
  });
});

describe('throttle: waits, spends no attempt, goes on', () => {
  test.each([
    'throttle-4',
    'throttle-17',
    'throttle-32',
    'throttle-341',
    'throttle-613',
    'throttle-80001',
    'throttle-80006',
    'throttle-80008',
    'subcode-2446079',
    'http-429',
  ])('%s', async (name) => {
    // without a time of Meta's our own wait counts
    const what = {
      kind: 'error',
      name,
      ...(name === 'http-429' || /8000|613/.test(name) ? { regainMinutes: 0 } : {}),
    };
    fault(what, { platform: 'messenger', afterCalls: 2, times: 3 });
    await start();
    await expectUndisturbed();
  });

  test('shows until when it waits, as long as Graph says, and can be cancelled meanwhile', async () => {
    fault(
      { kind: 'error', name: 'throttle-80001', regainMinutes: 19 },
      { platform: 'messenger', afterCalls: 2 },
    );
    await start();
    const waiting = await eventually(async () => {
      const now = await under.status();
      const done = now.streams?.find((stream) => stream.platform === 'instagram')?.state === 'done';
      return now.job.waitingUntil !== null && done ? now : null;
    }, 'the wait to be shown');
    const minutes = (Date.parse(String(waiting.job.waitingUntil)) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(18.5);
    expect(minutes).toBeLessThan(22);
    expect(waiting.streams?.find((stream) => stream.platform === 'messenger')).toMatchObject({
      state: 'waiting',
    });
    expect(waiting.job.lastError).toMatchObject({ kind: 'throttle' });
    const calls = () =>
      (under.stack.simulator.control('GET', `/calls?page=${under.page.facebookPageId}`) as { total: number })
        .total;
    const before = calls();
    await under.command('cancel');
    expect((await under.ended()).status).toBe('CANCELLED');
    expect(calls()).toBe(before);
  });
});

describe('shrink: asks for less and goes on', () => {
  test.each(['reduce-data', 'reduce-data-minus-3'])('%s', async (name) => {
    error(name, { platform: 'messenger', afterCalls: 2, times: 3 });
    await start();
    const job = await expectUndisturbed();
    const { listCalls } = under.stack.simulator.control(
      'GET',
      `/calls?page=${under.page.facebookPageId}`,
    ) as {
      listCalls: { platform: string; limit: string }[];
    };
    const limits = listCalls
      .filter((call) => call.platform === 'messenger')
      .map((call) => Number(call.limit));
    expect(limits.slice(0, 6)).toEqual([100, 100, 50, 25, 12, 12]);
    expect(job.totals.apiCalls).toBe(listCalls.length);
  });

  test('a page that is too large even for one conversation without messages stops the platform', async () => {
    error('reduce-data', { platform: 'instagram', times: 'always' });
    await start();
    const job = await under.ended();
    expect(job).toMatchObject({ status: 'PARTIAL', lastError: { kind: 'shrink' } });
    expect(job.totals.fetched).toBe(CONVERSATIONS * 0.7);
  });
});

describe('auth: the job is parked until there is a token', () => {
  test.each([
    'token-expired',
    'token-password',
    'token-app-removed',
    'token-checkpoint',
    'token-unconfirmed',
    'token-invalid',
    'token-not-page-admin',
    'token-no-subcode',
    'session-102',
    'no-code-oauth',
  ])('%s', async (name) => {
    error(name, { platform: 'messenger', afterCalls: 2 });
    await start();
    await eventually(async () => {
      const { job } = await under.status();
      return job.status === 'PAUSED' && job.tokenExpired;
    }, 'the job to be parked');
    await under.command('resume');
    await expectUndisturbed();
  });
});

describe('permission: that platform stops, the other goes on', () => {
  test.each([
    'permission-10',
    'permission-200',
    'permission-230',
    'permission-299',
    'permission-3',
    'missing-permissions-100',
    'ig-owner-disabled',
    'ig-owner-disabled-code',
    'ig-not-eligible',
  ])('%s', async (name) => {
    error(name, { platform: 'instagram', times: 'always' });
    await start();
    const job = await under.ended();
    expect(job.status).toBe('PARTIAL');
    expect(job.totals).toMatchObject({ fetched: CONVERSATIONS * 0.7, failed: 0 });
    expect(job.message).toMatch(/Instagram: The connection lacks a permission.*instagram_manage_messages/);
  });

  test('on both platforms the job fails, with what to do', async () => {
    error('permission-200', { times: 'always' });
    await start();
    const job = await under.ended();
    expect(job.status).toBe('FAILED');
    expect(job.message).toMatch(/Grant pages_messaging/);
  });
});

describe('gone: taken for a throttle at first', () => {
  test.each(['gone-100-33', 'gone-100-33-thapi', 'gone-9000001', 'gone-100-2018001'])(
    '%s three times is waited out',
    async (name) => {
      error(name, { platform: 'messenger', afterCalls: 2, times: 3 });
      await start();
      await expectUndisturbed();
    },
  );

  test('for ever stops the platform', async () => {
    error('gone-100-33', { platform: 'messenger', times: 'always' });
    await start();
    const job = await under.ended();
    expect(job).toMatchObject({ status: 'PARTIAL', lastError: { kind: 'gone' } });
  });
});

test('blocked (368): a long wait, then on', async () => {
  error('blocked-368', { platform: 'messenger', afterCalls: 2 });
  await start();
  const job = await expectUndisturbed();
  expect(job.lastError).toMatchObject({ kind: 'blocked' });
});
