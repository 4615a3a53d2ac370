import type { Json } from '../types.ts';

/** The kinds of attachment the simulator writes; `nul` hides a NUL character two levels deep. */
export type AttachmentKind = 'image' | 'video' | 'audio' | 'file' | 'eu-privacy' | 'nul';

/** Until when the URLs of computed images are good, epoch seconds. */
const COMPUTED_EXPIRY_SEC = 0x6a1b2c3d;

/** An item of `attachments.data` in the shape of the captured ones; `expiresSec` goes into an image's URL (`oe`). */
export function attachment(kind: AttachmentKind, hash: number, expiresSec = COMPUTED_EXPIRY_SEC): Json {
  const id = `4${String(hash).padStart(10, '0')}`;
  const cdn = `https://cdn.fbsbx.com/v/${id}`;
  if (kind === 'image') {
    const width = 480 + (hash % 1400);
    const url = `https://scontent.xx.fbcdn.net/v/${id}.jpg?oe=${expiresSec.toString(16).toUpperCase()}`;
    return {
      id,
      mime_type: 'image/jpeg',
      name: `${id}.jpg`,
      size: null,
      image_data: {
        width,
        height: 696,
        max_width: width,
        max_height: 696,
        url,
        preview_url: `${url}&preview=1`,
        image_type: 1,
        render_as_sticker: false,
      },
    };
  }
  if (kind === 'video') {
    const url = `https://video.xx.fbcdn.net/v/${id}.mp4`;
    const preview = `https://scontent.xx.fbcdn.net/v/${id}.jpg`;
    return {
      id,
      mime_type: 'video/mp4',
      name: `video-${id}.mp4`,
      size: 1_017_695 + (hash % 100_000),
      video_data: {
        width: 1280,
        height: 720,
        length: 5,
        video_type: 1,
        url,
        preview_url: preview,
        rotation: 0,
      },
    };
  }
  if (kind === 'audio') {
    return {
      id,
      mime_type: 'audio/mpeg',
      name: `audioclip-${id}.mp3`,
      size: 20_512,
      file_url: `${cdn}.mp3`,
    };
  }
  if (kind === 'eu-privacy') {
    return {
      id,
      name: 'Media not available due to new privacy rules in Europe. See developer documentation for more info',
    };
  }
  const name = kind === 'nul' ? 'broken\u0000name.pdf' : `Rechnung № ${hash % 1000}.pdf`;
  const file: Json = { id, mime_type: 'application/pdf', name, size: 48_213, file_url: `${cdn}.pdf` };
  if (kind === 'nul') file.generic_template = { title: 'deep', cta: { title: 'deeper\u0000still' } };
  return file;
}
