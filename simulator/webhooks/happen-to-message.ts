import { contentOf, REACTIONS } from '../graph/content.ts';
import { pick } from '../hash.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { MessageRef, Thread } from '../inbox/thread.ts';
import type { Json } from '../types.ts';
import type { UpdateKind } from './fields.ts';
import { type Happening, timeMs, type Wanted } from './happening.ts';

/** How many of the newest messages are looked at when none is named. */
const SEARCHED = 50;

/** The message something happens to: the one that is named, or the newest that fits. */
export function targetOf(
  thread: Thread,
  code: number | undefined,
  fits: (ref: MessageRef) => boolean,
): MessageRef | null {
  if (code !== undefined) {
    const index = thread.indexOf(code);
    return index === null ? null : thread.at(index);
  }
  for (let index = 0; index < Math.min(thread.total, SEARCHED); index += 1) {
    const ref = thread.at(index);
    if (fits(ref)) return ref;
  }
  return null;
}

/** What is done to a message that is there: reactions, edits, taking it back, and news that it arrived or was read. */
export function happenToMessage(
  inbox: Inbox,
  thread: Thread,
  kind: UpdateKind,
  wanted: Wanted,
  hash: number,
): Happening | null {
  const { platform } = inbox.spec;
  const { slot } = thread;
  const byPage = wanted.fromPage ?? false;
  const textOf = (ref: MessageRef) => contentOf(platform, thread, ref).text;
  const fits = (ref: MessageRef) => {
    if (kind === 'edit') return ref.fromPage === byPage && textOf(ref) !== '';
    if (kind === 'unsend') return ref.fromPage === byPage;
    if (kind === 'unreact') return contentOf(platform, thread, ref).reactions !== undefined;
    return ref.fromPage;
  };
  const target =
    targetOf(thread, wanted.code, fits) ??
    (kind === 'edit' || kind === 'unsend' ? null : targetOf(thread, wanted.code, () => true));
  if (!target) return null;
  const { code } = target;
  const mid = inbox.ids.message(slot, code);
  const happened = (members: Json, fromPage = false): Happening => ({
    kind,
    fromPage,
    code,
    atMs: Math.max(Date.now(), timeMs(target) + 1),
    members: () => members,
  });
  switch (kind) {
    case 'reaction': {
      const chosen = pick(REACTIONS, hash);
      const reaction = wanted.text === undefined ? chosen : { reaction: 'other', emoji: wanted.text };
      inbox.rewrite(slot, code, { reactions: [{ ...reaction, byPage: false }] });
      return happened({ reaction: { mid, action: 'react', ...reaction } });
    }
    case 'unreact':
      inbox.rewrite(slot, code, { reactions: undefined });
      return happened({ reaction: { mid, action: 'unreact' } });
    case 'edit': {
      const edits = (thread.rewritten(code)?.edits ?? 0) + 1;
      const text = wanted.text ?? `${textOf(target)} (edited)`;
      inbox.rewrite(slot, code, { text, edits });
      return happened({ message_edit: { mid, text, num_edit: edits } }, target.fromPage);
    }
    case 'unsend': {
      inbox.unsend(slot, code);
      const echo = target.fromPage ? { is_echo: true } : {};
      return happened({ message: { mid, ...echo, is_deleted: true } }, target.fromPage);
    }
    case 'read':
      return happened({ read: platform === 'instagram' ? { mid } : { watermark: timeMs(target) } });
    case 'delivery':
      return happened({ delivery: { mids: [mid], watermark: timeMs(target) } });
    default:
      throw new Error(`${kind} does not happen to a message`);
  }
}
