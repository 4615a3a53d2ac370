import { mix, pick } from '../hash.ts';
import type { Content, Reaction } from '../inbox/content.ts';
import { oddText } from '../inbox/oddities.ts';
import { messageText } from '../inbox/texts.ts';
import { FIRST_ADDED_CODE, type MessageRef, type Thread } from '../inbox/thread.ts';
import type { Platform } from '../types.ts';
import { attachment } from './attachments.ts';

/** The reactions people give. */
export const REACTIONS: readonly Reaction[] = [
  { reaction: 'love', emoji: '❤️' },
  { reaction: 'laugh', emoji: '😆' },
  { reaction: 'like', emoji: '👍' },
  { reaction: 'other', emoji: '🥹' },
];

/**
 * The content of a message, computed from its conversation and code, with what was written over it since; about a
 * fifth of the computed ones is more than text.
 */
export function contentOf(platform: Platform, thread: Thread, ref: MessageRef): Content {
  const rewritten = thread.rewritten(ref.code);
  const content = computedContent(platform, thread, ref);
  return rewritten ? { ...content, ...rewritten } : content;
}

function computedContent(platform: Platform, thread: Thread, ref: MessageRef): Content {
  if (ref.text !== null) return { text: ref.text };
  const hash = mix(thread.hash ^ 0xc047, ref.code);
  if (ref.code === 0 && thread.oddities.size > 0) {
    const text = oddText(thread.oddities);
    if (text !== null) return { text };
    if (thread.oddities.has('deep-nul-in-attachment')) {
      return { text: '', attachments: [attachment('nul', hash)] };
    }
  }
  const kind = hash % 100;
  const text = messageText(hash >>> 3);
  if (kind < 78) return { text };
  if (kind < 84) return { text: '', attachments: [attachment('image', hash)] };
  if (kind < 85) return { text, attachments: [attachment('image', hash), attachment('image', hash ^ 0xff)] };
  if (kind < 87) return { text: '', attachments: [attachment('video', hash)] };
  if (kind < 88) return { text: '', attachments: [attachment('audio', hash)] };
  if (kind < 90) return { text: '', attachments: [attachment('file', hash)] };
  if (kind < 91) return { text: '', attachments: [attachment('eu-privacy', hash)] };
  // Nobody has reacted yet to what was written just now: that would be news of its own.
  if (kind < 95 && ref.code >= FIRST_ADDED_CODE) return { text };
  if (kind < 95) return { text, reactions: [pick(REACTIONS, hash >>> 5)] };
  if (kind < 96) return { text: '', unsupported: true };
  return platform === 'messenger' ? messengerOnly(kind, hash) : instagramOnly(kind, hash, text);
}

function messengerOnly(kind: number, hash: number): Content {
  const sticker = `https://scontent.xx.fbcdn.net/v/sticker_${hash}.png`;
  if (kind < 98) return { text: '', sticker };
  const link = `https://example.org/item/${hash % 10_000}`;
  return { text: '', shares: [{ id: null, link, name: '', description: null, picture: null }] };
}

function instagramOnly(kind: number, hash: number, text: string): Content {
  // Shared posts and reels are read back empty: only the live webhook has them.
  if (kind < 98) return { text: '' };
  const link = `https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1807481934${hash % 10_000}&signature=simulated`;
  const story = { link, id: `1807481934${hash % 10_000}` };
  return kind < 99 ? { text, story: { reply_to: story } } : { text: '', story: { mention: story } };
}
