import { hashText, mix } from '../hash.ts';
import { nowSec } from '../time.ts';
import type { Platform } from '../types.ts';
import type { Rewritten } from './content.ts';
import { createIds, type Ids } from './ids.ts';
import type { Oddity } from './oddities.ts';
import { Order } from './order.ts';
import { type AddedMessage, type Change, emptyChange, Thread } from './thread.ts';

/** What an inbox is computed from. `messages` = mean messages a conversation, exact when `exactMessages`. */
export type InboxSpec = {
  platform: Platform;
  /** The page id, or the Instagram account id. */
  owner: string;
  seed: number;
  count: number;
  messages: number;
  exactMessages: boolean;
  /** Epoch seconds of the newest message at the start. */
  newestSec: number;
};

/** One platform of one page. Holds only what changed since the start, whatever the size. */
export class Inbox {
  readonly spec: InboxSpec;
  readonly ids: Ids;
  readonly order: Order;
  /** Raised to make every cursor minted so far a dead one. */
  cursorGeneration = 0;
  readonly #key: number;
  readonly #changes = new Map<number, Change>();
  #born = 0;

  constructor(spec: InboxSpec) {
    this.spec = spec;
    this.ids = createIds(spec.platform, spec.owner, spec.seed);
    this.#key = mix(hashText(`${spec.owner}/${spec.platform}`), spec.seed);
    this.order = new Order(spec.count, this.#key, spec.newestSec);
  }

  /** Conversations there are now. */
  get size(): number {
    return this.spec.count + this.#born;
  }

  /** Conversations born since the start; their slots are -1 down to minus this. */
  get born(): number {
    return this.#born;
  }

  /** Conversation `slot`: 0..count-1 are those of the start (0 = newest then), -1, -2, … those born later. */
  thread(slot: number): Thread | null {
    if (!Number.isInteger(slot) || slot >= this.spec.count || slot < -this.#born) return null;
    const change = this.#changes.get(slot);
    const hash = mix(this.#key ^ 0x7ead, slot);
    return new Thread(
      slot,
      hash,
      change?.bornSec ?? this.order.baseSec(slot),
      this.#messageCount(hash),
      change,
    );
  }

  /** The conversation an id names. */
  threadById(conversationId: string): Thread | null {
    const slot = this.ids.slotOf(conversationId);
    return slot === null ? null : this.thread(slot);
  }

  /** Puts `count` new conversations on top; answers their slots, the newest last. */
  addConversations(count: number): number[] {
    return Array.from({ length: count }, () => {
      this.#born += 1;
      const slot = -this.#born;
      const sec = this.#frontSec();
      this.#changes.set(slot, emptyChange(sec));
      this.order.place(slot, sec);
      return slot;
    });
  }

  /** Writes a message into a conversation and moves it to where its newest message belongs. */
  addMessage(
    slot: number,
    fromPage: boolean,
    text: string | null,
    atSec: number | null,
  ): AddedMessage | null {
    const before = this.thread(slot);
    if (!before) return null;
    const updatedSec = before.updatedSec;
    const message = before.add(this.#changeOf(slot), atSec ?? this.#frontSec(), fromPage, text);
    if (message.sec >= updatedSec) this.order.place(slot, message.sec);
    return message;
  }

  /** Writes over the content of a message; what was written over it before stays where it is not named. */
  rewrite(slot: number, code: number, rewritten: Rewritten): void {
    const change = this.#changeOf(slot);
    change.rewritten.set(code, { ...change.rewritten.get(code), ...rewritten });
  }

  /** Takes a message away as the one who wrote it can; false when it is not there. */
  unsend(slot: number, code: number): boolean {
    const change = this.#changeOf(slot);
    return this.thread(slot)?.unsend(change, code) ?? false;
  }

  /** Makes one thing wrong with a conversation. */
  addOddity(slot: number, oddity: Oddity): void {
    this.#changeOf(slot).oddities.add(oddity);
  }

  #changeOf(slot: number): Change {
    const change = this.#changes.get(slot) ?? emptyChange(null);
    this.#changes.set(slot, change);
    return change;
  }

  #frontSec(): number {
    return Math.max(nowSec(), this.order.after(null, 1)[0]?.sec ?? 0);
  }

  #messageCount(hash: number): number {
    const { messages, exactMessages } = this.spec;
    if (exactMessages) return messages;
    // 4·u³ has mean 1 and reaches 4: with a mean of 10 one conversation in seven is longer than a page of 25.
    const u = mix(hash, 0xc0) / 2 ** 32;
    return Math.max(1, Math.round(messages * 4 * u ** 3));
  }
}
