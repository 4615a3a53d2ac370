import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { handleControl } from './control/handle.ts';
import { ControlError } from './control/input.ts';
import { control } from './control/routes.ts';
import { handleGraph } from './graph/handle.ts';
import { handleDialog, isDialog } from './login/dialog.ts';
import { defaults, type SimulatorOptions } from './options.ts';
import { jsonAnswer, send } from './respond.ts';
import { World } from './world.ts';

/** A running simulator. */
export type Simulator = {
  /** `http://host:port`, without a slash at the end. */
  url: string;
  port: number;
  /** Ends every connection, kept-alive and hanging ones too, and frees the port. */
  close: () => Promise<void>;
  /**
   * The control endpoint without HTTP: `control('POST', '/faults', {…})` answers what
   * `POST /_control/faults` would, or throws with its error text. The path may carry a query. A promise comes back
   * only for `POST /webhooks` with a `verifyToken`, where the callback is asked first.
   */
  control: (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) => unknown;
};

/** Longer than any client keeps an idle connection: a reused connection must never be met half closed. */
const KEEP_ALIVE_MS = 120_000;

/** Starts a simulator; everything not given is as in `defaults`. Resolves when it listens. */
export async function startSimulator(given: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const options = { ...defaults, ...given };
  const world = new World(options);
  const server = createServer((request, response) => {
    serve(request, response, world).catch((error: unknown) => {
      console.error('simulator:', error);
      if (response.headersSent) response.destroy();
      else send(response, jsonAnswer(500, { simulator: 'internal error, see its output' }));
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 1000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        world.traffic.stop();
        world.webhooks.setCallback(null);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    control: (method, path, body = {}) => {
      const url = new URL(path, 'http://localhost');
      const query = Object.fromEntries(url.searchParams);
      const answer = control(world, { method, path: url.pathname, query, body });
      return answer instanceof Promise ? answer.then(jsonCopy) : jsonCopy(answer);
    },
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, world: World): Promise<void> {
  if (/^\/_control(\/|$)/.test(request.url ?? '')) return handleControl(request, response, world);
  if (isDialog(request.url ?? '')) return handleDialog(request, response, world);
  return handleGraph(request, response, world);
}

/** What HTTP would have made of a value: a caller must not hold on to the simulator's own state. */
function jsonCopy(value: unknown): unknown {
  if (value === undefined) throw new ControlError(500, 'a control must answer something');
  return JSON.parse(JSON.stringify(value));
}
