import type { Page } from '../page.ts';
import type { Json } from '../types.ts';
import type { World } from '../world.ts';
import { authorise } from './access.ts';
import { accessToken } from './access-token-edge.ts';
import { accounts } from './accounts-edge.ts';
import type { Call } from './call.ts';
import { conversationsPage } from './conversations-edge.ts';
import { debugToken } from './debug-token.ts';
import { failure, GraphError } from './failure.ts';
import { badParameter, gone, unknownPath } from './failures.ts';
import { conversationNode, type FoundThread, messageNode, messagesOf, pageNode } from './nodes.ts';
import type { Asked } from './request.ts';
import { subscribedApps } from './subscribed-apps-edge.ts';

/** Answers a call with its data, or throws the GraphError that is the answer. `origin` = `http://host:port`. */
export function dispatch(call: Call, world: World, origin: string): Json {
  // no token yet: the app says who it is in the parameters
  if (call.edge === 'access_token') return accessToken(world, call.query);
  const access = authorise(call, world);
  if (call.method !== 'GET' && call.edge !== 'subscribed_apps') {
    throw new GraphError(failure(400, 100, `Unsupported ${call.method.toLowerCase()} request.`));
  }
  if (call.edge === 'debug_token') {
    const token = call.query.get('input_token');
    if (!token) throw new GraphError(badParameter('The parameter input_token is required'));
    return debugToken(world, token);
  }
  const [node = '', ...rest] = call.segments;
  const { maxLimit, maxRows } = world.options;
  const root = `${origin}${call.version}`;
  const request: Asked = { root, token: call.token ?? '', query: call.query, maxLimit, maxRows };
  if ('user' in access) return accounts(access.user, request, world);
  if (!('page' in access)) throw new GraphError(gone(node));
  const { page } = access;
  switch (call.edge) {
    case 'page':
      return pageNode(page, request);
    case 'subscribed_apps': {
      return subscribedApps(page, call.method, call.query, world.webhooks.subscriptions, world.appId);
    }
    case 'conversations':
      if (!call.platform) {
        throw new GraphError(badParameter('Param platform must be one of {INSTAGRAM, MESSENGER}'));
      }
      return conversationsPage(page, page.inboxes[call.platform], request);
    case 'conversation':
      return conversationNode(find(page, call, node), request);
    case 'messages':
      return messagesOf(find(page, call, node), request);
    case 'message':
      return message(page, call, node, request);
    default:
      throw new GraphError(rest.length > 0 || node === '' ? unknownPath(`/${rest.join('/')}`) : gone(node));
  }
}

function find(page: Page, call: Call, id: string): FoundThread {
  const inbox = call.platform ? page.inboxes[call.platform] : null;
  const thread = inbox?.threadById(id);
  if (!inbox || !thread) throw new GraphError(gone(id));
  return { page, inbox, thread };
}

function message(page: Page, call: Call, id: string, request: Asked): Json {
  const inbox = call.platform ? page.inboxes[call.platform] : null;
  const named = inbox?.ids.messageOf(id);
  const thread = named && inbox?.thread(named.slot);
  const index = named ? thread?.indexOf(named.code) : undefined;
  if (!inbox || !thread || index === null || index === undefined) throw new GraphError(gone(id));
  return messageNode({ page, inbox, thread }, index, id, request);
}
