import { useSyncExternalStore } from 'react';

// Whether the list of notifications is shown: the bell opens it, and so does a toast that tells of many.

let isOpen = false;
const listeners = new Set<() => void>();

export function openNotifications(open: boolean): void {
  isOpen = open;
  for (const listener of listeners) listener();
}

export function useNotificationsOpen(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isOpen,
  );
}
