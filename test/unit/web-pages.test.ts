import { describe, expect, test } from 'vitest';
import { PAGE_HEALTHS } from '../../src/contract/page-health.ts';
import type { PageToken } from '../../src/contract/resources.ts';
import { ApiProblem } from '../../web/api/problem.ts';
import { COMMON_INTERVALS, editableInterval, formatInterval, secondsOf } from '../../web/format/intervals.ts';
import { PAGE_HEALTH_WORDS } from '../../web/format/page-health.ts';
import { EMPTY_FORM, syncRequestOf } from '../../web/pages/pages/sync-request.ts';
import { tokenState, tokenWarning } from '../../web/pages/pages/token-words.ts';

describe('intervals', () => {
  test('are said in the largest unit that fits', () => {
    expect(COMMON_INTERVALS.map(formatInterval)).toEqual([
      'Every 5 minutes',
      'Every 15 minutes',
      'Every 30 minutes',
      'Every hour',
      'Every 6 hours',
      'Every 12 hours',
      'Every day',
      'Every 7 days',
    ]);
    expect(formatInterval(90)).toBe('Every 90 seconds');
  });

  test('are the same after somebody has looked at them in the fields', () => {
    for (const seconds of [60, 90, 3600, 5400, 86_400, 129_600, 2_592_000]) {
      const { amount, unit } = editableInterval(seconds);
      expect(secondsOf(amount, unit)).toBe(seconds);
    }
  });
});

test('only a selective sync selects, and what is empty is left to the API', () => {
  const entered = {
    ...EMPTY_FORM,
    messageDepth: '20',
    since: '2026-01-02T03:04',
    platforms: ['messenger'] as const,
    unreadOnly: true,
  };
  expect(syncRequestOf(EMPTY_FORM)).toEqual({ mode: 'incremental' });
  expect(syncRequestOf({ ...entered, mode: 'full' })).toEqual({ mode: 'full', messageDepth: 20 });
  expect(syncRequestOf({ ...entered, mode: 'selective', maxConversations: '5' })).toEqual({
    mode: 'selective',
    messageDepth: 20,
    maxConversations: 5,
    since: new Date('2026-01-02T03:04').toISOString(),
    platforms: ['messenger'],
    unreadOnly: true,
  });
});

describe('a token', () => {
  const now = Date.parse('2026-03-01T00:00:00Z');
  const token: PageToken = {
    state: 'valid',
    expiresAt: null,
    dataAccessExpiresAt: null,
    expiresSoon: false,
    scopes: ['pages_messaging'],
    missingScopes: [],
    checkedAt: null,
    error: null,
  };

  test('that is well is not spoken of', () => {
    expect(tokenWarning(token, now)).toBeNull();
    expect(tokenState(token).label).toBe('Accepted');
  });

  test('that ends soon is, by what ends first', () => {
    const ending = { ...token, expiresSoon: true, dataAccessExpiresAt: '2026-03-05T12:00:00Z' };
    expect(tokenWarning(ending, now)).toMatch(/^Access to its data ends on .*March 5, 2026/);
    expect(tokenWarning({ ...ending, expiresAt: '2026-03-02T12:00:00Z' }, now)).toMatch(
      /^The token ends on .*March 2/,
    );
    expect(tokenWarning({ ...ending, expiresAt: '2026-02-27T12:00:00Z' }, now)).toMatch(/ended on/);
    expect(tokenState(ending).tone).toBe('warning');
  });

  test('that lacks permissions names them; one that is refused is its health’s matter', () => {
    const missingScopes = ['pages_manage_metadata'];
    expect(tokenWarning({ ...token, missingScopes }, now)).toContain('pages_manage_metadata');
    expect(tokenWarning({ ...token, state: 'needs_reconnect', expiresSoon: true }, now)).toBeNull();
  });
});

test('every health has a word, and a sentence that says what to do', () => {
  for (const health of PAGE_HEALTHS) expect(PAGE_HEALTH_WORDS[health].advice).toMatch(/^[A-Z].*\.$/);
});

test('what is wrong with a field is said as people say it', () => {
  const problem = (message: string) =>
    new ApiProblem({ type: '', title: '', status: 422, detail: '', errors: [{ field: 'it', message }] });
  const said = (message: string) => problem(message).fieldError('it');
  expect(said('Too small: expected string to have >=1 characters')).toBe('must not be empty');
  expect(said('Too big: expected number to be <=50')).toBe('must be at most 50');
  expect(said('Invalid input: expected number, received null')).toBe('must be a number');
  expect(said('must be an id of Meta')).toBe('must be an id of Meta');
  expect(problem('x').fieldError('another')).toBeNull();
});
