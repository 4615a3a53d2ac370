import { describe, expect, test } from 'vitest';
import { readMessagesPage } from '../../src/graph/messages.ts';
import { graphTime, TOKEN } from './graph-samples.ts';

const GOOD = { id: 'm_1', created_time: graphTime(1), message: 'hi' };
const next = (after: string) =>
  `https://graph.facebook.com/v25.0/t_1/messages?access_token=${TOKEN}&after=${after}`;
const kindOf = (read: () => unknown) => {
  try {
    read();
    return null;
  } catch (error) {
    return error instanceof Error && 'kind' in error ? error.kind : 'unexpected';
  }
};

describe('a page of messages', () => {
  test('as Graph sends it', () => {
    const body = { data: [GOOD, { ...GOOD, id: 'm_2' }], paging: { next: next('older') } };
    expect(readMessagesPage(body, 't_1', 'asked')).toMatchObject({
      messages: [{ id: 'm_1', created_time: '2026-01-31T12:01:00.000Z' }, { id: 'm_2' }],
      rejected: [],
      after: 'older',
    });
  });

  test('without a next page is the last, with one it is not, even when it is empty', () => {
    const cursors = { after: 'stands here too' };
    expect(readMessagesPage({ data: [GOOD], paging: { cursors } }, 't_1', null).after).toBeNull();
    expect(readMessagesPage({ data: [] }, 't_1', null)).toEqual({ messages: [], rejected: [], after: null });
    expect(readMessagesPage({ data: [], paging: { next: next('older') } }, 't_1', null).after).toBe('older');
  });

  test.each<[string, unknown, string | null]>([
    ['null', null, null],
    ['a text', 'x', null],
    ['one without a time', { id: 'm_bad' }, 'm_bad'],
    ['one with a time that is none', { ...GOOD, id: 'm_bad', created_time: 'broken' }, 'm_bad'],
    ['one whose text is a number', { ...GOOD, id: 'm_bad', message: 5 }, 'm_bad'],
  ])('a bad message is set aside with its conversation, the others are read: %s', (_, bad, graphId) => {
    const page = readMessagesPage({ data: [GOOD, bad, { ...GOOD, id: 'm_2' }] }, 't_1', null);
    expect(page.messages.map(({ id }) => id)).toEqual(['m_1', 'm_2']);
    expect(page.rejected).toEqual([
      { itemType: 'message', graphId, conversationId: 't_1', detail: expect.any(String), payload: bad },
    ]);
  });

  test('keeps no token, whether a message can be read or not', () => {
    const paging = { next: next('older'), previous: next('newer') };
    const reactions = { data: [{ reaction: 'love' }], paging };
    const data = [
      { ...GOOD, reactions },
      { id: 'm_bad', reactions, attachments: { data: [], paging } },
    ];
    expect(JSON.stringify(readMessagesPage({ data, paging }, 't_1', null))).not.toContain(TOKEN);
  });

  test.each([null, 'x', 5, [], {}, { data: null }, { data: {} }])('%j is no list at all', (body) => {
    expect(kindOf(() => readMessagesPage(body, 't_1', null))).toBe('transient');
  });

  test('a next page that is the same again, or has no cursor, leads nowhere', () => {
    const page = (link: string) => () =>
      readMessagesPage({ data: [], paging: { next: link } }, 't_1', 'asked');
    expect(kindOf(page(next('asked')))).toBe('bad_request');
    expect(kindOf(page('https://graph.facebook.com/'))).toBe('bad_request');
    expect(kindOf(page(next('other')))).toBeNull();
  });
});
