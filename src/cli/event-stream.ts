import { EventSource } from 'eventsource';
import type { ApiClient } from './api-client.ts';
import { ApiError, Unreachable } from './http.ts';

/** How long a server may be away while it is watched, in milliseconds. */
const AWAY_MS = 60_000;

/**
 * Follows a stream of server-sent events to its event `final`. A connection that is lost comes back by itself where it
 * stopped.
 *
 * @param names of the events before `final`
 * @param onEvent called for every event, `final` too
 * @param signal ends the following; what is followed goes on
 * @returns the data of `final`; `null` when following was ended
 * @throws ApiError when the server refuses the stream, Unreachable when it stays away
 */
export function followStream<Name extends string, Data extends object, Final extends Data>(
  client: ApiClient,
  path: string,
  names: readonly Name[],
  onEvent: (data: Data, name: Name | 'final') => void,
  signal: AbortSignal,
): Promise<Final | null> {
  return new Promise((resolve, reject) => {
    const source = new EventSource(`${client.url}${path}`, {
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

    for (const name of names) {
      source.addEventListener(name, (message) => onEvent(JSON.parse(message.data) as Data, name));
    }
    source.addEventListener('final', (message) => {
      const data = JSON.parse(message.data) as Final;
      onEvent(data, 'final');
      leave(() => resolve(data));
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
        away ??= setTimeout(() => leave(() => reject(new Unreachable(`${client.url} has gone`))), AWAY_MS);
      }
    });
  });
}
