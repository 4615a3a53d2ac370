import { Layers, Plus } from 'lucide-react';
import { useDeferredValue, useEffect, useState } from 'react';
import { Link } from 'react-router';
import type { PageResource } from '../../../src/contract/resources.ts';
import { useMay } from '../../api/session.ts';
import { PageFrame } from '../../layout/page-frame.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Checkbox } from '../../ui/checkbox.tsx';
import { TextField } from '../../ui/field.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { ConnectDialog } from './connect/connect-dialog.tsx';
import { LoginReturn } from './connect/login-return.tsx';
import { PageRow } from './page-row.tsx';
import { usePages } from './use-pages.ts';

/** From how many pages on somebody may want to search. */
const MANY = 6;

/** All pages: how each is, and its button. */
export default function PagesPage() {
  const mayConnect = useMay('admin');
  const maySync = useMay('sync');
  const [showsAll, setShowsAll] = useState(false);
  const [search, setSearch] = useState('');
  const [connecting, setConnecting] = useState<PageResource | 'new' | null>(null);
  const pages = usePages(showsAll ? 'all' : 'connected');
  const wanted = useDeferredValue(search.trim().toLocaleLowerCase());
  const found = pages.data?.filter((page) => matches(page, wanted));
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = pages;
  useEffect(() => {
    // a search is over all pages, also those that were not read yet
    if (wanted !== '' && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [wanted, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  const hasMany = (pages.data?.length ?? 0) >= MANY || search !== '';
  return (
    <PageFrame
      title="Pages"
      actions={
        <div className="flex flex-wrap gap-2">
          {maySync && (
            <Link to="/batches?start=all" className={buttonClass('outline')}>
              <Layers aria-hidden className="size-4" />
              Sync all
            </Link>
          )}
          {mayConnect && (
            <Button onClick={() => setConnecting('new')}>
              <Plus aria-hidden className="size-4" />
              Connect a page
            </Button>
          )}
        </div>
      }
    >
      <LoginReturn />
      {connecting !== null && (
        <ConnectDialog page={connecting === 'new' ? null : connecting} onClose={() => setConnecting(null)} />
      )}
      <div className="flex flex-wrap items-center justify-between gap-3">
        {hasMany && (
          <TextField
            label="Search pages by name"
            hideLabel
            type="search"
            placeholder="Search by name or Facebook page ID"
            className="w-72 max-w-full"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        )}
        <Checkbox
          label="Show disconnected"
          checked={showsAll}
          onChange={(event) => setShowsAll(event.target.checked)}
        />
      </div>
      <Card className="overflow-hidden [&>div]:p-0">
        <QueryStates query={pages} what="the pages">
          {() =>
            found === undefined || found.length === 0 ? (
              <NoPages
                searched={search !== ''}
                mayConnect={mayConnect}
                onConnect={() => setConnecting('new')}
              />
            ) : (
              <ul className="divide-y divide-line">
                {found.map((page) => (
                  <PageRow
                    key={page.id}
                    page={page}
                    onReconnect={mayConnect ? () => setConnecting(page) : null}
                  />
                ))}
              </ul>
            )
          }
        </QueryStates>
        <ShowMore query={pages} />
      </Card>
    </PageFrame>
  );
}

function matches({ name, facebookPageId }: PageResource, wanted: string): boolean {
  return name.toLocaleLowerCase().includes(wanted) || facebookPageId.includes(wanted);
}

function NoPages({
  searched,
  mayConnect,
  onConnect,
}: {
  searched: boolean;
  mayConnect: boolean;
  onConnect: () => void;
}) {
  if (searched) {
    return (
      <EmptyState title="No page has such a name">
        Search for a part of a name, or for a Facebook page ID.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No page is connected">
      {mayConnect ? (
        <div className="flex flex-col items-center gap-4">
          <p>
            Connect a page to read its inbox: sign in with Facebook and choose it, or paste a token of the
            page. Then its first sync reads everything, and later ones what is new.
          </p>
          <Button onClick={onConnect}>
            <Plus aria-hidden className="size-4" />
            Connect the first page
          </Button>
        </div>
      ) : (
        'Somebody who may change how things are set up can connect one here.'
      )}
    </EmptyState>
  );
}
