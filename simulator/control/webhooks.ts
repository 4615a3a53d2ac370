import { mix } from '../hash.ts';
import type { Json } from '../types.ts';
import type { Acknowledged } from '../webhooks/acknowledged.ts';
import { type Callback, timeoutMs, verify } from '../webhooks/callback.ts';
import type { World } from '../world.ts';
import { ControlError, Input } from './input.ts';

const LARGEST_BATCH = 1000;

/**
 * `POST /webhooks` `{url, appSecret, verifyToken?, …}` → the status. With `verifyToken` a promise of it: the callback
 * is asked first whether it wants to be one, and the one before stays in force when it does not.
 */
export function setWebhooks(world: World, body: unknown): Json | Promise<Json> {
  const input = new Input(body, [
    'url',
    'appSecret',
    'verifyToken',
    'appId',
    'timeScale',
    'batch',
    'duplicate',
    'shuffle',
    'concurrency',
    'seed',
  ]);
  if (input.get('url') === null) return use(world, null);
  const callback = readCallback(world, input);
  const verifyToken = input.text('verifyToken');
  if (verifyToken === undefined) return use(world, callback);
  const challenge = String(1_000_000_000 + (mix(callback.seed, world.answered) % 1_000_000_000));
  return verify(callback.url, verifyToken, challenge, timeoutMs(callback.timeScale)).then((fault) => {
    if (fault !== null) throw new ControlError(400, fault);
    return use(world, callback);
  });
}

function use(world: World, callback: Callback | null): Json {
  world.webhooks.setCallback(callback);
  return webhookStatus(world);
}

function readCallback(world: World, input: Input): Callback {
  const url = input.needText('url');
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw new ControlError(400, 'url must be an http or https address, or null');
  }
  const timeScale = input.number('timeScale', 0, true) ?? 1;
  if (timeScale === 0) throw new ControlError(400, 'timeScale must be above 0');
  return {
    url,
    appSecret: input.needText('appSecret'),
    appId: input.text('appId') ?? world.appId,
    timeScale,
    batch: atMost(LARGEST_BATCH, 'batch', input.number('batch', 1)) ?? 1,
    duplicate: atMost(1, 'duplicate', input.number('duplicate', 0, true)) ?? 0,
    shuffle: atMost(1, 'shuffle', input.number('shuffle', 0, true)) ?? 0,
    concurrency: input.number('concurrency', 1) ?? 8,
    seed: input.number('seed') ?? world.options.seed,
  };
}

function atMost(most: number, name: string, value: number | undefined): number | undefined {
  if (value !== undefined && value > most) throw new ControlError(400, `${name} must be at most ${most}`);
  return value;
}

/** `GET /webhooks`: the callback without its secret, the subscriptions, and what became of the updates. */
export function webhookStatus(world: World): Json {
  const { callback, counters, pending, subscriptions } = world.webhooks;
  const pages = [...world.pages.keys()].map((id) => {
    const sinceMs = world.webhooks.failingSinceMs(id);
    return {
      id,
      state: subscriptions.state(id),
      subscribedFields: subscriptions.fieldsOf(id) ?? [],
      failingSince: sinceMs === null ? null : new Date(sinceMs).toISOString(),
    };
  });
  return {
    callback: callback && { ...callback, appSecret: undefined },
    pages,
    ...counters,
    pending,
    disabled: pages.filter(({ state }) => state === 'disabled').map(({ id }) => id),
  };
}

/** `GET /webhooks?acknowledged=1&format=`: the updates that were answered with 2xx, oldest first, in chunks. */
export function acknowledged(world: World, query: unknown): Generator<Acknowledged[]> {
  const input = new Input(query, ['acknowledged', 'format']);
  input.oneOf('acknowledged', ['1']);
  input.oneOf('format', ['json', 'ndjson']);
  return world.webhooks.acknowledged.rows();
}
