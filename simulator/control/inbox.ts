import type { Inbox } from '../inbox/inbox.ts';
import { oddityKinds } from '../inbox/oddities.ts';
import type { Page } from '../page.ts';
import { graphTime } from '../time.ts';
import { happen } from '../webhooks/happen.ts';
import { told } from '../webhooks/happening.ts';
import type { World } from '../world.ts';
import { ControlError, Input, inboxOf, PLATFORMS, pageOf, slotOf } from './input.ts';

const MAX_AT_ONCE = 1_000_000;

/** `POST /inbox/messages`: writes messages into one conversation → its id and theirs, oldest first. */
export function addMessages(world: World, body: unknown): { conversationId: string; messageIds: string[] } {
  const known = ['page', 'platform', 'conversationId', 'index', 'count', 'text', 'from', 'at'];
  const input = new Input(body, known);
  const page = pageOf(world, input);
  const inbox = inboxOf(world, input);
  const slot = slotOf(inbox, input);
  const at = input.text('at');
  const atSec = at === undefined ? undefined : Math.floor(Date.parse(at) / 1000);
  if (Number.isNaN(atSec)) throw new ControlError(400, 'at must be an ISO time');
  const fromPage = (input.oneOf('from', ['customer', 'page']) ?? 'customer') === 'page';
  const text = input.text('text');
  const messageIds: string[] = [];
  for (let i = 0; i < count(input); i += 1) {
    const happening = happen(inbox, slot, fromPage ? 'echo' : 'message', { fromPage, text, atSec });
    if (!happening || happening.code === null) continue;
    messageIds.push(inbox.ids.message(slot, happening.code));
    world.webhooks.tell(page, inbox, slot, happening);
  }
  return { conversationId: inbox.ids.conversation(slot), messageIds };
}

/** `POST /inbox/conversations`: new conversations on top → their ids, the newest last. */
export function addConversations(world: World, body: unknown): { conversationIds: string[] } {
  const input = new Input(body, ['page', 'platform', 'count']);
  const page = pageOf(world, input);
  const inbox = inboxOf(world, input);
  const slots = inbox.addConversations(count(input));
  for (const slot of slots) tellConversation(world, page, inbox, slot);
  return { conversationIds: slots.map((slot) => inbox.ids.conversation(slot)) };
}

/** The messages a new conversation begins with, oldest first. */
function tellConversation(world: World, page: Page, inbox: Inbox, slot: number): void {
  if (!world.webhooks.callback) return;
  const thread = inbox.thread(slot);
  for (let index = (thread?.total ?? 0) - 1; thread && index >= 0; index -= 1) {
    const ref = thread.at(index);
    const happening = told(inbox, thread, ref, ref.fromPage ? 'echo' : 'message');
    world.webhooks.tell(page, inbox, slot, happening);
  }
}

/** `POST /oddities`: makes one thing wrong with a conversation → what is wrong with it now. */
export function addOddity(world: World, body: unknown): Record<string, unknown> {
  const input = new Input(body, ['page', 'platform', 'conversationId', 'index', 'kind']);
  const inbox = inboxOf(world, input);
  const slot = slotOf(inbox, input);
  inbox.addOddity(slot, input.needOneOf('kind', oddityKinds));
  const thread = inbox.thread(slot);
  return {
    conversationId: inbox.ids.conversation(slot),
    messageId: inbox.ids.message(slot, 0),
    oddities: [...(thread?.oddities ?? [])],
  };
}

/** `POST /cursors` `{page?, platform?, dead:true}`: every cursor minted so far is dead from now on. */
export function killCursors(world: World, body: unknown): { platforms: string[] } {
  const input = new Input(body, ['page', 'platform', 'dead']);
  if (input.flag('dead') !== true) throw new ControlError(400, 'dead must be true');
  const page = pageOf(world, input);
  const asked = input.oneOf('platform', PLATFORMS);
  const platforms = PLATFORMS.filter((platform) => asked === undefined || asked === platform);
  for (const platform of platforms) {
    const inbox = page.inboxes[platform];
    if (inbox) inbox.cursorGeneration += 1;
  }
  return { platforms };
}

/** `GET /inbox/counts?page=` → conversations and messages per platform; counts every message, so O(inbox). */
export function counts(world: World, query: unknown): Record<string, unknown> {
  const page = pageOf(world, new Input(query, ['page']));
  const result: Record<string, unknown> = { page: page.id };
  for (const platform of PLATFORMS) {
    const inbox = page.inboxes[platform];
    let messages = 0;
    let newestSec: number | null = null;
    for (let slot = -(inbox?.born ?? 0); inbox && slot < inbox.spec.count; slot += 1) {
      messages += inbox.thread(slot)?.total ?? 0;
    }
    if (inbox) newestSec = inbox.order.after(null, 1)[0]?.sec ?? null;
    result[platform] = {
      conversations: inbox?.size ?? 0,
      messages,
      newest: newestSec === null ? null : graphTime(newestSec),
    };
  }
  return result;
}

function count(input: Input): number {
  const value = input.number('count', 1) ?? 1;
  if (value > MAX_AT_ONCE) throw new ControlError(400, `count must be at most ${MAX_AT_ONCE}`);
  return value;
}
