import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import type { Change } from '../../src/contract/change-resources.ts';
import { CHANGE_NAMES } from '../../src/contract/changes.ts';
import { hasEnded } from '../../src/contract/job-status.ts';
import { useApi } from './context.ts';
import { followEvents } from './follow-events.ts';
import { keys } from './keys.ts';
import { useSession } from './session.ts';
import { ALL, markStale, type Stale, staleAfterJob } from './stale-queries.ts';

/** `live`: changes are heard of. `lost`: the server does not answer, and has not for a while. */
export type Connection = 'connecting' | 'live' | 'lost';

type Listener = (change: Change) => void;

const ChangesContext = createContext<{
  connection: Connection;
  listen: (listener: Listener) => () => void;
} | null>(null);

/** How long a connection may be away before somebody is told, in milliseconds. */
const LOST_AFTER_MS = 3000;

/** What a change has made old. Webhooks' conversations are too many: what shows some hears of them itself. */
function staleAfter({ name, data }: Change): readonly Stale[] {
  switch (name) {
    case 'reset':
      return ALL;
    case 'page':
      return [
        { queryKey: keys.pages, one: data.pageId },
        { queryKey: keys.pageNames },
        { queryKey: keys.health },
        { queryKey: keys.tags },
      ];
    case 'job':
      return staleAfterJob(data, hasEnded(data.status));
    case 'notification':
      return [{ queryKey: keys.notifications }];
    case 'conversations':
      return [];
  }
}

/** Hears what has changed, whoever did it, and has what is shown read again. */
export function ChangesProvider({ children }: { children: ReactNode }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const { data: session } = useSession();
  const signedInAs = `${session?.scope} ${session?.csrfToken}`;
  const listeners = useRef(new Set<Listener>());
  const [connection, setConnection] = useState<Connection>('connecting');
  // biome-ignore lint/correctness/useExhaustiveDependencies: who is signed in anew may hear what was refused before
  useEffect(() => {
    let lost: ReturnType<typeof setTimeout> | undefined;
    const readAnew = (change: Change) => {
      // whoever looks at a page's sync follows it from its beginning
      if (change.name === 'job') {
        void queryClient.invalidateQueries({ queryKey: keys.sync(change.data.pageId) });
      }
      const stale = staleAfter(change);
      if (stale.length > 0) markStale(queryClient, stale);
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
  }, [api, queryClient, signedInAs]);
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
