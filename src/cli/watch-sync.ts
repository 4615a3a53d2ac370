import { EventSource } from 'eventsource';
import type { JobResource, StreamEvent } from '../contract/resources.ts';
import type { ApiClient } from './api-client.ts';

/** Names of the events of `GET /api/pages/:id/sync/stream`. */
type FinalEvent = StreamEvent & { job: JobResource };

/**
 * Watches a page's sync until it ends. A connection that is lost comes back by itself where it stopped.
 *
 * @param onEvent called for every snapshot and every conversation
 * @param signal stops watching; the sync goes on
 * @returns the job at its end; `null` when watching was stopped
 * @throws when the server refuses the stream
 */
export function watchSync(
  client: ApiClient,
  pageId: string,
  onEvent: (event: StreamEvent) => void,
  signal: AbortSignal,
): Promise<JobResource | null> {
  return new Promise((resolve, reject) => {
    const source = new EventSource(`${client.url}/api/pages/${pageId}/sync/stream`, {
      fetch: (input, init) =>
        fetch(input, { ...init, headers: { ...init.headers, authorization: client.authorization } }),
    });
    const leave = (end: () => void) => {
      source.close();
      signal.removeEventListener('abort', stop);
      end();
    };
    const stop = () => leave(() => resolve(null));
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();

    const show = (message: MessageEvent) => onEvent(JSON.parse(message.data) as StreamEvent);
    source.addEventListener('snapshot', show);
    source.addEventListener('progress', show);
    source.addEventListener('final', (message) => {
      const event = JSON.parse(message.data) as FinalEvent;
      onEvent(event);
      leave(() => resolve(event.job));
    });
    source.addEventListener('error', (error) => {
      if (source.readyState !== source.CLOSED) return;
      leave(() => reject(new Error(`The stream was refused: ${error.message ?? `HTTP ${error.code}`}`)));
    });
  });
}
