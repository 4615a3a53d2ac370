import { describe, expect, test } from 'vitest';
import {
  connectPageRequest,
  listConversationsQuery,
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

  test('lists have 50 rows unless asked', () => {
    expect(listPagesQuery.parse({})).toEqual({ limit: 50 });
    expect(listConversationsQuery.parse({ limit: '200', platform: 'instagram' })).toEqual({
      limit: 200,
      platform: 'instagram',
    });
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
    ['status', 'DONE'],
    ['pageId', ''],
    ['offset', '5'],
  ])('listing: %s cannot be %j', (field, value) => {
    expect(complaints(listJobsQuery.safeParse({ [field]: value }))).toEqual([field]);
  });
});
