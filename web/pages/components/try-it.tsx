import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import type { ListResource, PageResource } from '../../../src/contract/resources.ts';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';
import { LivePanel } from '../../components/live-panel.tsx';
import { ManualSyncButton } from '../../components/ManualSyncButton.tsx';
import type { SyncOutcome } from '../../components/sync-outcome.ts';
import { Card } from '../../ui/card.tsx';
import { SelectField } from '../../ui/field.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { EmptyState } from '../../ui/states.tsx';

const MOST = 200;

/** The components at work on a page: `?page=<id>`. */
export function TryIt() {
  const api = useApi();
  const pages = useQuery({
    queryKey: [...keys.pages, 'to try'],
    queryFn: ({ signal }) =>
      api.get<ListResource<PageResource>>('/api/pages', { query: { connected: 'all', limit: MOST }, signal }),
  });
  return (
    <Card title="Try it">
      <QueryStates query={pages} what="the pages">
        {({ data }) =>
          data.length === 0 ? (
            <EmptyState title="There is no page yet">Connect one to see the components at work.</EmptyState>
          ) : (
            <AtWork pages={data} />
          )
        }
      </QueryStates>
    </Card>
  );
}

function AtWork({ pages }: { pages: readonly PageResource[] }) {
  const [search, setSearch] = useSearchParams();
  const [outcome, setOutcome] = useState<SyncOutcome | null>(null);
  const page = pages.find(({ id }) => id === search.get('page')) ?? pages[0];
  if (page === undefined) return null;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-4">
        <SelectField
          label="Page"
          value={page.id}
          onChange={(event) => setSearch({ page: event.target.value }, { replace: true })}
        >
          {pages.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
        <ManualSyncButton
          key={page.id}
          pageId={page.id}
          facebookPageId={page.facebookPageId}
          pageName={page.name}
          onSyncComplete={setOutcome}
        />
      </div>
      <LivePanel pageId={page.id} />
      {outcome !== null && (
        <div>
          <h3 className="text-sm text-muted">What onSyncComplete was given</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre tabIndex={0} className="overflow-x-auto rounded-lg bg-sunken p-3 text-xs">
            {JSON.stringify(outcome, null, 2)}
          </pre>
        </div>
      )}
    </div>
  );
}
