import { TriangleAlert } from 'lucide-react';
import { Link } from 'react-router';
import type { PageResource } from '../../../src/contract/resources.ts';
import { ManualSyncButton } from '../../components/ManualSyncButton.tsx';
import { PAGE_HEALTH_WORDS } from '../../format/page-health.ts';
import { Button } from '../../ui/button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { HealthBadge, PlatformBadges } from './badges.tsx';
import { NextRun } from './next-run.tsx';
import { tokenWarning } from './token-words.ts';

/** Healths of which nothing need be said but their word. */
const QUIET = new Set(['ok', 'syncing']);

/** A page in the list: how it is, when it was synced and will be, and the button. */
export function PageRow({ page, onReconnect }: { page: PageResource; onReconnect: (() => void) | null }) {
  const warning = tokenWarning(page.token, Date.now());
  const { advice } = PAGE_HEALTH_WORDS[page.health];
  const isDead = page.health === 'disconnected' || page.health === 'token_expired';
  return (
    <li className="grid grid-cols-1 gap-x-6 gap-y-3 px-4 py-4 md:grid-cols-[minmax(0,1fr)_auto] xl:grid-cols-[minmax(0,5fr)_minmax(0,6fr)_13rem_13rem] xl:items-center">
      <div className="min-w-0">
        <h2 className="font-semibold wrap-anywhere">
          <Link to={`/pages/${page.id}`} className="hover:underline">
            {page.name}
          </Link>
        </h2>
        <p className="text-xs text-muted">Facebook page {page.facebookPageId}</p>
        <p className="mt-1.5 flex flex-wrap gap-1">
          <PlatformBadges page={page} />
        </p>
      </div>
      <div className="min-w-0 text-sm md:col-start-1 xl:col-start-2">
        <HealthBadge health={page.health} />
        {!QUIET.has(page.health) && <p className="mt-1 max-w-prose text-muted">{advice}</p>}
        {warning !== null && (
          <p className="mt-1 flex max-w-prose gap-1.5 text-warning">
            <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
            {warning}
          </p>
        )}
      </div>
      <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 text-sm md:col-start-1 xl:col-start-3">
        <dt className="text-muted">Synced</dt>
        <dd>{page.lastSyncedAt === null ? 'Never' : <RelativeTime iso={page.lastSyncedAt} />}</dd>
        <dt className="text-muted">Next</dt>
        <dd>
          <NextRun page={page} />
        </dd>
      </dl>
      <div className="flex min-w-0 flex-col items-start gap-2 md:items-end md:col-start-2 md:row-span-3 md:row-start-1 md:w-56 xl:col-start-4 xl:row-span-1 xl:w-auto">
        {isDead ? (
          onReconnect !== null && (
            <Button variant="outline" aria-label={`Connect again: ${page.name}`} onClick={onReconnect}>
              Connect again
            </Button>
          )
        ) : (
          <ManualSyncButton
            pageId={page.id}
            facebookPageId={page.facebookPageId}
            pageName={page.name}
            variant="outline"
          />
        )}
      </div>
    </li>
  );
}
