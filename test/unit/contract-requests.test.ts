import { describe, expect, test } from 'vitest';
import { listConversationsQuery } from '../../src/contract/conversation-requests.ts';
import {
  connectPageRequest,
  listJobsQuery,
  listPagesQuery,
  startSyncRequest,
} from '../../src/contract/requests.ts';

describe('requests', () => {
  const page = { facebookPageId: '100200300', name: 'My Page', accessToken: 'EAAB123' };
  /** What a schema complains about: fields by path, unknown keys by name. */
  function complaints(
    parsed:
      | ReturnType<typeof connectPageRequest.safeParse>
      | ReturnType<typeof listJobsQuery.safeParse>
      | ReturnType<typeof startSyncRequest.safeParse>,
  ): string[] {
    if (parsed.success) return [];
    return parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('.')],
    );
  }

  test('a page is connected', () => {
    expect(connectPageRequest.parse(page)).toEqual(page);
    expect(connectPageRequest.parse({ ...page, name: '  x ', instagramAccountId: null })).toMatchObject({
      name: 'x',
      instagramAccountId: null,
    });
  });

  test.each<[string, unknown]>([
    ['facebookPageId', ''],
    ['facebookPageId', 123],
    ['facebookPageId', 'a/b'],
    ['facebookPageId', 'a\n'],
    ['facebookPageId', '1'.repeat(65)],
    ['facebookPageId', '3f2504e0-4f89-41d3-9a0c-0305e82c3301'],
    ['facebookPageId', '3F2504E0-4F89-41D3-9A0C-0305E82C3301'],
    ['name', ''],
    ['name', '   '],
    ['name', 'x'.repeat(201)],
    ['name', undefined],
    ['accessToken', ''],
    ['accessToken', 'with space'],
    ['accessToken', 'line\n'],
    ['accessToken', 'tökén'],
    ['accessToken', 'x'.repeat(4097)],
    ['instagramAccountId', ''],
    ['instagramAccountId', 5],
    ['token', 'x'],
  ])('connecting: %s cannot be %j', (field, value) => {
    expect(complaints(connectPageRequest.safeParse({ ...page, [field]: value }))).toContain(field);
    expect(new Set(complaints(connectPageRequest.safeParse({ ...page, [field]: value })))).toEqual(
      new Set([field]),
    );
  });

  test('all wrong fields are named at once', () => {
    expect(complaints(connectPageRequest.safeParse({ other: 1, facebookPageId: '' })).sort()).toEqual([
      'accessToken',
      'facebookPageId',
      'name',
      'other',
    ]);
  });

  test('no complaint shows the token', () => {
    const parsed = connectPageRequest.safeParse({ ...page, accessToken: 'EAAB secret token' });
    expect(JSON.stringify(parsed.error?.issues)).not.toContain('secret');
  });

  test('an empty start is a full sync of everything', () => {
    expect(startSyncRequest.parse({})).toEqual({ mode: 'full', resume: false, messageDepth: 'all' });
  });

  test.each<[string, unknown]>([
    ['mode', 'half'],
    ['mode', null],
    ['resume', 'yes'],
    ['messageDepth', 0],
    ['messageDepth', -1],
    ['messageDepth', 1.5],
    ['messageDepth', '5'],
    ['messageDepth', 1_000_001],
    ['messageDepth', 'none'],
    ['maxConversations', 0],
    ['maxConversations', '10'],
    ['maxConversations', 1e10],
    ['depth', 5],
  ])('starting: %s cannot be %j', (field, value) => {
    expect(complaints(startSyncRequest.safeParse({ [field]: value }))).toEqual([field]);
  });

  test.each([1, 1_000_000, 'all'])('starting: messageDepth may be %j', (messageDepth) => {
    expect(startSyncRequest.parse({ messageDepth })).toMatchObject({ messageDepth });
  });

  test('a selective start: times become UTC, the rest stays as it is', () => {
    const request = {
      mode: 'selective',
      since: '2026-01-01T01:00:00+01:00',
      until: '2026-02-01T00:00:00Z',
      platforms: ['instagram'],
      unreadOnly: true,
    };
    expect(startSyncRequest.parse(request)).toEqual({
      ...request,
      resume: false,
      messageDepth: 'all',
      since: '2026-01-01T00:00:00.000Z',
      until: '2026-02-01T00:00:00.000Z',
    });
    const same = { mode: 'selective', since: '2026-01-01T01:00:00+01:00', until: '2026-01-01T00:00:00Z' };
    expect(complaints(startSyncRequest.safeParse(same))).toEqual([]);
  });

  test.each<[string, object]>([
    ['a cap', { maxConversations: 5 }],
    ['what it was before', { resume: true }],
    ['conversations', { conversationIds: ['t_1'] }],
    ['conversations and a cap', { conversationIds: ['t_1'], maxConversations: 5 }],
    ['that it takes unread ones and others', { unreadOnly: false }],
    ['as many conversations as there may be', { conversationIds: Array.from({ length: 500 }, String) }],
  ])('a selective start may say %s alone', (_, fields) => {
    expect(complaints(startSyncRequest.safeParse({ mode: 'selective', ...fields }))).toEqual([]);
  });

  const [SINCE, UNTIL] = ['2026-01-02T00:00:00Z', '2026-01-01T23:59:59.999Z'];
  test.each<[string, object, string[]]>([
    ['selective with nothing selected', { mode: 'selective' }, ['mode']],
    ['selective with a cap of null', { mode: 'selective', maxConversations: null }, ['mode']],
    ['full with since', { since: SINCE }, ['since']],
    ['full with until', { until: SINCE }, ['until']],
    ['full with platforms', { platforms: ['messenger'] }, ['platforms']],
    ['full with unreadOnly, even false', { unreadOnly: false }, ['unreadOnly']],
    ['full with conversationIds', { conversationIds: ['t_1'] }, ['conversationIds']],
    ['incremental with since', { mode: 'incremental', since: SINCE }, ['since']],
    ['a resumed full one with platforms', { resume: true, platforms: ['messenger'] }, ['platforms']],
    [
      'incremental with all of it',
      { mode: 'incremental', since: SINCE, platforms: ['messenger'], unreadOnly: true },
      ['since', 'platforms', 'unreadOnly'],
    ],
    ['until before since', { mode: 'selective', since: SINCE, until: UNTIL }, ['until']],
    ['conversations and since', { mode: 'selective', conversationIds: ['t_1'], since: SINCE }, ['since']],
    [
      'conversations and all else',
      {
        mode: 'selective',
        conversationIds: ['t_1'],
        since: SINCE,
        until: SINCE,
        platforms: ['messenger'],
        unreadOnly: true,
      },
      ['since', 'until', 'platforms', 'unreadOnly'],
    ],
  ])('starting: %s is refused by the names of the fields', (_, body, fields) => {
    expect(complaints(startSyncRequest.safeParse(body))).toEqual(fields);
  });

  test.each<[string, unknown]>([
    ['since', 'yesterday'],
    ['since', '2026-01-01'],
    ['since', '2026-01-01T00:00:00'],
    ['since', '2026-02-30T00:00:00Z'],
    ['since', null],
    ['until', 1_769_862_896],
    ['platforms', []],
    ['platforms', 'messenger'],
    ['unreadOnly', 'yes'],
    ['conversationIds', []],
    ['conversationIds', 't_1'],
    ['conversationIds', Array.from({ length: 501 }, String)],
  ])('starting a selective sync: %s cannot be %j', (field, value) => {
    expect(complaints(startSyncRequest.safeParse({ mode: 'selective', [field]: value }))).toEqual([field]);
  });

  test.each<[string, object]>([
    ['platforms.1', { platforms: ['messenger', 'whatsapp'] }],
    ['conversationIds.0', { conversationIds: [''] }],
    ['conversationIds.0', { conversationIds: ['x'.repeat(201)] }],
  ])('starting: a bad item is named as %s', (field, fields) => {
    expect(complaints(startSyncRequest.safeParse({ mode: 'selective', ...fields }))).toEqual([field]);
  });

  test('lists have 50 rows unless asked', () => {
    expect(listPagesQuery.parse({})).toEqual({ limit: 50, connected: 'true' });
    expect(listConversationsQuery.parse({ limit: '200', platform: 'instagram' })).toEqual({
      limit: 200,
      platform: 'instagram',
    });
  });

  test('what is searched for is cleaned', () => {
    const q = (text: string) => listConversationsQuery.parse({ q: text }).q;
    expect(q('  Ada \u0000Lovelace ')).toBe('Ada Lovelace');
    expect(q('Jose\u0301')).toBe('José');
    expect(q('a\ud800b')).toBe('a\ufffdb');
    expect(q('100% \\_')).toBe('100% \\_');
    expect(q(` ${'x'.repeat(200)} `)).toHaveLength(200);
  });

  test.each([
    ['q', { q: '' }],
    ['q', { q: ' \u0000 ' }],
    ['q', { q: 'x'.repeat(201) }],
    ['q', { q: ['a', 'b'] }],
    ['unread', { unread: 'yes' }],
    ['tag', { tag: '' }],
    ['tag', { tag: 'a\u0000' }],
    ['since', { since: '2026-01-01' }],
    ['until', { since: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00+01:00' }],
  ])('conversations: a bad %s is named', (field, fields) => {
    expect(complaints(listConversationsQuery.safeParse(fields))).toEqual([field]);
  });

  test.each<[string, unknown]>([
    ['limit', '0'],
    ['limit', '201'],
    ['limit', '1.5'],
    ['limit', 'all'],
    ['limit', ''],
    ['limit', ['1', '2']],
    ['cursor', ''],
    ['cursor', 'x'.repeat(501)],
    ['cursor', ['a', 'b']],
    ['mode', 'DONE'],
    ['since', 'yesterday'],
    ['pageId', ''],
    ['offset', '5'],
  ])('listing: %s cannot be %j', (field, value) => {
    expect(complaints(listJobsQuery.safeParse({ [field]: value }))).toEqual([field]);
  });

  test('jobs may be listed by several states, separated by commas or not', () => {
    const states = (status: unknown) => {
      const parsed = listJobsQuery.safeParse({ status });
      return parsed.success ? parsed.data.status : complaints(parsed);
    };
    expect(states('FAILED')).toEqual(['FAILED']);
    expect(states('FAILED,PARTIAL')).toEqual(['FAILED', 'PARTIAL']);
    expect(states(['FAILED', 'PARTIAL,CANCELLED'])).toEqual(['FAILED', 'PARTIAL', 'CANCELLED']);
    expect(states('FAILED,DONE')).toEqual(['status.1']);
    expect(states('')).toEqual(['status.0']);
    expect(states(undefined)).toBeUndefined();
  });
});
