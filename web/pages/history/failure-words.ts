import type { FailureResource } from '../../../src/contract/resources.ts';

/** What was set aside. */
export const ITEM_WORDS: Record<FailureResource['itemType'], string> = {
  conversation: 'Conversation',
  message: 'Message',
  history: 'Older messages of a conversation',
};

const REASONS: Record<string, string> = {
  unreadable_conversation: 'Meta sent it in a form that cannot be read.',
  unreadable_message: 'Meta sent it in a form that cannot be read.',
  not_storable: 'The database could not take it.',
  gone: 'Meta says that it is gone.',
  dead_cursor: 'Meta would not go on from the place where reading had come to.',
  too_much_data: 'Meta says that it is too much data, however little is asked for at once.',
  transient: 'Meta failed on it again and again, and on nothing else.',
};

/** Why something was set aside, as a sentence. */
export function reasonWords(reason: string): string {
  return REASONS[reason] ?? `${reason.replaceAll('_', ' ')}.`.replace(/^./, (first) => first.toUpperCase());
}
