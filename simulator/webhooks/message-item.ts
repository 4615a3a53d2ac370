import type { Content } from '../inbox/content.ts';
import type { Json, Platform } from '../types.ts';

/** The app through which people answer in Meta's own inbox: echoes of what they write name it. */
const INBOX_APP_ID = 26_390_203_743_090;

/** The `message` member of an item: what Graph shows of the message, in the words of webhooks. */
export function messageMember(platform: Platform, mid: string, fromPage: boolean, content: Content): Json {
  const message: Json = { mid };
  if (fromPage) message.is_echo = true;
  if (fromPage && platform === 'messenger') message.app_id = INBOX_APP_ID;
  if (content.text !== '') message.text = content.text;
  if (content.unsupported) message.is_unsupported = true;
  const attachments = [
    ...(content.attachments ?? []).map(fromAttachment),
    ...(content.shares ?? []).map(fromShare),
    ...fromStory(content.story),
  ];
  if (content.sticker) {
    const id = stickerId(content.sticker);
    message.sticker_id = id;
    attachments.push({ type: 'image', payload: { url: content.sticker, sticker_id: id } });
  }
  if (content.story?.reply_to) message.reply_to = { story: storyOf(content.story.reply_to as Json) };
  const says = content.text !== '' || content.unsupported || attachments.length > 0;
  // Shared posts and reels are empty when Graph reads them: only this update ever has their address.
  if (!says && platform === 'instagram') {
    attachments.push({
      type: 'share',
      payload: {
        url: `https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=${mid.length}&signature=simulated`,
      },
    });
  }
  if (attachments.length > 0) message.attachments = attachments;
  return message;
}

function fromAttachment(item: Json): Json {
  const image = item.image_data as Json | undefined;
  const video = item.video_data as Json | undefined;
  if (image) return { type: 'image', payload: { url: image.url } };
  if (video) return { type: 'video', payload: { url: video.url } };
  if (typeof item.file_url !== 'string') return { type: 'unsupported_type', payload: {} };
  const type = String(item.mime_type).startsWith('audio') ? 'audio' : 'file';
  return { type, payload: { url: item.file_url } };
}

function fromShare({ link, name }: Json): Json {
  return { type: 'fallback', title: name, url: link, payload: { url: link, title: name } };
}

function fromStory(story: Json | undefined): Json[] {
  const mention = story?.mention as Json | undefined;
  return mention ? [{ type: 'story_mention', payload: { url: mention.link } }] : [];
}

function storyOf({ id, link }: Json): Json {
  return { id, url: link };
}

function stickerId(url: string): number {
  return 369_239_263_222_822 + Number(/(\d+)\.png/.exec(url)?.[1] ?? 0);
}
