import { Link, useSearchParams } from 'react-router';
import { usePageName } from '../../api/page-names.ts';
import { PageFrame } from '../../layout/page-frame.tsx';
import { Card } from '../../ui/card.tsx';
import { fetchedPart } from '../../ui/fetched-part.tsx';
import { MoreOnScroll } from '../../ui/more-on-scroll.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { FilterBar } from './filter-bar.tsx';
import { isBackwards, readFilters, writeFilters } from './history-filters.ts';
import { JobRow } from './job-row.tsx';
import { useJobs } from './use-jobs.ts';

const RecentSyncs = fetchedPart(
  'analytics/recent-syncs',
  () => import('../analytics/recent-syncs.tsx'),
  <div className="h-49 rounded-xl border border-line bg-surface" />,
);

/** Every job of every page, newest first. */
export default function HistoryPage() {
  const [params, setParams] = useSearchParams();
  const filters = readFilters(params);
  const jobs = useJobs(filters);
  const pageName = usePageName();
  return (
    <PageFrame title="History">
      <RecentSyncs pageId={filters.pageId} />
      <FilterBar
        filters={filters}
        onChange={(changed) => setParams(writeFilters(changed), { replace: true })}
      />
      <Card className="overflow-hidden [&>div]:p-0">
        {isBackwards(filters) ? (
          <EmptyState title="No such days">The last day is before the first one.</EmptyState>
        ) : (
          <QueryStates query={jobs} what="the jobs">
            {(found) =>
              found.length === 0 ? (
                <NoJobs isFiltered={params.size > 0} />
              ) : (
                <>
                  <ul aria-label="Jobs" className="divide-y divide-line">
                    {found.map((job) => (
                      <JobRow key={job.id} job={job} pageName={pageName(job)} />
                    ))}
                  </ul>
                  <MoreOnScroll query={jobs} />
                </>
              )
            }
          </QueryStates>
        )}
      </Card>
    </PageFrame>
  );
}

function NoJobs({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState title="No job fits">Choose other days, or clear the filters.</EmptyState>
  ) : (
    <EmptyState title="Nothing was synced yet">
      <Link to="/" className="text-accent underline">
        Start the first sync of a page
      </Link>
      ; it will be here.
    </EmptyState>
  );
}
