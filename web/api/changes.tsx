import { type Query, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import type { Change } from '../../src/contract/change-resources.ts';
import { CHANGE_NAMES } from '../../src/contract/changes.ts';
import { useApi } from './context.ts';
import { followEvents } from './follow-events.ts';
import { keys } from './keys.ts';

/** `live`: changes are heard of. `lost`: the server does not answer, and has not for a while. */
export type Connection = 'connecting' | 'live' | 'lost';

type Listener = (change: Change) => void;

const ChangesContext = createContext<{
  connection: Connection;
  listen: (listener: Listener) => () => void;
} | null>(null);

/** How long a connection may be away before somebody is told, in milliseconds. */
const LOST_AFTER_MS = 3000;

/** What is read anew when something has changed. Conversations look after themselves: they are too many to be read again. */
const OWN_CARE: readonly unknown[] = [keys.conversations[0], 'events'];

/** What a change has made old. */
function staleAfter(change: Change): readonly (readonly unknown[])[] {
  switch (change.name) {
    case 'page':
      return [keys.pages, keys.pageNames, keys.health, keys.tags];
    case 'job': {
      const { pageId } = change.data;
      return [keys.sync(pageId), keys.jobs, keys.pages, keys.health, keys.analytics, keys.batches];
    }
    case 'notification':
      return [keys.notifications];
    default:
      return [];
  }
}

/** Hears what has changed, whoever did it, and has what is shown read again. */
export function ChangesProvider({ children }: { children: ReactNode }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const listeners = useRef(new Set<Listener>());
  const [connection, setConnection] = useState<Connection>('connecting');
  useEffect(() => {
    let lost: ReturnType<typeof setTimeout> | undefined;
    const readAnew = (change: Change) => {
      if (change.name === 'reset') {
        const mayBe = ({ queryKey }: Query) => !OWN_CARE.includes(queryKey[0]);
        void queryClient.invalidateQueries({ predicate: mayBe });
      }
      for (const queryKey of staleAfter(change)) void queryClient.invalidateQueries({ queryKey });
    };
    const stop = followEvents(api, {
      path: '/api/changes',
      events: CHANGE_NAMES,
      onEvent(name, data) {
        const change = { name, data } as Change;
        readAnew(change);
        for (const listener of listeners.current) listener(change);
      },
      onState(state, problem) {
        if (state === 'live') {
          clearTimeout(lost);
          lost = undefined;
          setConnection('live');
        } else if (problem !== null) {
          // whether somebody is still signed in
          if (problem.status === 401) void queryClient.invalidateQueries({ queryKey: keys.session });
          lost ??= setTimeout(() => setConnection('lost'), LOST_AFTER_MS);
        }
      },
    });
    return () => {
      clearTimeout(lost);
      stop();
    };
  }, [api, queryClient]);
  const [listen] = useState(() => (listener: Listener) => {
    listeners.current.add(listener);
    return () => {
      listeners.current.delete(listener);
    };
  });
  return <ChangesContext value={{ connection, listen }}>{children}</ChangesContext>;
}

/** Outside of the dashboard nobody hears of changes: `connecting`. */
export function useConnection(): Connection {
  return useContext(ChangesContext)?.connection ?? 'connecting';
}

/** Whether changes are heard of here: in the dashboard they are, in other apps not. */
export function useHearsChanges(): boolean {
  return useContext(ChangesContext) !== null;
}

/** Calls with every change that is heard of. */
export function useChanges(listener: Listener): void {
  const changes = useContext(ChangesContext);
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  const listen = changes?.listen;
  useEffect(() => listen?.((change) => latest.current(change)), [listen]);
}

/** How often what has changed is asked for while nobody says it; `false` while somebody does. In milliseconds. */
export function usePolling(everyMs: number): number | false {
  return useConnection() === 'live' ? false : everyMs;
}
