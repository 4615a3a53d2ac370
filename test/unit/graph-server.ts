import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { BudgetMeter } from '../../src/contract/budget.ts';
import { GraphError } from '../../src/graph/errors.ts';
import { callGraph, type GraphEndpoint } from '../../src/graph/request.ts';
import { TOKEN } from './graph-samples.ts';

export const SECRET = 'an-app-secret-0123456789abcdef';
export const THROTTLE_MS = 300_000;
export const BLOCKED_MS = 3_600_000;
export const never = new AbortController().signal;

let server: Server | undefined;

/** Ends the server of the test that is over. */
export async function stopServing(): Promise<void> {
  server?.closeAllConnections();
  await new Promise((done) => (server === undefined ? done(null) : server.close(done)));
  server = undefined;
}

export type Handler = (req: IncomingMessage, res: ServerResponse) => void;

export async function serve(handler: Handler, more: Partial<GraphEndpoint> = {}): Promise<GraphEndpoint> {
  const listening = createServer(handler);
  server = listening;
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
  return {
    baseUrl: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    version: 'v25.0',
    appSecret: SECRET,
    timeoutMs: 5000,
    throttleWaitMs: THROTTLE_MS,
    blockedWaitMs: BLOCKED_MS,
    ...more,
  };
}

export const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (_, res) => {
    res.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  };

export const get = (endpoint: GraphEndpoint, token = TOKEN, signal = never) =>
  callGraph(
    endpoint,
    token,
    { path: '1/conversations', params: { platform: 'messenger', after: 'a b&c=' } },
    signal,
  );

/** The error of a call; it holds no token, whatever it is. */
export async function errorOf(endpoint: GraphEndpoint, token = TOKEN): Promise<GraphError> {
  const error: unknown = await get(endpoint, token).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GraphError)) throw new Error(`No GraphError: ${inspect(error)}`);
  expect(error.message + JSON.stringify(error.toSyncError()) + inspect(error, { depth: 6 })).not.toContain(
    token,
  );
  return error;
}

/** A meter that grants everything and remembers what it was told. */
export function generousMeter() {
  const told: unknown[] = [];
  const budget: BudgetMeter = {
    async take(asset) {
      told.push(['take', asset]);
      return { granted: true, waitMs: 0, known: { asset: null, app: null } };
    },
    async late() {
      // depends on the machine's speed
    },
    async block(asset, untilMs, why) {
      told.push(['block', asset, untilMs, why]);
    },
    async observe(asset, percent) {
      told.push(['observe', asset, percent]);
    },
  };
  return { budget, told };
}
