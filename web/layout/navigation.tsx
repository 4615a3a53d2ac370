import {
  ChartColumn,
  HeartPulse,
  History,
  Inbox,
  Layers,
  type LucideIcon,
  PanelsTopLeft,
  Settings,
} from 'lucide-react';
import { useEffect, useRef } from 'react';
import { NavLink, useLocation } from 'react-router';
import { classNames } from '../ui/class-names.ts';
import { NotificationsBell } from './notifications-bell.tsx';

const PLACES: readonly { to: string; name: string; Icon: LucideIcon }[] = [
  { to: '/', name: 'Pages', Icon: PanelsTopLeft },
  { to: '/inbox', name: 'Inbox', Icon: Inbox },
  { to: '/history', name: 'History', Icon: History },
  { to: '/batches', name: 'Batches', Icon: Layers },
  { to: '/analytics', name: 'Analytics', Icon: ChartColumn },
  { to: '/health', name: 'Health', Icon: HeartPulse },
  { to: '/settings', name: 'Settings', Icon: Settings },
];

/** The way to every page: a column on wide screens, a row that scrolls on narrow ones. */
export function Navigation() {
  const { pathname } = useLocation();
  const list = useRef<HTMLUListElement>(null);
  // on narrow screens the place where somebody is may lie outside of the row
  useEffect(() => {
    const place = pathname.split('/')[1];
    const current = list.current?.querySelector(`a[href="/${place}"]`);
    current?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [pathname]);
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-surface lg:h-dvh lg:w-56 lg:shrink-0 lg:border-r lg:border-b-0">
      <div className="flex items-center lg:flex-col lg:items-stretch">
        <p className="hidden items-center gap-2 px-4 py-4 text-lg font-semibold sm:flex">
          <img src="/icon.svg" alt="" className="size-7" />
          <span className="sm:max-lg:sr-only">Pagesync</span>
        </p>
        <nav
          aria-label="Pages of the dashboard"
          className="min-w-0 flex-1 overflow-x-auto lg:overflow-visible"
        >
          <ul ref={list} className="flex gap-1 p-2 lg:flex-col">
            {PLACES.map(({ to, name, Icon }) => (
              <li key={to}>
                <NavLink
                  to={to}
                  end={to === '/'}
                  className={({ isActive }) =>
                    classNames(
                      'flex items-center gap-2 rounded-lg px-3 py-2 text-sm font-medium',
                      isActive
                        ? 'bg-accent-soft text-accent-strong'
                        : 'text-muted hover:bg-sunken hover:text-ink',
                    )
                  }
                >
                  <Icon aria-hidden className="size-4" />
                  {name}
                </NavLink>
              </li>
            ))}
          </ul>
        </nav>
        <NotificationsBell className="mx-1 lg:absolute lg:top-3.5 lg:right-2" />
      </div>
    </header>
  );
}
