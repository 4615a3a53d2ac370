import { useQueryClient } from '@tanstack/react-query';
import { Inbox, TriangleAlert, Unplug } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link, Navigate, useLocation, useParams } from 'react-router';
import type { PageDetailResource } from '../../../src/contract/resources.ts';
import { keys } from '../../api/keys.ts';
import { isProblem } from '../../api/problem.ts';
import { useMay } from '../../api/session.ts';
import { LivePanel } from '../../components/live-panel.tsx';
import { ManualSyncButton } from '../../components/ManualSyncButton.tsx';
import { PAGE_HEALTH_WORDS } from '../../format/page-health.ts';
import { PageFrame } from '../../layout/page-frame.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { AutoSyncCard } from './auto-sync-card.tsx';
import { HealthBadge, PlatformBadges } from './badges.tsx';
import { ConnectDialog } from './connect/connect-dialog.tsx';
import { DetailsCard } from './details-card.tsx';
import { DisconnectDialog } from './disconnect-dialog.tsx';
import { RecentJobs } from './recent-jobs.tsx';
import { SyncOptionsDialog } from './sync-options-dialog.tsx';
import { TokenCard } from './token-card.tsx';
import { tokenWarning } from './token-words.ts';
import { usePage } from './use-pages.ts';
import { WebhooksCard } from './webhooks-card.tsx';

/** One page: its sync as it goes, its settings, and how its token and its webhooks are. */
export default function PagePage() {
  const { pageId = '' } = useParams();
  const location = useLocation();
  const page = usePage(pageId);
  if (isProblem(page.error, 'not-found')) {
    return (
      <PageFrame title="No such page">
        <EmptyState title="There is no page with this address">
          <Link to="/" className="text-accent underline">
            To the pages
          </Link>
        </EmptyState>
      </PageFrame>
    );
  }
  if (page.data !== undefined) {
    // by Facebook's id, which changes do not name
    if (page.data.id !== pageId)
      return <Navigate to={{ ...location, pathname: `/pages/${page.data.id}` }} replace />;
    return <OnePage page={page.data} />;
  }
  return (
    <PageFrame title="Page">
      <QueryStates query={page} what="the page">
        {() => null}
      </QueryStates>
    </PageFrame>
  );
}

type Open = 'connect' | 'disconnect' | 'options' | null;

function OnePage({ page }: { page: PageDetailResource }) {
  const mayChange = useMay('admin');
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const isConnected = page.disconnectedAt === null;
  return (
    <PageFrame title={page.name} actions={<Actions page={page} mayChange={mayChange} onOpen={setOpen} />}>
      {open === 'connect' && <ConnectDialog page={page} onClose={close} />}
      {open === 'disconnect' && <DisconnectDialog page={page} onClose={close} />}
      {open === 'options' && <SyncOptionsDialog page={page} onClose={close} />}
      <div className="-mt-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
        <HealthBadge health={page.health} />
        <PlatformBadges page={page} />
        <span>Facebook page {page.facebookPageId}</span>
        <span>
          {page.lastSyncedAt === null ? (
            'never synced'
          ) : (
            <>
              synced <RelativeTime iso={page.lastSyncedAt} />
            </>
          )}
        </span>
      </div>
      <Notice page={page} />
      {isConnected && (
        <LivePanel pageId={page.id} {...(mayChange ? { onReconnect: () => setOpen('connect') } : {})} />
      )}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <RecentJobs pageId={page.id} />
          <TokenCard
            page={page}
            onReconnect={mayChange && page.token.state === 'valid' ? () => setOpen('connect') : null}
          />
          <WebhooksCard webhooks={page.webhooks} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          {isConnected && <AutoSyncCard page={page} mayChange={mayChange} />}
          <DetailsCard page={page} mayChange={mayChange} />
        </div>
      </div>
    </PageFrame>
  );
}

function Actions({
  page,
  mayChange,
  onOpen,
}: {
  page: PageDetailResource;
  mayChange: boolean;
  onOpen: (what: Open) => void;
}) {
  const queryClient = useQueryClient();
  const maySync = useMay('sync');
  const isConnected = page.disconnectedAt === null;
  const hasToken = page.token.state === 'valid';
  return (
    <div className="flex flex-wrap items-start gap-2">
      {mayChange && !hasToken && <Button onClick={() => onOpen('connect')}>Connect again</Button>}
      {hasToken && (
        <ManualSyncButton
          pageId={page.id}
          facebookPageId={page.facebookPageId}
          pageName={page.name}
          showProgress={false}
          onSyncComplete={() => void queryClient.invalidateQueries({ queryKey: keys.pages })}
        />
      )}
      {hasToken && maySync && (
        <Button variant="outline" onClick={() => onOpen('options')}>
          Sync with options
        </Button>
      )}
      <Link to={`/inbox?page=${page.id}`} className={buttonClass('outline')}>
        <Inbox aria-hidden className="size-4" />
        Inbox
      </Link>
      {mayChange && isConnected && (
        <Button variant="danger" onClick={() => onOpen('disconnect')}>
          <Unplug aria-hidden className="size-4" />
          Disconnect
        </Button>
      )}
    </div>
  );
}

/** What is wrong with the page, or will be, and what to do. */
function Notice({ page }: { page: PageDetailResource }) {
  const { tone, advice } = PAGE_HEALTH_WORDS[page.health];
  if (tone === 'danger') return <NoticeLine isBad>{advice}</NoticeLine>;
  const warning = tokenWarning(page.token, Date.now());
  if (warning !== null) return <NoticeLine>{warning}</NoticeLine>;
  if (tone === 'warning') return <NoticeLine>{advice}</NoticeLine>;
  if (page.health === 'disconnected' || page.health === 'never_synced') {
    return <p className="text-sm text-muted">{advice}</p>;
  }
  return null;
}

function NoticeLine({ isBad = false, children }: { isBad?: boolean; children: ReactNode }) {
  const colours = isBad ? 'bg-danger-soft text-danger' : 'bg-warning-soft text-warning';
  return (
    <p className={`flex gap-2 rounded-lg px-3 py-2 text-sm ${colours}`}>
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      {children}
    </p>
  );
}
