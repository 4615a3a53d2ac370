import type { World } from '../world.ts';
import { addFault, listErrors } from './faults.ts';
import { addConversations, addMessages, addOddity, counts, killCursors } from './inbox.ts';
import { addEvents } from './inbox-events.ts';
import { ControlError } from './input.ts';
import { addPage, listPages, removePage, setToken } from './pages.ts';
import { callReport, setLatency, setUsage } from './settings.ts';
import { startTraffic, stopTraffic } from './traffic.ts';
import { truth } from './truth.ts';
import { listSecrets, listUsers, removeUser, setLogin, setUser } from './users.ts';
import { acknowledged, setWebhooks, webhookStatus } from './webhooks.ts';

/** A control request: `path` without `/_control`, `query` by name, `body` parsed. */
export type ControlRequest = { method: string; path: string; query: Record<string, string>; body: unknown };

type Route = (world: World, request: ControlRequest, id: string | null) => unknown;

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /pages': (world) => listPages(world),
  'POST /pages': (world, { body }) => addPage(world, body),
  'DELETE /pages/:id': (world, _request, id) => removePage(world, id ?? ''),
  'POST /token': (world, { body }) => setToken(world, body),
  'GET /users': (world) => listUsers(world),
  'POST /users': (world, { body }) => setUser(world, body),
  'DELETE /users/:id': (world, _request, id) => removeUser(world, id ?? ''),
  'GET /secrets': (world) => listSecrets(world),
  'POST /login': (world, { body }) => setLogin(world, body),
  'GET /errors': () => listErrors(),
  'GET /faults': (world) => world.rules.list(),
  'POST /faults': (world, { body }) => addFault(world, body),
  'DELETE /faults': (world) => ({ removed: world.rules.remove(null) }),
  'DELETE /faults/:id': (world, _request, id) => ({ removed: world.rules.remove(id) }),
  'POST /cursors': (world, { body }) => killCursors(world, body),
  'POST /oddities': (world, { body }) => addOddity(world, body),
  'POST /inbox/messages': (world, { body }) => addMessages(world, body),
  'POST /inbox/conversations': (world, { body }) => addConversations(world, body),
  'POST /inbox/events': (world, { body }) => addEvents(world, body),
  'GET /inbox/counts': (world, { query }) => counts(world, query),
  'GET /inbox': (world, { query }) => [...truth(world, query)].flat(),
  'GET /calls': (world, { query }) => callReport(world, query),
  'DELETE /calls': (world) => {
    world.calls.clear();
    world.rate.clear();
    return { cleared: true };
  },
  'GET /webhooks': (world, { query }) =>
    query.acknowledged === undefined ? webhookStatus(world) : [...acknowledged(world, query)].flat(),
  'POST /webhooks': (world, { body }) => setWebhooks(world, body),
  'GET /webhooks/traffic': (world) => world.traffic.progress(),
  'POST /webhooks/traffic': (world, { body }) => startTraffic(world, body),
  'DELETE /webhooks/traffic': (world) => stopTraffic(world),
  'DELETE /webhooks/acknowledged': (world) => ({ removed: world.webhooks.acknowledged.clear() }),
  'POST /latency': (world, { body }) => setLatency(world, body),
  'POST /usage': (world, { body }) => setUsage(world, body),
  'POST /reset': (world) => {
    world.reset();
    return { reset: true };
  },
};

/**
 * Does one control request and answers its JSON value, or a promise of it where somebody else has to be asked
 * first; throws a ControlError for what cannot be done.
 */
export function control(world: World, request: ControlRequest): unknown {
  const { method, path } = request;
  const exact = ROUTES[`${method} ${path}`];
  if (exact) return exact(world, request, null);
  const [, first = '', id, ...more] = path.split('/');
  const withId = ROUTES[`${method} /${first}/:id`];
  if (withId && id && more.length === 0) return withId(world, request, decodeURIComponent(id));
  throw new ControlError(404, `no such control: ${method} ${path} (${Object.keys(ROUTES).join(', ')})`);
}

/** The rows of a list in chunks, when a request asks for NDJSON; null for every other request. */
export function rowStream(
  world: World,
  { method, path, query }: ControlRequest,
): Generator<unknown[]> | null {
  if (method !== 'GET' || query.format !== 'ndjson') return null;
  if (path === '/inbox') return truth(world, query);
  return path === '/webhooks' && query.acknowledged !== undefined ? acknowledged(world, query) : null;
}
