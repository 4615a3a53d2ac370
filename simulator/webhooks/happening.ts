import { contentOf } from '../graph/content.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { MessageRef, Thread } from '../inbox/thread.ts';
import type { Json } from '../types.ts';
import type { UpdateKind } from './fields.ts';
import { messageMember } from './message-item.ts';

/** What shall happen: by whom, with which words, to which message; what is not given is chosen. */
export type Wanted = { fromPage?: boolean; text?: string; code?: number; atSec?: number };

/** What happened in a conversation. `members` = what its webhook item has beside sender, recipient and time. */
export type Happening = {
  kind: UpdateKind;
  fromPage: boolean;
  /** The message it is about. */
  code: number | null;
  atMs: number;
  members: () => Json;
};

/** Tells of a message that is in the inbox; `extra` goes into the `message` member. */
export function told(
  inbox: Inbox,
  thread: Thread,
  ref: MessageRef,
  kind: UpdateKind,
  extra: Json = {},
): Happening {
  const { fromPage, code } = ref;
  const { platform } = inbox.spec;
  const members = () => {
    const mid = inbox.ids.message(thread.slot, code);
    const content = contentOf(platform, thread, ref);
    return { message: { ...messageMember(platform, mid, fromPage, content), ...extra } };
  };
  return { kind, fromPage, code, atMs: timeMs(ref), members };
}

/** When a message was written: Graph's second, and milliseconds that Graph does not show. */
export function timeMs({ sec, ms }: MessageRef): number {
  return sec * 1000 + ms;
}
