import type { Inbox } from '../inbox/inbox.ts';
import type { Page } from '../page.ts';
import type { Json, Platform } from '../types.ts';
import type { World } from '../world.ts';

/** A control request that cannot be done; answered as `{error: message}`. */
export class ControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads the members of a control request and refuses what is not understood, misspelt names above all. */
export class Input {
  readonly #values: Json;

  constructor(value: unknown, known: readonly string[]) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ControlError(400, 'the body must be a JSON object');
    }
    this.#values = { ...value };
    const strange = Object.keys(this.#values).filter((name) => !known.includes(name));
    if (strange.length > 0) {
      throw new ControlError(400, `unknown: ${strange.join(', ')} (known: ${known.join(', ')})`);
    }
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  get(name: string): unknown {
    return this.#values[name];
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    if (value === undefined || typeof value === 'string') return value;
    throw new ControlError(400, `${name} must be a string`);
  }

  needText(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw new ControlError(400, `${name} is missing`);
    return value;
  }

  texts(name: string): string[] | undefined {
    const value = this.#values[name];
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
    throw new ControlError(400, `${name} must be a list of strings`);
  }

  /** A number of at least `min`, whole unless `fraction`; numbers may come as text (query parameters). */
  number(name: string, min = 0, fraction = false): number | undefined {
    const raw = this.#values[name];
    if (raw === undefined) return undefined;
    const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
    if (typeof value === 'number' && value >= min && (fraction || Number.isInteger(value))) return value;
    throw new ControlError(400, `${name} must be a ${fraction ? '' : 'whole '}number of at least ${min}`);
  }

  flag(name: string): boolean | undefined {
    const value = this.#values[name];
    if (value === undefined || typeof value === 'boolean') return value;
    throw new ControlError(400, `${name} must be true or false`);
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    const found = allowed.find((one) => one === value);
    if (value !== undefined && found === undefined) {
      throw new ControlError(400, `${name} must be one of: ${allowed.join(', ')}`);
    }
    return found;
  }

  needOneOf<T extends string>(name: string, allowed: readonly T[]): T {
    const value = this.oneOf(name, allowed);
    if (value === undefined) throw new ControlError(400, `${name} is missing (${allowed.join(', ')})`);
    return value;
  }
}

export const PLATFORMS: readonly Platform[] = ['messenger', 'instagram'];

/** The page a control request names; the first page when it names none. */
export function pageOf(world: World, input: Input): Page {
  const id = input.text('page') ?? world.options.pageId;
  const page = world.pages.get(id);
  if (!page) throw new ControlError(404, `there is no page ${id}`);
  return page;
}

/** The inbox a control request names; Messenger when it names no platform. */
export function inboxOf(world: World, input: Input): Inbox {
  const page = pageOf(world, input);
  const platform = input.oneOf('platform', PLATFORMS) ?? 'messenger';
  const inbox = page.inboxes[platform];
  if (!inbox) throw new ControlError(404, `page ${page.id} has no ${platform} inbox`);
  return inbox;
}

/** The conversation named by `conversationId`, or by `index` (0 = newest at the start, -1 = first born later). */
export function slotOf(inbox: Inbox, input: Input): number {
  const id = input.text('conversationId');
  const slot = id === undefined ? input.number('index', Number.MIN_SAFE_INTEGER) : inbox.ids.slotOf(id);
  if (slot === undefined) throw new ControlError(400, 'index or conversationId is missing');
  if (slot === null || !inbox.thread(slot)) throw new ControlError(404, 'there is no such conversation');
  return slot;
}
