import type { Json } from '../types.ts';
import type { World } from '../world.ts';
import { ControlError, Input } from './input.ts';

/** `POST /latency` `{ms?, jitter?}` → what is in force. */
export function setLatency(world: World, body: unknown): { ms: number; jitter: number } {
  const input = new Input(body, ['ms', 'jitter']);
  world.latencyMs = input.number('ms', 0, true) ?? world.latencyMs;
  world.latencyJitterMs = input.number('jitter', 0, true) ?? world.latencyJitterMs;
  return { ms: world.latencyMs, jitter: world.latencyJitterMs };
}

/** `POST /usage` `{app?, page?, buc?, raw?}`: replaces what the usage headers say; `{}` = the defaults again. */
export function setUsage(world: World, body: unknown): Json {
  const input = new Input(body, ['app', 'page', 'buc', 'raw']);
  const buc = input.get('buc');
  if (buc !== undefined && !(Array.isArray(buc) && buc.every(isObject))) {
    throw new ControlError(400, 'buc must be a list of objects');
  }
  const raw: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(objectOf(input, 'raw') ?? {})) {
    if (typeof value !== 'string' && value !== null) {
      throw new ControlError(400, 'raw values must be text or null');
    }
    raw[name] = value;
  }
  world.usage = { app: objectOf(input, 'app'), page: objectOf(input, 'page'), buc, raw };
  return { ...world.usage };
}

/** `GET /calls?page=`: counts, the list calls, the last calls, and the peaks per asset. */
export function callReport(world: World, query: unknown): Json {
  const input = new Input(query, ['page']);
  return { ...world.calls.report(input.text('page') ?? null), peaks: world.rate.peaks() };
}

function objectOf(input: Input, name: string): Json | undefined {
  const value = input.get(name);
  if (value === undefined || isObject(value)) return value;
  throw new ControlError(400, `${name} must be an object`);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
