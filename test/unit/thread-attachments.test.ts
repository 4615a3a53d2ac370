import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attachmentNoun, readAttachments } from '../../web/thread/attachments.ts';
import { textParts, webAddress } from '../../web/thread/text-parts.ts';

describe('attachments', () => {
  test('media, with what is known of them', () => {
    const stored = {
      type: 'image',
      id: '1',
      name: '1.jpg',
      mime_type: 'image/jpeg',
      size: 48_213,
      url: 'https://scontent.test/1.jpg',
      preview_url: 'https://scontent.test/1-small.jpg',
      expires_at: '2026-07-01T00:00:00.000Z',
    };
    expect(readAttachments([stored, { type: 'audio', url: null, size: -1, expires_at: 'soon' }])).toEqual([
      {
        kind: 'image',
        url: 'https://scontent.test/1.jpg',
        previewUrl: 'https://scontent.test/1-small.jpg',
        name: '1.jpg',
        size: 48_213,
        expiresAt: '2026-07-01T00:00:00.000Z',
      },
      { kind: 'audio', url: null, previewUrl: null, name: null, size: null, expiresAt: null },
    ]);
  });

  test('a template says its elements and buttons, a place where it is', () => {
    const payload = {
      template_type: 'generic',
      elements: [{ title: 'Shoes', subtitle: '€ 40', buttons: [{ title: 'Buy' }] }, null, 'x'],
      buttons: [{ type: 'web_url' }],
    };
    const place = { title: 'Ann’s place', coordinates: { lat: 52.5, long: 13.4 } };
    expect(
      readAttachments([
        { type: 'template', name: 'Offer', payload },
        { type: 'location', payload: place },
        { type: 'template', payload: { product: { elements: [{ title: 'Hat' }] } } },
      ]),
    ).toMatchObject([
      { kind: 'card', what: 'Template', title: 'Offer', lines: ['Shoes', '€ 40', '[ Buy ]'] },
      { kind: 'card', what: 'Location', title: 'Ann’s place', lines: ['52.5, 13.4'] },
      { kind: 'card', what: 'Template', title: null, lines: ['Hat'] },
    ]);
  });

  test('a shared link, and a kind that nobody knows', () => {
    expect(
      readAttachments([
        { type: 'fallback', name: 'A page', url: 'https://x.test' },
        { type: 'hologram_3d', url: 'javascript:alert(1)' },
        { type: 'constructor' },
        {},
      ]),
    ).toMatchObject([
      { what: 'Link', title: 'A page', url: 'https://x.test' },
      { what: 'Attachment (hologram 3d)', url: null },
      { what: 'Attachment (constructor)' },
      { what: 'Attachment (unknown)' },
    ]);
    expect(attachmentNoun('story_mention')).toBe('Story mention');
  });

  test('anything else is none', () => {
    expect(readAttachments(null)).toEqual([]);
    expect(readAttachments({ data: [] })).toEqual([]);
    expect(readAttachments([null, 1, 'x', []])).toEqual([]);
    fc.assert(fc.property(fc.jsonValue(), (value) => Array.isArray(readAttachments(value))));
    fc.assert(
      fc.property(fc.jsonValue(), (payload) => readAttachments([{ type: 'template', payload }]).length === 1),
    );
  });
});

describe('texts', () => {
  test.each([
    ['nothing to open', [['text', 'nothing to open']]],
    [
      'see https://x.test/a?b=1.',
      [
        ['text', 'see '],
        ['link', 'https://x.test/a?b=1', 'https://x.test/a?b=1'],
        ['text', '.'],
      ],
    ],
    [
      '(www.x.test)',
      [
        ['text', '('],
        ['link', 'www.x.test', 'https://www.x.test'],
        ['text', ')'],
      ],
    ],
    ['https://x.test/a_(b)', [['link', 'https://x.test/a_(b)', 'https://x.test/a_(b)']]],
    ['javascript:alert(1)', [['text', 'javascript:alert(1)']]],
    [
      '<a href="https://x.test">',
      [
        ['text', '<a href="'],
        ['link', 'https://x.test', 'https://x.test'],
        ['text', '">'],
      ],
    ],
    ['http://', [['text', 'http://']]],
    ['', []],
  ])('%s', (text, parts) => {
    expect(
      textParts(text).map((part) =>
        part.kind === 'link' ? ['link', part.text, part.href] : ['text', part.text],
      ),
    ).toEqual(parts);
  });

  test('nothing of a text is lost, and every link is one that may be opened', () => {
    const words = fc.constantFrom(
      'https://a.test/',
      'www.b.test',
      ')',
      '(',
      '.',
      ' ',
      'javascript:',
      '\u202e',
      '😀',
      'x',
    );
    fc.assert(
      fc.property(fc.array(words), (list) => {
        const text = list.join('');
        const parts = textParts(text);
        expect(parts.map((part) => part.text).join('')).toBe(text);
        for (const part of parts) if (part.kind === 'link') expect(webAddress(part.href)).not.toBeNull();
      }),
    );
  });
});
