import { describe, expect, test } from 'vitest';
import { mapAttachments, type StoredAttachment } from '../../activities/map-attachments.ts';
import { messageOf } from './graph-samples.ts';
import { fc } from './property.ts';

const NOTHING: StoredAttachment = {
  type: 'file',
  id: null,
  name: null,
  mime_type: null,
  size: null,
  url: null,
  preview_url: null,
  expires_at: null,
};
const map = (...data: unknown[]) => mapAttachments(messageOf({ id: 'm_1', attachments: { data } }));

describe('an attachment', () => {
  test.each<[string, Record<string, unknown>, Partial<StoredAttachment>]>([
    [
      'gif',
      {
        id: '93467428263234',
        mime_type: 'image/gif',
        name: '12345678900.gif',
        size: null,
        image_data: {
          width: 244,
          height: 150,
          render_as_sticker: false,
          url: 'https://cdn.fbsbx.com/12345678900.gif',
          preview_url: 'https://cdn.fbsbx.com/12345678900_preview.gif',
          image_type: 1,
          animated_gif_url: 'https://cdn.fbsbx.com/12345678900_animated_gif.gif',
        },
      },
      {
        type: 'image',
        id: '93467428263234',
        name: '12345678900.gif',
        mime_type: 'image/gif',
        url: 'https://cdn.fbsbx.com/12345678900.gif',
        preview_url: 'https://cdn.fbsbx.com/12345678900_preview.gif',
      },
    ],
    [
      'image',
      {
        id: '47282572382',
        mime_type: 'image/jpeg',
        name: '47282572382.jpg',
        size: null,
        image_data: {
          width: 591,
          height: 696,
          url: 'https://scontent.xx.fbcdn.net/47282572382.jpg',
          preview_url: 'https://scontent.xx.fbcdn.net/47282572382_preview.jpg',
        },
      },
      {
        type: 'image',
        id: '47282572382',
        name: '47282572382.jpg',
        mime_type: 'image/jpeg',
        url: 'https://scontent.xx.fbcdn.net/47282572382.jpg',
        preview_url: 'https://scontent.xx.fbcdn.net/47282572382_preview.jpg',
      },
    ],
    [
      'text file',
      {
        id: '94627237835',
        mime_type: 'text/plain',
        name: 'example.txt',
        size: 324,
        file_url: 'https://cdn.fbsbx.com/94627237835.txt',
      },
      {
        type: 'file',
        id: '94627237835',
        mime_type: 'text/plain',
        name: 'example.txt',
        size: 324,
        url: 'https://cdn.fbsbx.com/94627237835.txt',
      },
    ],
    [
      'binary file',
      {
        id: '3242534253',
        mime_type: 'application/octet-stream',
        name: 'binary.jar',
        size: 468142,
        file_url: 'https://cdn.fbsbx.com/3242534253.jar',
      },
      {
        type: 'file',
        id: '3242534253',
        mime_type: 'application/octet-stream',
        name: 'binary.jar',
        size: 468142,
        url: 'https://cdn.fbsbx.com/3242534253.jar',
      },
    ],
    [
      'video, which carries image_data without a link',
      {
        id: '938363527532',
        mime_type: 'video/mp4',
        name: 'video-1459980657.mp4',
        size: 1017695,
        image_data: { width: 1280, height: 720 },
        video_data: {
          width: 1280,
          height: 720,
          length: 5,
          url: 'https://video.xx.fbcdn.net/hvideo-xpf1/examplevideo.mp4',
          preview_url: 'https://scontent.xx.fbcdn.net/hvthumb-xfp1/example_preview.jpg',
        },
      },
      {
        type: 'video',
        id: '938363527532',
        mime_type: 'video/mp4',
        name: 'video-1459980657.mp4',
        size: 1017695,
        url: 'https://video.xx.fbcdn.net/hvideo-xpf1/examplevideo.mp4',
        preview_url: 'https://scontent.xx.fbcdn.net/hvthumb-xfp1/example_preview.jpg',
      },
    ],
    [
      'video without a MIME type',
      { video_data: { url: 'https://v.example/1.mp4' } },
      { type: 'video', url: 'https://v.example/1.mp4' },
    ],
    [
      'audio',
      {
        id: '5',
        mime_type: 'audio/mpeg',
        name: 'audioclip.mp3',
        size: 9000,
        file_url: 'https://cdn.fbsbx.com/audioclip.mp3',
      },
      {
        type: 'audio',
        id: '5',
        mime_type: 'audio/mpeg',
        name: 'audioclip.mp3',
        size: 9000,
        url: 'https://cdn.fbsbx.com/audioclip.mp3',
      },
    ],
    ['template', { generic_template: { title: 'A title', cta: {} } }, { type: 'template' }],
    [
      'placeholder for media that Europe’s privacy rules hide',
      {
        id: '1234',
        name: 'Media not available due to new privacy rules in Europe. See developer documentation for more info',
      },
      {
        type: 'file',
        id: '1234',
        name: 'Media not available due to new privacy rules in Europe. See developer documentation for more info',
      },
    ],
    ['with nothing in it', {}, {}],
    [
      'with fields of the wrong kind',
      { id: 5, name: {}, mime_type: [], size: '9', image_data: 'x', video_data: [], file_url: 7 },
      {},
    ],
  ])('%s', (_, item, expected) => {
    expect(map(item)).toEqual([{ ...NOTHING, ...expected }]);
  });

  test('that is no object is left out, the others stay', () => {
    expect(map(null, 'x', 5, [], { id: '1' })).toEqual([{ ...NOTHING, id: '1' }]);
  });
});

describe('shares and stickers', () => {
  test('a share is its link', () => {
    const shares = {
      data: [
        { id: null, link: 'https://example.org/sample.png', name: '', description: null, picture: null },
      ],
    };
    expect(mapAttachments(messageOf({ id: 'm_1', shares }))).toEqual([
      { ...NOTHING, type: 'share', url: 'https://example.org/sample.png' },
    ]);
  });

  test('a share without anything, as Instagram gives it, is still one', () => {
    expect(mapAttachments(messageOf({ id: 'm_1', shares: { data: [{}] } }))).toEqual([
      { ...NOTHING, type: 'share' },
    ]);
  });

  test('a sticker is its link', () => {
    const sticker = 'https://scontent.xx.fbcdn.net/v/t39.1997-6/sticker.png?oe=6602B3C4';
    expect(mapAttachments(messageOf({ id: 'm_1', sticker }))).toEqual([
      { ...NOTHING, type: 'sticker', url: sticker, expires_at: '2024-03-26T11:38:44.000Z' },
    ]);
  });

  test('an empty sticker is none', () => {
    expect(mapAttachments(messageOf({ id: 'm_1', sticker: '' }))).toEqual([]);
  });

  test('all of them together keep their order', () => {
    const message = messageOf({
      id: 'm_1',
      attachments: { data: [{ id: '1' }, { id: '2' }] },
      shares: { data: [{ id: '3' }] },
      sticker: 'https://x.example/s.png',
    });
    expect(mapAttachments(message).map(({ type, id }) => [type, id])).toEqual([
      ['file', '1'],
      ['file', '2'],
      ['share', '3'],
      ['sticker', null],
    ]);
  });

  test('a message without any has none', () => {
    expect(mapAttachments(messageOf({ id: 'm_1', message: 'x' }))).toEqual([]);
  });
});

describe('when a link stops working', () => {
  test.each<[string, string | null]>([
    ['https://cdn.example/a.jpg?oh=1&oe=65B9A0F0&x=1', '2024-01-31T01:22:56.000Z'],
    ['https://cdn.example/a.jpg?oe=65b9a0f0', '2024-01-31T01:22:56.000Z'],
    ['https://cdn.example/a.jpg?oe=00000000', '1970-01-01T00:00:00.000Z'],
    ['https://cdn.example/a.jpg?oe=FFFFFFFF', '2106-02-07T06:28:15.000Z'],
    ['https://cdn.example/a.jpg', null],
    ['https://cdn.example/a.jpg?oe=', null],
    ['https://cdn.example/a.jpg?oe=65B9A0F', null],
    ['https://cdn.example/a.jpg?oe=65B9A0F0F', null],
    ['https://cdn.example/a.jpg?oe=nonsense', null],
    ['https://cdn.example/a.jpg?shoe=65B9A0F0', null],
  ])('%s', (url, expires) => {
    expect(map({ file_url: url })[0]?.expires_at).toBe(expires);
  });

  test('is that of the link itself, not of its preview', () => {
    const image_data = {
      url: 'https://cdn.example/a.jpg',
      preview_url: 'https://cdn.example/p.jpg?oe=65B9A0F0',
    };
    expect(map({ image_data })[0]?.expires_at).toBeNull();
  });
});

test('any JSON as an attachment is stored or left out, and is plain JSON again', () => {
  const part = fc.jsonValue({ maxDepth: 2 });
  const item = fc.oneof(
    part,
    fc.record(
      {
        id: part,
        name: part,
        mime_type: part,
        size: part,
        image_data: fc.oneof(part, fc.record({ url: part })),
        file_url: fc.oneof(part, fc.webUrl({ withQueryParameters: true })),
      },
      { requiredKeys: [] },
    ),
  );
  fc.assert(
    fc.property(fc.array(item), (items) => {
      const stored = map(...items);
      expect(JSON.parse(JSON.stringify(stored))).toEqual(stored);
      expect(stored.every(({ type }) => type !== '')).toBe(true);
    }),
  );
});
