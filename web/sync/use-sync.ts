import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { JobResource } from '../../src/contract/resources.ts';
import { useHearsChanges, usePolling } from '../api/changes.tsx';
import type { ApiClient } from '../api/client.ts';
import { useApi } from '../api/context.ts';
import { type SyncSnapshot, SyncWatch } from './sync-watch.ts';

/** One watch a page, for all components that show it. */
const watches = new WeakMap<QueryClient, WeakMap<ApiClient, Map<string, SyncWatch>>>();

function watchOf(queryClient: QueryClient, api: ApiClient, pageId: string): SyncWatch {
  const ofClient = watches.get(queryClient) ?? new WeakMap<ApiClient, Map<string, SyncWatch>>();
  watches.set(queryClient, ofClient);
  const ofApi = ofClient.get(api) ?? new Map<string, SyncWatch>();
  ofClient.set(api, ofApi);
  const watch = ofApi.get(pageId) ?? new SyncWatch(api, queryClient, pageId);
  ofApi.set(pageId, watch);
  return watch;
}

/** What follows a page's syncs. */
export function useSyncWatch(pageId: string): SyncWatch {
  return watchOf(useQueryClient(), useApi(), pageId);
}

/** How often is looked whether a sync has begun elsewhere, while nobody says so, in milliseconds. */
const IDLE_MS = 20_000;

/** A page's sync as it is now, whoever started it. Renders with each event of a sync that runs, 20 a second. */
export function useSync(pageId: string): SyncSnapshot {
  const watch = useSyncWatch(pageId);
  const hearsChanges = useHearsChanges();
  const idleMs = usePolling(IDLE_MS);
  useEffect(() => watch.lookWhileIdle(idleMs), [watch, idleMs]);
  useEffect(() => {
    // whoever comes back to the window sees what has begun elsewhere, and may have signed in meanwhile
    const onFocus = () => {
      if (!hearsChanges || watch.getSnapshot().error !== null) watch.lookOnce();
    };
    addEventListener('focus', onFocus);
    return () => removeEventListener('focus', onFocus);
  }, [hearsChanges, watch]);
  return useSyncExternalStore(watch.subscribe, watch.getSnapshot, watch.getSnapshot);
}

/** Calls once for each sync of the page that ends while the component is there, whoever started it. */
export function useSyncEnd(pageId: string, onEnd: (job: JobResource) => void): void {
  const watch = useSyncWatch(pageId);
  const latest = useRef(onEnd);
  useEffect(() => {
    latest.current = onEnd;
  });
  useEffect(() => watch.onEnd((job) => latest.current(job)), [watch]);
}
