import { expirePage } from '../login/page-tokens.ts';
import type { Page } from '../page.ts';
import type { World } from '../world.ts';
import { ControlError, Input, pageOf } from './input.ts';

/** What the control endpoint tells of a page. */
export type PageInfo = {
  id: string;
  name: string;
  token: string;
  instagramAccountId: string | null;
  conversations: { messenger: number; instagram: number };
  expired: boolean;
};

function infoOf(page: Page): PageInfo {
  const { id, name, token, instagramAccountId, expired, inboxes } = page;
  const conversations = {
    messenger: inboxes.messenger?.size ?? 0,
    instagram: inboxes.instagram?.size ?? 0,
  };
  return { id, name, token, instagramAccountId, conversations, expired };
}

/** `GET /pages`. */
export function listPages(world: World): PageInfo[] {
  return [...world.pages.values()].map(infoOf);
}

/** `POST /pages`: adds a page, or replaces the one of that id; what is not given is as the first page's. */
export function addPage(world: World, body: unknown): PageInfo {
  const input = new Input(body, [
    'id',
    'name',
    'token',
    'instagramAccountId',
    'conversations',
    'instagramShare',
    'messages',
    'exactMessages',
    'seed',
  ]);
  const defaults = world.pageDefaults();
  const id = input.needText('id');
  if (!/^\d+$/.test(id)) throw new ControlError(400, 'id must be digits');
  const account = input.get('instagramAccountId') === null ? undefined : input.text('instagramAccountId');
  const token = input.text('token') ?? `${id}-token`;
  const owner = world.pageOfToken(token);
  if (owner && owner.id !== id) throw new ControlError(409, 'another page has this token');
  const share = input.number('instagramShare', 0, true) ?? defaults.instagramShare;
  if (share > 1) throw new ControlError(400, 'instagramShare must be 0 to 1');
  const page = world.addPage({
    id,
    name: input.text('name') ?? `Page ${id}`,
    token,
    instagramAccountId: account ?? null,
    conversations: input.number('conversations') ?? defaults.conversations,
    instagramShare: share,
    messages: input.number('messages', 0, true) ?? defaults.messages,
    exactMessages: input.flag('exactMessages') ?? defaults.exactMessages,
    seed: input.number('seed') ?? defaults.seed,
    newestSec: defaults.newestSec,
  });
  return infoOf(page);
}

/** `DELETE /pages/{id}`. */
export function removePage(world: World, id: string): { removed: boolean } {
  return { removed: world.removePage(id) };
}

/**
 * `POST /token` `{page?, state?, token?, expiresAt?, dataAccessExpiresAt?, scopes?}`; times in epoch seconds, 0 = never.
 * `expired` and the times hold for the tokens that logins gave as well; `valid` and `scopes` for the page's own alone.
 */
export function setToken(world: World, body: unknown): PageInfo {
  const input = new Input(body, ['page', 'state', 'token', 'expiresAt', 'dataAccessExpiresAt', 'scopes']);
  const page = pageOf(world, input);
  const token = input.text('token');
  if (token) {
    const owner = world.pageOfToken(token);
    if (owner && owner !== page) throw new ControlError(409, 'another page has this token');
    world.replaceToken(page, token);
  }
  const state = input.oneOf('state', ['expired', 'valid']);
  if (state === 'expired') expirePage(page);
  if (state === 'valid') page.expired = false;
  page.expiresAtSec = input.number('expiresAt') ?? page.expiresAtSec;
  page.dataAccessExpiresAtSec = input.number('dataAccessExpiresAt') ?? page.dataAccessExpiresAtSec;
  page.scopes = input.texts('scopes') ?? page.scopes;
  return infoOf(page);
}
