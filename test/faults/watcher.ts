import { EventSource } from 'eventsource';
import type { StreamEvent } from '../../src/contract/resources.ts';
import type { ApiClient } from './api-client.ts';

/** How long a client waits that was turned away, before it comes back. */
const COME_BACK_MS = 500;

/** A browser that watches a sync over the live stream and comes back whenever it is cut off. */
export class Watcher {
  readonly #api: ApiClient;
  readonly #path: string;
  readonly #wrong: string[] = [];
  #source: EventSource | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lastId = 0;
  #current = 0;
  #events = 0;
  #connections = 0;
  #final: (StreamEvent & { message: string }) | null = null;
  #left = false;

  constructor(api: ApiClient, pageId: string) {
    this.#api = api;
    this.#path = `/api/pages/${pageId}/sync/stream`;
    this.#connect();
  }

  #connect(): void {
    const source = new EventSource(this.#api.url + this.#path, {
      fetch: (_url, init) => {
        const headers = { ...init.headers } as Record<string, string>;
        if (this.#lastId > 0) headers['Last-Event-ID'] = String(this.#lastId);
        this.#connections += 1;
        return this.#api.fetch(this.#path, { ...init, headers } as RequestInit);
      },
    });
    this.#source = source;
    for (const type of ['snapshot', 'progress', 'final']) {
      source.addEventListener(type, (event) =>
        this.#receive(type, Number(event.lastEventId), JSON.parse(event.data)),
      );
    }
    source.addEventListener('error', () => {
      // an answer that is no stream ends an EventSource for good; people press "reload" then
      if (source.readyState !== EventSource.CLOSED || this.#final !== null || this.#left) return;
      this.#timer = setTimeout(() => this.#connect(), COME_BACK_MS);
    });
  }

  #receive(type: string, id: number, data: StreamEvent & { message: string }): void {
    this.#events += 1;
    if (!(id > this.#lastId)) this.#wrong.push(`event ${id} came after ${this.#lastId}`);
    if (data.current < this.#current) this.#wrong.push(`${data.current} came after ${this.#current}`);
    if (this.#final !== null) this.#wrong.push(`a ${type} came after the end`);
    this.#lastId = id;
    this.#current = data.current;
    if (type !== 'final') return;
    this.#final = data;
    this.#source?.close();
  }

  get sawTheEnd(): boolean {
    return this.#final !== null;
  }

  /** What was wrong with what was seen of a sync of that many conversations. */
  differences(conversations: number): string[] {
    if (this.#final === null) {
      return [
        ...this.#wrong,
        `the end was not seen: ${this.#current} after ${this.#connections} connections`,
      ];
    }
    const { status, current, inserted, skipped, updated, failed } = this.#final;
    const right = status === 'complete' && current === conversations && inserted === conversations;
    if (!right || skipped + updated + failed > 0) this.#wrong.push(`final: ${JSON.stringify(this.#final)}`);
    return this.#wrong;
  }

  leave(): void {
    this.#left = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#source?.close();
  }
}
