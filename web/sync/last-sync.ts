import { useSyncExternalStore } from 'react';
import { latest } from './latest.ts';

// When a page was last synced, as far as this browser has seen it. The key's name is a promise to other programs.

const listeners = new Set<() => void>();

function keyOf(pageId: string): string {
  return `last_sync_${pageId}`;
}

/** ISO 8601, or `null`. Browsers may refuse to remember. */
function readLastSync(pageId: string): string | null {
  try {
    const value = localStorage.getItem(keyOf(pageId));
    return value === null || Number.isNaN(Date.parse(value)) ? null : value;
  } catch {
    return null;
  }
}

/** News come in any order, of several tabs too: an earlier time than that which is there says nothing. @param iso ISO 8601 */
export function writeLastSync(pageId: string, iso: string): void {
  const before = readLastSync(pageId);
  if (latest([before, iso]) === before) return;
  try {
    localStorage.setItem(keyOf(pageId), iso);
  } catch {
    // full, or refused: the page itself knows, too
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // written by another tab
  addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('storage', listener);
  };
}

/** `localStorage['last_sync_<pageId>']`, kept up to date. */
export function useLastSync(pageId: string): string | null {
  return useSyncExternalStore(
    subscribe,
    () => readLastSync(pageId),
    () => null,
  );
}
