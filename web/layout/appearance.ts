import { useSyncExternalStore } from 'react';

/** How the dashboard looks: as chosen, or as the system does. `web/public/appearance.js` does it before the first paint. */
export type Appearance = 'light' | 'dark' | 'system';

const KEY = 'pagesync_appearance';
const dark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function read(): Appearance {
  const chosen = localStorage.getItem(KEY);
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
}

function apply(): void {
  const chosen = read();
  const isDark = chosen === 'dark' || (chosen === 'system' && dark.matches);
  document.documentElement.classList.toggle('dark', isDark);
  for (const listener of listeners) listener();
}

dark.addEventListener('change', apply);
// chosen in another tab
addEventListener('storage', (event) => event.key === KEY && apply());

export function chooseAppearance(appearance: Appearance): void {
  if (appearance === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, appearance);
  apply();
}

export function useAppearance(): Appearance {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);
}
