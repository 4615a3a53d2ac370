import type { Change } from '../contract/change-resources.ts';
import { type ChangeName, MAX_NAMED_CONVERSATIONS } from '../contract/changes.ts';
import type { ChangeHint } from '../store/index.ts';

/** Time between two rounds of events, in milliseconds. */
const SPACING_MS = 500;

/** Events of each name in a round. */
const PER_ROUND = 4;

/** When more of a name wait than the next seconds would let out, what is shown is read anew instead, but not all the time. */
const MANY = 40;
const RESET_SPACING_MS = 5000;

/**
 * Lets hints out to one client: the first at once, then at most eight of each name a second. Hints of the same thing become
 * one; when too much changes for that a `reset`, at most every five seconds, takes the place of all that wait.
 */
export class ChangeQueue {
  readonly #send: (change: Change) => void;
  /** By name and by what the hint is about, in order of arrival. */
  readonly #waiting = new Map<ChangeName, Map<string | number, ChangeHint>>();
  #timer: NodeJS.Timeout | null = null;
  #resetAt = Number.NEGATIVE_INFINITY;

  constructor(send: (change: Change) => void) {
    this.#send = send;
  }

  push(hint: ChangeHint): void {
    const about = aboutOf(hint);
    const waiting = this.#waiting.get(hint.name) ?? new Map<string | number, ChangeHint>();
    this.#waiting.set(hint.name, waiting);
    const earlier = waiting.get(about);
    waiting.set(about, earlier === undefined ? hint : together(earlier, hint));
    if (this.#timer === null) this.#round();
  }

  /** What is shown may be old: nothing of what waits matters any more. */
  reset(): void {
    this.#waiting.clear();
    this.#resetAt = performance.now();
    this.#send({ name: 'reset', data: {} });
  }

  /** Nothing comes any more. */
  close(): void {
    this.#waiting.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #round(): void {
    this.#timer = null;
    const isTooMuch = [...this.#waiting.values()].some(({ size }) => size > MANY);
    if (isTooMuch && performance.now() - this.#resetAt >= RESET_SPACING_MS) this.reset();
    let sent = isTooMuch;
    for (const [name, waiting] of this.#waiting) {
      for (const [about, hint] of [...waiting].slice(0, PER_ROUND)) {
        waiting.delete(about);
        this.#send(hint);
        sent = true;
      }
      if (waiting.size === 0) this.#waiting.delete(name);
    }
    // after a round without anything the next hint goes at once
    if (sent) this.#timer = setTimeout(() => this.#round(), SPACING_MS);
  }
}

function aboutOf({ name, data }: ChangeHint): string | number {
  switch (name) {
    case 'page':
    case 'conversations':
      return data.pageId;
    case 'job':
      return data.jobId;
    case 'notification':
      return data.id;
  }
}

/** Two hints of the same thing: the later one, with all conversations that both name. */
function together(earlier: ChangeHint, later: ChangeHint): ChangeHint {
  if (earlier.name !== 'conversations' || later.name !== 'conversations') return later;
  const both = [earlier.data.conversationIds, later.data.conversationIds];
  const named = both.some((ids) => ids.length === 0) ? [] : [...new Set(both.flat())];
  const conversationIds = named.length > MAX_NAMED_CONVERSATIONS ? [] : named;
  return { name: 'conversations', data: { ...later.data, conversationIds } };
}
