import type { Inbox } from '../inbox/inbox.ts';
import type { Json } from '../types.ts';
import { eventKinds, happensOn, pageCan } from '../webhooks/fields.ts';
import { happen } from '../webhooks/happen.ts';
import type { World } from '../world.ts';
import { ControlError, Input, inboxOf, pageOf, slotOf } from './input.ts';

const MAX_AT_ONCE = 100_000;

/**
 * `POST /inbox/events` `{page?, platform?, index|conversationId, kind, messageId?, from?, text?, count?}` → the
 * conversation, the messages written or touched, and how many updates webhooks will tell of.
 */
export function addEvents(world: World, body: unknown): Json {
  const known = ['page', 'platform', 'conversationId', 'index', 'kind', 'messageId', 'from', 'text', 'count'];
  const input = new Input(body, known);
  const page = pageOf(world, input);
  const inbox = inboxOf(world, input);
  const { platform } = inbox.spec;
  const slot = slotOf(inbox, input);
  const kind = input.needOneOf('kind', eventKinds);
  const from = input.oneOf('from', ['customer', 'page']);
  const count = input.number('count', 1) ?? 1;
  if (count > MAX_AT_ONCE) throw new ControlError(400, `count must be at most ${MAX_AT_ONCE}`);
  if (!happensOn(kind, platform)) throw new ControlError(400, `${platform} has no ${kind}`);
  if (from === 'page' && !pageCan(kind)) throw new ControlError(400, `a page cannot do ${kind}`);
  const code = codeOf(inbox, slot, input);
  const fromPage = from === undefined ? undefined : from === 'page';
  const messageIds: string[] = [];
  let delivered = 0;
  for (let i = 0; i < count; i += 1) {
    const happening = happen(inbox, slot, kind, { fromPage, text: input.text('text'), code });
    if (!happening) throw new ControlError(400, `there is no message left for ${kind}`);
    if (happening.code !== null) messageIds.push(inbox.ids.message(slot, happening.code));
    delivered += world.webhooks.tell(page, inbox, slot, happening);
  }
  return { conversationId: inbox.ids.conversation(slot), messageIds, delivered };
}

function codeOf(inbox: Inbox, slot: number, input: Input): number | undefined {
  const id = input.text('messageId');
  if (id === undefined) return undefined;
  const named = inbox.ids.messageOf(id);
  if (named?.slot !== slot || inbox.thread(slot)?.indexOf(named.code) === null) {
    throw new ControlError(404, 'there is no such message in this conversation');
  }
  return named.code;
}
