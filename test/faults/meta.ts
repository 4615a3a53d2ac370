import type { Acknowledged } from '../../simulator/webhooks/acknowledged.ts';
import { SUBSCRIBED_FIELDS } from '../../src/contract/webhooks.ts';
import { eventually } from '../support/eventually.ts';
import type { Graph } from './graph.ts';
import type { Random } from './random.ts';

/** Of the app whose webhooks are delivered. */
export const APP_ID = '1234567890';
export const APP_SECRET = 'app-secret-of-the-faults';

/** Far above what is ever needed. */
const BOUND_MS = 300_000;
/** The page is given up after an hour of failures: 72 s. A POST is sent again at once, then after 1.2 s, 2.4 s, … */
const TIME_SCALE = 0.02;
/** Updates a second. */
const RATE = 60;

/**
 * What happens, by weight. No buttons are tapped: Graph has a message of it, which may be edited, and once the edit has
 * waited for its message for a minute the conversation is read again, which nobody does in the undisturbed run.
 */
const MIX = {
  message: 45,
  echo: 25,
  attachment: 2,
  sticker: 1,
  quick_reply: 1,
  reply_to: 1,
  story_reply: 1,
  story_mention: 1,
  referral: 1,
  optin: 1,
  reaction: 3,
  unreact: 2,
  read: 8,
  delivery: 2,
  edit: 4,
  unsend: 3,
  handover: 1,
  standby: 1,
};

interface Status {
  pages: { id: string; state: string; subscribedFields: string[] }[];
  updates: number;
  duplicates: number;
  acknowledged: number;
  byStatus: Record<string, number>;
  retries: number;
  pending: number;
  dropped: number;
  disabled: string[];
}

/** Meta, as far as it delivers webhooks of a graph's pages. */
export class Meta {
  readonly #graph: Graph;
  readonly #random: Random;

  constructor(graph: Graph, random: Random) {
    this.#graph = graph;
    this.#random = random;
  }

  /** Delivers to this URL; waits until the product has subscribed all pages, and lets things happen from then on. */
  async start(url: string): Promise<void> {
    const { control, pages } = this.#graph;
    control('POST', '/webhooks', {
      url,
      appId: APP_ID,
      appSecret: APP_SECRET,
      timeScale: TIME_SCALE,
      batch: 20,
      duplicate: 0.1,
      shuffle: 0.1,
      seed: this.#random.between(1, 1_000_000),
    });
    const ids = pages.map(({ facebookPageId }) => facebookPageId);
    await eventually(
      () =>
        this.status().pages.every(
          ({ id, subscribedFields }) =>
            !ids.includes(id) || SUBSCRIBED_FIELDS.every((field) => subscribedFields.includes(field)),
        ),
      () => `the subscriptions: ${JSON.stringify(this.status().pages)}`,
      BOUND_MS,
    );
    // conversations that only webhooks tell of
    for (const page of ids) {
      for (const platform of ['messenger', 'instagram']) {
        control('POST', '/inbox/conversations', { page, platform, count: 5 });
      }
    }
    control('POST', '/webhooks/traffic', { rate: RATE, pages: ids, mix: MIX });
  }

  /** Nothing happens any more; what has happened is still delivered. */
  stop(): void {
    this.#graph.control('DELETE', '/webhooks/traffic');
  }

  status(): Status {
    return this.#graph.control('GET', '/webhooks') as Status;
  }

  /** What was answered with 2xx, copies included. */
  acknowledged(): Acknowledged[] {
    return this.#graph.control('GET', '/webhooks?acknowledged=1') as Acknowledged[];
  }

  /** Waits for a moment in the middle of traffic: a random number of updates more were acknowledged. */
  async flows(): Promise<void> {
    const wanted = this.status().acknowledged + this.#random.between(20, 80);
    await eventually(
      () => this.status().acknowledged >= wanted,
      () => `${wanted} updates to be acknowledged: ${JSON.stringify(this.status())}`,
      BOUND_MS,
    );
  }

  /** Waits until everything that happened was acknowledged. */
  async delivered(): Promise<void> {
    await eventually(
      () => this.status().pending === 0,
      () => `everything to be delivered: ${JSON.stringify(this.status())}`,
      BOUND_MS,
    );
  }

  /**
   * Every update and every copy is acknowledged once, none was given up.
   *
   * @param sentAgain whether faults kept POSTs from their 200
   */
  faults(sentAgain: boolean): string[] {
    const { updates, duplicates, acknowledged, dropped, disabled, retries } = this.status();
    const faults: string[] = [];
    if (dropped > 0) faults.push(`${dropped} updates were dropped`);
    if (disabled.length > 0) faults.push(`pages ${disabled} were given up`);
    if (acknowledged !== updates + duplicates) {
      faults.push(`${acknowledged} acknowledged of ${updates} updates and ${duplicates} copies`);
    }
    if (duplicates === 0) faults.push('nothing was sent twice');
    if (retries === 0 && sentAgain) faults.push('nothing had to be sent again');
    return faults;
  }
}
