import type { EventResource } from '../../src/contract/conversations.ts';
import { type Fields, fieldsOf, textOf } from '../../src/contract/json-fields.ts';
import { reactionToNothing } from './reactions.ts';

/** What happened besides messages, in a sentence. */
export interface EventLine {
  text: string;
  detail: string | null;
}

const HANDOVERS: Record<string, string> = {
  pass_thread_control: 'The conversation was passed to another app',
  take_thread_control: 'An app took the conversation over',
  request_thread_control: 'An app asked for the conversation',
};

const LINES: Record<string, (event: EventResource) => EventLine> = {
  postback: ({ text, metadata }) => ({
    text: text === null ? 'Pressed a button' : `Pressed “${text}”`,
    detail: referralWords(metadata.referral),
  }),
  referral: ({ metadata }) => ({
    text: referralWords(metadata.referral) ?? 'Came from somewhere that Meta does not name',
    detail: null,
  }),
  optin: ({ metadata }) => {
    const optin = fieldsOf(metadata.optin);
    return { text: 'Agreed to get messages', detail: textOf(optin?.title) ?? textOf(optin?.ref) };
  },
  account_linking: ({ metadata }) => ({
    text:
      fieldsOf(metadata.account_linking)?.status === 'unlinked'
        ? 'Unlinked the account'
        : 'Linked an account',
    detail: null,
  }),
  handover: ({ metadata }) => {
    const kind = textOf(metadata.kind) ?? '';
    const words = Object.hasOwn(HANDOVERS, kind) ? HANDOVERS[kind] : undefined;
    return { text: words ?? 'The conversation changed hands', detail: textOf(metadata.metadata) };
  },
  message_request: () => ({ text: 'Message request', detail: null }),
  app_roles: () => ({ text: 'What apps may do in the conversation has changed', detail: null }),
};

/** An event that is no message, as a line of its own; one of a kind that is not known by the kind's name. */
export function lineOf(event: EventResource): EventLine {
  const known = Object.hasOwn(LINES, event.eventType) ? LINES[event.eventType] : undefined;
  if (known !== undefined) return known(event);
  const kind = event.eventType.replaceAll('_', ' ').slice(0, 80);
  return { text: `Something else happened: ${kind}`, detail: event.text };
}

/** A reaction whose message is not there; `null` when it was taken back. */
export function lineOfReaction(event: EventResource, customerId: string | null): EventLine | null {
  const reaction = reactionToNothing(event, customerId);
  return reaction === null
    ? null
    : { text: `Reacted ${reaction.emoji} to a message that is not stored`, detail: null };
}

/** Where somebody came from, as `Came from an ad: Autumn sale`; `null` when nothing says it. */
export function referralWords(value: unknown): string | null {
  const referral = fieldsOf(value);
  if (referral === null) return null;
  const title = adTitle(referral);
  const isAd = referral.source === 'ADS' || referral.ad_id !== undefined;
  const from = isAd ? 'Came from an ad' : 'Came through a link';
  const name = title ?? textOf(referral.ref);
  return name === null ? from : `${from}: ${name}`;
}

function adTitle(referral: Fields): string | null {
  return textOf(fieldsOf(referral.ads_context_data)?.ad_title);
}
