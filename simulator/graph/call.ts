import type { IncomingMessage } from 'node:http';
import type { Inbox } from '../inbox/inbox.ts';
import type { Page } from '../page.ts';
import type { Edge, Platform } from '../types.ts';
import type { World } from '../world.ts';

/** A request to the Graph side, taken apart. */
export type Call = {
  method: string;
  /** `/v25.0`, or nothing when the path has no version. */
  version: string;
  segments: string[];
  query: URLSearchParams;
  token: string | null;
  edge: Edge;
  /** The page named in the path, else the page of the token. */
  page: Page | null;
  platform: Platform | null;
  conversationId: string | null;
  /** Path and query without secrets, for the log. */
  cleanPath: string;
};

const SECRETS =
  /([?&](?:access_token|appsecret_proof|input_token|client_secret|code|code_verifier|fb_exchange_token)=)[^&]*/g;

/**
 * Takes a request apart; knows what is asked for, judges nothing. Parameters of the body count as those of the query.
 */
export function parseCall(request: IncomingMessage, world: World, body: URLSearchParams | null): Call {
  const url = request.url ?? '/';
  const cut = url.indexOf('?');
  const path = cut < 0 ? url : url.slice(0, cut);
  const query = new URLSearchParams(cut < 0 ? '' : url.slice(cut + 1));
  for (const [name, value] of body ?? []) query.set(name, value);
  const segments = path.split('/').filter((part) => part !== '');
  const version = /^v\d+\.\d+$/.test(segments[0] ?? '') ? `/${segments.shift()}` : '';
  const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '');
  const token = bearer?.[1]?.trim() || query.get('access_token') || null;
  const owner = token === null ? null : world.pageOfToken(token);
  const [node = '', edge] = segments;
  const page = world.pages.get(node) ?? owner;
  const base = { method: request.method ?? 'GET', version, segments, query, token, page };
  const cleanPath = url.replace(SECRETS, '$1…');
  const rest = { ...base, cleanPath, platform: null, conversationId: null };

  if (segments.length === 1 && node === 'debug_token') return { ...rest, edge: 'debug_token', page: null };
  if (segments.length === 2 && node === 'oauth' && edge === 'access_token') {
    return { ...rest, edge: 'access_token', page: null };
  }
  if (segments.length === 2 && node === 'me' && edge === 'accounts') return { ...rest, edge: 'accounts' };
  if (node === 'me' || world.pages.has(node)) {
    if (segments.length === 1) return { ...rest, edge: 'page' };
    if (segments.length === 2 && edge === 'conversations') {
      const asked = (query.get('platform') ?? 'messenger').toLowerCase();
      const platform = asked === 'messenger' || asked === 'instagram' ? asked : null;
      return { ...rest, edge: 'conversations', platform };
    }
    if (segments.length === 2 && edge === 'subscribed_apps') return { ...rest, edge };
    return { ...rest, edge: 'unknown' };
  }
  if (/^t_\d+$/.test(node) || node.startsWith('aWdfZAG06')) {
    const platform = node.startsWith('t_') ? 'messenger' : 'instagram';
    const known = { ...rest, platform, conversationId: node } as const;
    if (segments.length === 1) return { ...known, edge: 'conversation' };
    if (segments.length === 2 && edge === 'messages') return { ...known, edge: 'messages' };
    return { ...known, edge: 'unknown' };
  }
  if (segments.length === 1 && (node.startsWith('m_') || node.startsWith('aWdfZAG1f'))) {
    const platform = node.startsWith('m_') ? 'messenger' : 'instagram';
    const inbox = page?.inboxes[platform] ?? null;
    return { ...rest, edge: 'message', platform, conversationId: threadOfMessage(inbox, node) };
  }
  return { ...rest, edge: 'unknown' };
}

function threadOfMessage(inbox: Inbox | null, messageId: string): string | null {
  const found = inbox?.ids.messageOf(messageId);
  return inbox && found ? inbox.ids.conversation(found.slot) : null;
}
