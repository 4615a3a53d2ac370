import { useEffect, useRef } from 'react';
import { Outlet, useLocation } from 'react-router';
import { Toaster } from 'sonner';
import { useAppearance } from './appearance.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { Navigation } from './navigation.tsx';
import { News } from './news.tsx';

/** Sonner's own have too little contrast. */
const TOAST_COLOURS = Object.fromEntries(
  [
    ['normal', 'surface', 'ink'],
    ['success', 'success-soft', 'success'],
    ['info', 'accent-soft', 'accent-strong'],
    ['warning', 'warning-soft', 'warning'],
    ['error', 'danger-soft', 'danger'],
  ].flatMap(([kind, background, text]) => [
    [`--${kind}-bg`, `var(--${background})`],
    [`--${kind}-text`, `var(--${text})`],
    [`--${kind}-border`, 'var(--line)'],
  ]),
);

/** What is around every page: the way to the others, what is wrong with the connection, and news from elsewhere. */
export function Shell() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const area = pathname.split('/')[1];
  const shown = useRef(area);
  useEffect(() => {
    // whoever reads by ear or keyboard begins at the top of a new page
    if (shown.current !== area) main.current?.focus({ preventScroll: true });
    shown.current = area;
  }, [area]);
  return (
    <div className="flex min-h-dvh flex-col lg:flex-row">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-lg focus:bg-surface focus:px-4 focus:py-2"
      >
        To the content
      </a>
      <Navigation />
      <div className="flex min-w-0 flex-1 flex-col">
        <ConnectionBanner />
        <main id="main" ref={main} tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
          <Outlet />
        </main>
      </div>
      <News />
      <Toaster theme={useAppearance()} position="bottom-right" closeButton richColors style={TOAST_COLOURS} />
    </div>
  );
}
