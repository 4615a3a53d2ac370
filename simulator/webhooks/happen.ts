import { attachment } from '../graph/attachments.ts';
import { mix } from '../hash.ts';
import type { Rewritten } from '../inbox/content.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { Thread } from '../inbox/thread.ts';
import { nowSec } from '../time.ts';
import type { Json } from '../types.ts';
import type { UpdateKind } from './fields.ts';
import { happenBeside } from './happen-beside.ts';
import { happenToMessage, targetOf } from './happen-to-message.ts';
import { type Happening, told, type Wanted } from './happening.ts';

const IMAGE_GOOD_SEC = 30 * 24 * 3600;

/**
 * Makes something happen in a conversation, so that Graph shows it at once where it would show it at all.
 *
 * @returns null when there is no message it could happen to
 */
export function happen(inbox: Inbox, slot: number, kind: UpdateKind, wanted: Wanted): Happening | null {
  const thread = inbox.thread(slot);
  if (!thread) return null;
  const hash = mix(thread.hash ^ 0x4a9, thread.total);
  const { text } = wanted;
  const write = (words: string | null, rewritten?: Rewritten, extra?: Json) =>
    written(inbox, thread, kind, wanted, { words, rewritten, extra });
  switch (kind) {
    case 'message':
    case 'echo':
    case 'standby':
      return write(text ?? null);
    case 'attachment': {
      const image = attachment('image', hash, nowSec() + IMAGE_GOOD_SEC);
      return write(text ?? '', { attachments: [image] });
    }
    case 'sticker':
      return write('', { sticker: `https://scontent.xx.fbcdn.net/v/sticker_${hash}.png` });
    case 'quick_reply':
      return write(text ?? 'Yes, please', {}, { quick_reply: { payload: `CHOICE_${hash % 10}` } });
    case 'reply_to': {
      const target = targetOf(thread, wanted.code, () => true);
      if (!target) return null;
      const mid = inbox.ids.message(slot, target.code);
      return write(text ?? 'Yes, this one', {}, { reply_to: { mid } });
    }
    case 'story_reply':
      return write(text ?? 'Wow 😍', { story: { reply_to: story(hash) } });
    case 'story_mention':
      return write('', { story: { mention: story(hash) } });
    case 'postback': {
      // A tap on a button is a message with the button's title, but told as a postback.
      const title = text ?? 'Get started';
      const tapped = write(title);
      const mid = inbox.ids.message(slot, tapped.code ?? 0);
      return { ...tapped, members: () => ({ postback: { mid, title, payload: `BUTTON_${hash % 10}` } }) };
    }
    case 'referral':
    case 'optin':
    case 'handover':
      return happenBeside(inbox, kind, text, hash);
    default:
      return happenToMessage(inbox, thread, kind, wanted, hash);
  }
}

type Words = { words: string | null; rewritten?: Rewritten; extra?: Json };

function written(
  inbox: Inbox,
  { slot }: Thread,
  kind: UpdateKind,
  { fromPage = kind === 'echo', atSec }: Wanted,
  { words, rewritten, extra }: Words,
): Happening {
  const ref = inbox.addMessage(slot, fromPage, words, atSec ?? null);
  if (ref && rewritten) inbox.rewrite(slot, ref.code, rewritten);
  const thread = inbox.thread(slot);
  if (!ref || !thread) throw new Error(`conversation ${slot} is gone while a message is written into it`);
  return told(inbox, thread, ref, kind, extra);
}

function story(hash: number): Json {
  const id = `1807481934${hash % 10_000}`;
  const link = `https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=${id}&signature=simulated`;
  return { link, id };
}
