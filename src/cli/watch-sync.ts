import { EventSource } from 'eventsource';
import type { JobResource, StreamEvent } from '../contract/resources.ts';
import type { ApiClient } from './api-client.ts';
import { ApiError, path, Unreachable } from './http.ts';

/** Names of the events of `GET /api/pages/:id/sync/stream`. */
export type StreamEventName = 'snapshot' | 'progress' | 'final';

type FinalEvent = StreamEvent & { job: JobResource };

/** How long a server may be away while it is watched, in milliseconds. */
const AWAY_MS = 60_000;

/**
 * Watches a page's sync until it ends. A connection that is lost comes back by itself where it stopped.
 *
 * @param onEvent called for every snapshot and every conversation
 * @param signal stops watching; the sync goes on
 * @returns the job at its end; `null` when watching was stopped
 * @throws ApiError when the server refuses the stream, Unreachable when it stays away
 */
export function watchSync(
  client: ApiClient,
  pageId: string,
  onEvent: (event: StreamEvent, name: StreamEventName) => void,
  signal: AbortSignal,
): Promise<JobResource | null> {
  return new Promise((resolve, reject) => {
    const source = new EventSource(`${client.url}${path`/api/pages/${pageId}/sync/stream`}`, {
      fetch: (input, init) =>
        fetch(input, { ...init, headers: { ...init.headers, authorization: client.authorization } }),
    });
    let away: NodeJS.Timeout | undefined;
    const leave = (end: () => void) => {
      clearTimeout(away);
      source.close();
      signal.removeEventListener('abort', stop);
      end();
    };
    const stop = () => leave(() => resolve(null));
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();

    const show = (message: MessageEvent, name: StreamEventName) => {
      onEvent(JSON.parse(message.data) as StreamEvent, name);
    };
    source.addEventListener('snapshot', (message) => show(message, 'snapshot'));
    source.addEventListener('progress', (message) => show(message, 'progress'));
    source.addEventListener('final', (message) => {
      show(message, 'final');
      leave(() => resolve((JSON.parse(message.data) as FinalEvent).job));
    });
    source.addEventListener('open', () => {
      clearTimeout(away);
      away = undefined;
    });
    source.addEventListener('error', (error) => {
      if (source.readyState === source.CLOSED) {
        const detail = error.message ?? 'The stream was refused';
        leave(() => reject(new ApiError(error.code ?? 500, { title: 'No stream', detail })));
      } else {
        away ??= setTimeout(
          () => leave(() => reject(new Unreachable(`${client.url} has gone: the sync can go on without it`))),
          AWAY_MS,
        );
      }
    });
  });
}
