import { EventSource } from 'eventsource';
import { HEARTBEAT_MS } from '../../src/contract/heartbeat.ts';
import type { ApiClient } from './client.ts';
import { heardFetch, type Silence, watchSilence } from './heard-fetch.ts';
import { readRefusal } from './refusal.ts';
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

/** How long a stream may be silent: a connection can die without a word, as when a laptop sleeps. In milliseconds. */
const SILENT_MS = 2 * HEARTBEAT_MS + 5000;

const NONE: ReturnType<typeof readRefusal> = { isRefused: false, waitMs: null };

/**
 * Follows server-sent events. A connection that breaks off or falls silent is made again, with `Last-Event-ID`; one that is
 * refused too: later and later, as the server says (429), or, when it would be refused again (401, 403, 404), when somebody
 * comes back to the window. While the tab is hidden nothing is followed: a browser has six connections to a server, for all tabs.
 *
 * @returns ends it
 */
export function followEvents(api: ApiClient, options: FollowOptions): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silence: Silence | null = null;
  let refusals = 0;
  let refusal = NONE;
  let lastId: string | null = null;
  let ended = false;
  /** Gives the place back, or stops waiting for one. */
  let leave: (() => void) | null = null;
  let hasPlace = false;

  const disconnect = () => {
    clearTimeout(timer);
    silence?.stop();
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
    refusal = NONE;
    const listening = watchSilence(SILENT_MS, () => {
      options.onState('connecting', { status: null });
      connect();
    });
    silence = listening;
    const opened = new EventSource(api.url(options.path), {
      async fetch(url, init) {
        const headers = {
          ...(init.headers as Record<string, string>),
          ...(lastId === null ? {} : { 'Last-Event-ID': lastId }),
          ...(api.token === null ? {} : { authorization: `Bearer ${api.token}` }),
        };
        const credentials = api.token === null ? 'same-origin' : 'omit';
        const answer = await heardFetch(url, { ...init, credentials, headers }, listening.heard);
        refusal = readRefusal(answer);
        return answer;
      },
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
      listening.stop();
      clearTimeout(timer);
      // its place is for others until somebody comes back
      if (refusal.isRefused) return close();
      timer = setTimeout(open, refusal.waitMs ?? AGAIN_MS[Math.min(refusals++, AGAIN_MS.length - 1)]);
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
  const onFocus = () => {
    if (refusal.isRefused) open();
  };
  document.addEventListener('visibilitychange', onVisibility);
  addEventListener('online', onOnline);
  addEventListener('focus', onFocus);
  open();
  return () => {
    ended = true;
    document.removeEventListener('visibilitychange', onVisibility);
    removeEventListener('online', onOnline);
    removeEventListener('focus', onFocus);
    close();
  };
}
