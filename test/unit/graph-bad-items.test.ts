import { describe, expect, test } from 'vitest';
import { readPage } from '../../src/graph/conversations.ts';
import { GraphError } from '../../src/graph/errors.ts';
import { graphTime, rejectionsOf, TOKEN } from './graph-samples.ts';
import { fc } from './property.ts';

const GOOD = {
  id: 't_good',
  updated_time: graphTime(1),
  message_count: 1,
  messages: { data: [{ id: 'm_1', created_time: graphTime(1) }] },
};
const next = (after: string) =>
  `https://graph.facebook.com/v25.0/t_1/messages?access_token=${TOKEN}&after=${after}`;

describe('one bad item spoils no other', () => {
  test.each<[string, unknown, string | null, string]>([
    ['null', null, null, '(item)'],
    ['a text', 'x', null, '(item)'],
    ['a list', [], null, '(item)'],
    ['no id', { updated_time: graphTime(1) }, null, 'id'],
    ['an empty id', { id: '' }, null, 'id'],
    ['a time that is none', { id: 't_bad', updated_time: 'yesterday' }, 't_bad', 'updated_time'],
    [
      'a time out of all sense',
      { id: 't_bad', updated_time: '0001-01-01T00:00:00+0000' },
      't_bad',
      'updated_time',
    ],
    ['a time that is a number', { id: 't_bad', updated_time: 1769862896 }, 't_bad', 'updated_time'],
    ['messages that are no list', { id: 't_bad', messages: { data: 'x' } }, 't_bad', 'messages.data'],
  ])('a conversation that is or has %s', (_, bad, graphId, path) => {
    const page = readPage({ data: [GOOD, bad, { ...GOOD, id: 't_2' }], paging: { next: next('x') } }, null);
    expect(page.conversations.map(({ id }) => id)).toEqual(['t_good', 't_2']);
    expect(page.after).toBe('x');
    expect(page.rejected).toEqual([
      {
        itemType: 'conversation',
        graphId,
        conversationId: graphId,
        detail: expect.stringContaining(`${path}: `),
        payload: bad,
      },
    ]);
  });

  test.each<[string, unknown, string | null]>([
    ['null', null, null],
    ['without a time', { id: 'm_bad' }, 'm_bad'],
    ['with a time that is none', { id: 'm_bad', created_time: '31/31/2026' }, 'm_bad'],
    ['whose text is a number', { id: 'm_bad', created_time: graphTime(1), message: 5 }, 'm_bad'],
    ['with an id that has lost digits', { id: 2 ** 60, created_time: graphTime(1) }, null],
    ['whose author is a text', { id: 'm_bad', created_time: graphTime(1), from: 'Ann' }, 'm_bad'],
  ])('a message %s is set aside, its conversation is read', (_, bad, graphId) => {
    const good = { id: 'm_1', created_time: graphTime(1) };
    const page = readPage(
      { data: [{ id: 't_1', messages: { data: [good, bad, { ...good, id: 'm_2' }] } }] },
      null,
    );
    expect(page.conversations[0]?.messages.map(({ id }) => id)).toEqual(['m_1', 'm_2']);
    expect(page.rejected).toEqual([
      { itemType: 'message', graphId, conversationId: 't_1', detail: expect.any(String), payload: bad },
    ]);
  });

  test('what is said of a bad item quotes no message', () => {
    const rejected = rejectionsOf({
      id: 't_1',
      messages: { data: [{ id: 'm_1', message: 'a secret of Ann' }] },
    });
    expect(rejected).toHaveLength(1);
    expect(rejected[0]?.detail).not.toContain('secret');
  });

  test.each([null, 'x', 5, [], {}, { data: null }, { data: {} }])('%j is no list at all', (body) => {
    const call = () => readPage(body, null);
    expect(call).toThrowError(GraphError);
    expect(call).toThrowError(expect.objectContaining({ kind: 'transient' }));
  });

  test('any JSON as an item is read or set aside, and the items beside it are read as ever', () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const message = fc.oneof(
      value,
      fc.record(
        {
          id: value,
          created_time: fc.oneof(value, fc.constant(graphTime(3))),
          from: value,
          to: value,
          message: value,
          attachments: value,
          shares: value,
          sticker: value,
        },
        { requiredKeys: [] },
      ),
    );
    const item = fc.oneof(
      value,
      fc.record(
        {
          id: fc.oneof(fc.constant('t_x'), value),
          updated_time: fc.oneof(fc.constant(graphTime(2)), value),
          message_count: value,
          participants: fc.oneof(value, fc.record({ data: value })),
          senders: value,
          messages: fc.oneof(value, fc.record({ data: fc.array(message), paging: value })),
        },
        { requiredKeys: [] },
      ),
    );
    const shown = (conversation: unknown) => JSON.stringify(conversation);
    const alone = shown(readPage({ data: [GOOD] }, null).conversations[0]);
    fc.assert(
      fc.property(item, (raw) => {
        const page = readPage({ data: [GOOD, raw, GOOD] }, null);
        const conversations = page.rejected.filter(({ itemType }) => itemType === 'conversation');
        expect(page.conversations.length + conversations.length).toBe(3);
        expect(shown(page.conversations.at(0))).toBe(alone);
        expect(shown(page.conversations.at(-1))).toBe(alone);
      }),
      { numRuns: 1000 },
    );
  });
});
