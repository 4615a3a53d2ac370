import { describe, expect, test } from 'vitest';
import { pageUnderTest } from '../support/page-under-test.ts';

const CONVERSATIONS = 600;

const under = pageUnderTest(CONVERSATIONS, {
  SYNC_SLICE_SECONDS: '0.2',
  SYNC_STANDSTILL_SECONDS: '5',
});
const { error, expectUndisturbed, fault, start } = under;

describe('bad request: the walk starts over once, then fails loudly', () => {
  test.each([
    'bad-request-100',
    'unknown-path-2500',
    'ig-2500',
    'bad-signature-104',
    'dead-cursor',
    'dead-cursor-2642',
    'unknown-not-transient',
    'unknown-2853001',
  ])('%s once', async (name) => {
    error(name, { platform: 'messenger', afterCalls: 3 });
    await start();
    await expectUndisturbed();
  });

  test('twice', async () => {
    error('bad-request-100', { platform: 'messenger', afterCalls: 3, times: 'always' });
    await start();
    const job = await under.ended();
    expect(job).toMatchObject({ status: 'PARTIAL', lastError: { kind: 'bad_request' } });
  });

  test('the same cursor named twice is an error, not a loop', async () => {
    fault({ kind: 'same-cursor' }, { platform: 'messenger', afterCalls: 3, times: 'always' });
    await start();
    const job = await under.ended();
    expect(job.status).toBe('PARTIAL');
    expect(job.lastError?.detail).toMatch(/same cursor/);
  });

  test('an empty page with a next page is no end', async () => {
    fault({ kind: 'empty-page-with-next' }, { platform: 'messenger', afterCalls: 2, times: 2 });
    await start();
    await expectUndisturbed();
  });
});
