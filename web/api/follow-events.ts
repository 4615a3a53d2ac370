import { EventSource } from 'eventsource';
import type { ApiClient } from './client.ts';
import { createSlots } from './slots.ts';

/** `live`: events come. `connecting`: not yet, or not any more; it is tried again. `ended`: the server has said the last. */
export type FollowState = 'connecting' | 'live' | 'ended';

export interface FollowOptions {
  path: string;
  /** Names of the events to hear. */
  events: readonly string[];
  /** @param id of the event, as the server counts them; empty: it has none */
  onEvent: (name: string, data: unknown, id: string) => void;
  onState: (state: FollowState, problem: { status: number | null } | null) => void;
  /** The event after which nothing more comes. */
  finalEvent?: string;
}

/**
 * Streams that are open at a time. Each keeps a connection busy, and a browser has six to a server, for all windows: with more,
 * everything else that is asked for would wait until a stream ends. Those that wait for a place are `connecting`.
 */
const streams = createSlots(2);

/** Waits before a stream that the server refused is asked for again, in milliseconds. */
const AGAIN_MS = [1000, 2000, 5000, 10_000] as const;

/**
 * Follows server-sent events. A connection that breaks off is made again, with `Last-Event-ID`; one that is refused (503, 401)
 * too, later and later. While the tab is hidden nothing is followed: a browser has six connections to a server, for all tabs.
 *
 * @returns ends it
 */
export function followEvents(api: ApiClient, options: FollowOptions): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let refusals = 0;
  let lastId: string | null = null;
  let ended = false;
  /** Gives the place back, or stops waiting for one. */
  let leave: (() => void) | null = null;
  let hasPlace = false;

  const disconnect = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };

  const close = () => {
    disconnect();
    hasPlace = false;
    leave?.();
    leave = null;
  };

  const open = () => {
    if (ended || document.hidden) return close();
    options.onState('connecting', null);
    if (leave === null) leave = streams.take(begin);
    else if (hasPlace) connect();
  };

  const begin = () => {
    // somebody has left because the tab was hidden
    if (document.hidden) return close();
    hasPlace = true;
    connect();
  };

  const connect = () => {
    disconnect();
    const opened = new EventSource(api.url(options.path), {
      fetch: (url, init) =>
        fetch(url, {
          ...init,
          credentials: api.token === null ? 'same-origin' : 'omit',
          headers: {
            ...(init.headers as Record<string, string>),
            ...(lastId === null ? {} : { 'Last-Event-ID': lastId }),
            ...(api.token === null ? {} : { authorization: `Bearer ${api.token}` }),
          },
        }),
    });
    source = opened;
    opened.addEventListener('open', () => {
      refusals = 0;
      options.onState('live', null);
    });
    for (const name of options.events) {
      opened.addEventListener(name, (event) => {
        if (event.lastEventId !== '') lastId = event.lastEventId;
        options.onEvent(name, JSON.parse(event.data), event.lastEventId);
        if (name === options.finalEvent) end();
      });
    }
    opened.addEventListener('error', ({ code }) => {
      if (code === 204) return end();
      options.onState('connecting', { status: code ?? null });
      if (opened.readyState !== EventSource.CLOSED) return;
      clearTimeout(timer);
      timer = setTimeout(open, AGAIN_MS[Math.min(refusals++, AGAIN_MS.length - 1)]);
    });
  };

  const end = () => {
    ended = true;
    close();
    options.onState('ended', null);
  };

  const onVisibility = () => {
    if (document.hidden) close();
    else if (source === null) open();
  };
  const onOnline = () => open();
  document.addEventListener('visibilitychange', onVisibility);
  addEventListener('online', onOnline);
  open();
  return () => {
    ended = true;
    document.removeEventListener('visibilitychange', onVisibility);
    removeEventListener('online', onOnline);
    close();
  };
}
