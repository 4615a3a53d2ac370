import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LastMessage, ListedConversationResource } from '../../src/contract/conversations.ts';
import {
  type ConversationRow,
  initialsOf,
  nameOf,
  snippetOf,
  toRow,
} from '../../web/pages/inbox/conversation-row.ts';
import { markMatch } from '../../web/pages/inbox/mark-match.ts';
import { createRowIndex, type RowPage, withNewer } from '../../web/pages/inbox/row-index.ts';

const CONVERSATION: ListedConversationResource = {
  id: 'c1',
  pageId: 'p1',
  platform: 'messenger',
  graphConversationId: 't_1',
  contactId: null,
  senderId: '2000123',
  senderName: 'Ann Example',
  lastMessageAt: '2026-06-01T12:00:00.000Z',
  lastMessage: null,
  updatedTime: null,
  messageCount: 3,
  unreadCount: 2,
  historyComplete: true,
  tags: [],
  version: 4,
  match: null,
};

describe('a row', () => {
  test.each([
    [{ senderName: 'Ann' }, 'Ann'],
    [{ senderName: '  ' }, 'Messenger user …0123'],
    [{ senderName: null, platform: 'instagram' as const }, 'Instagram user …0123'],
    [{ senderName: null, senderId: null }, 'Messenger user without a name'],
  ])('has a name, whatever is known: %j', (more, name) => {
    expect(nameOf({ ...CONVERSATION, ...more })).toBe(name);
  });

  const message: LastMessage = {
    text: 'Hi\n there',
    direction: 'inbound',
    occurredAt: '2026-06-01T12:00:00.000Z',
    attachments: [],
    unsent: false,
  };
  test.each<[LastMessage | null, string]>([
    [null, 'No messages stored yet'],
    [message, 'Hi there'],
    [{ ...message, direction: 'outbound' }, 'You: Hi there'],
    [{ ...message, direction: 'outbound', unsent: true, text: null }, 'Message unsent'],
    [{ ...message, text: null, attachments: ['image'] }, 'Photo'],
    [{ ...message, text: ' ', attachments: ['image', 'image'] }, '2 photos'],
    [{ ...message, text: null, attachments: ['file', 'file', 'audio'] }, 'File, Audio'],
    [{ ...message, text: null }, 'A message without text'],
  ])('tells the last message: %j', (last, words) => {
    expect(snippetOf(last)).toBe(words);
  });

  test('keeps little of a long text', () => {
    const long = 'x'.repeat(20_000);
    const row = toRow({ ...CONVERSATION, lastMessage: { ...message, text: long } });
    expect(row.snippet.length).toBeLessThan(200);
  });

  test.each([
    ['Ann Example', 'AE'],
    ['ann', 'A'],
    ['tom_x435', 'TX'],
    ['👩‍👩‍👧 Family', '👩‍👩‍👧F'],
    ['נועה בן־דוד', 'נב'],
    ['…', '…'],
    ['', '?'],
  ])('initials of %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });
});

describe('a match', () => {
  const marked = (text: string, q: string) =>
    markMatch(text, q)
      .map(({ text, isHit }) => (isHit ? `[${text}]` : text))
      .join('');

  test.each([
    ['Do you ship lamps?', 'LAMP', 'Do you ship [lamp]s?'],
    ['a.b a+b', 'a+b', 'a.b [a+b]'],
    ['no such thing', 'x', 'no such thing'],
    ['anything', '', 'anything'],
    ['cafe\u0301', 'café', '[café]'],
    ['İstanbul', 'stan', 'İ[stan]bul'],
  ])('%s · %s', (text, q, expected) => {
    expect(marked(text, q)).toBe(expected);
  });

  test('is in sight, however far into the text', () => {
    expect(marked(`${'word '.repeat(900)}lamp ${'word '.repeat(900)}`, 'lamp')).toMatch(/^….*\[lamp\].*…$/);
  });

  test('loses nothing of a short text', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 8, unit: 'grapheme' }),
        fc.string({ maxLength: 3, unit: 'grapheme' }),
        (text, q) => {
          const shown = markMatch(text, q)
            .map((part) => part.text)
            .join('');
          expect(shown).toBe(text.normalize('NFC').replace(/\s+/gu, ' ').trim());
        },
      ),
    );
  });
});

describe('the list', () => {
  const row = (id: string, more: Partial<ConversationRow> = {}): ConversationRow => ({
    ...toRow({ ...CONVERSATION, id }),
    ...more,
  });
  const pages: RowPage[] = [
    { rows: [row('a'), row('b')], nextCursor: 'x' },
    { rows: [], nextCursor: 'y' },
    { rows: [row('c')], nextCursor: 'z' },
    { rows: [row('d'), row('e'), row('f')], nextCursor: null },
  ];

  test('finds rows by place and by id', () => {
    const index = createRowIndex(pages);
    expect(index.count).toBe(6);
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    expect(ids.map((_, place) => index.at(place)?.id)).toEqual(ids);
    expect(ids.map((id) => index.placeOf(id))).toEqual([0, 1, 2, 3, 4, 5]);
    expect([index.at(-1), index.at(6), index.placeOf('g')]).toEqual([undefined, undefined, -1]);
    expect([createRowIndex([]).count, createRowIndex([]).at(0)]).toEqual([0, undefined]);
  });

  test('takes over what is newer where it stands; pages without it stay the same', () => {
    const newer = withNewer(pages, [row('e', { version: 5, unread: 7 }), row('unknown', { version: 9 })]);
    expect(newer[3]?.rows.map(({ id, unread }) => [id, unread])).toEqual([
      ['d', 2],
      ['e', 7],
      ['f', 2],
    ]);
    expect(newer.slice(0, 3).every((page, n) => page === pages[n])).toBe(true);
    expect(withNewer(pages, [row('a'), row('f')])).toBe(pages);
    expect(createRowIndex(newer).placeOf('e')).toBe(4);
    // an edit, and a renaming
    expect(withNewer(pages, [row('a', { snippet: 'edited' })])).not.toBe(pages);
  });
});
