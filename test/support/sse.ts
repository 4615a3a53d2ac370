import { EventSource } from 'eventsource';
import { CHANGE_NAMES } from '../../src/contract/changes.ts';
import type { StreamEvent } from '../../src/contract/resources.ts';
import type { Api } from './stack.ts';

type JobEvent = StreamEvent & { message?: string };

export interface ReceivedEvent<T = JobEvent> {
  type: string;
  id: number;
  data: T;
  atMs: number;
}

/** A client of the live stream, as a browser has it. */
export class StreamClient<T = JobEvent> {
  readonly events: ReceivedEvent<T>[] = [];
  readonly #source: EventSource;

  /** @param lastEventId as a browser sends it when it comes back */
  constructor(api: Api, path: string, lastEventId?: number) {
    this.#source = new EventSource(api.url + path, {
      fetch: (_url, init) =>
        api.fetch(path, {
          ...init,
          headers: {
            ...(init.headers as Record<string, string>),
            ...(lastEventId === undefined ? {} : { 'Last-Event-ID': String(lastEventId) }),
          },
        }),
    });
    for (const type of new Set(['snapshot', 'progress', 'page', 'final', ...CHANGE_NAMES])) {
      this.#source.addEventListener(type, (message) => {
        this.events.push({
          type,
          id: Number(message.lastEventId),
          data: JSON.parse(message.data),
          atMs: Date.now(),
        });
        if (type === 'final') this.#source.close();
      });
    }
  }

  get last(): ReceivedEvent<T> | undefined {
    return this.events.at(-1);
  }

  leave(): void {
    this.#source.close();
  }
}
