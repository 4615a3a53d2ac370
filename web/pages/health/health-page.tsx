import { PageFrame } from '../../layout/page-frame.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { storiesOf } from './health-stories.ts';
import { MaintenanceTasks } from './maintenance-tasks.tsx';
import { PageCounts } from './page-counts.tsx';
import { RateLimits } from './rate-limits.tsx';
import { StoryList } from './story-list.tsx';
import { useHealthReport } from './use-health.ts';

/** What needs attention now, and what looks after everything by itself. */
export default function HealthPage() {
  const report = useHealthReport();
  return (
    <PageFrame
      title="Health"
      actions={
        report.data !== undefined && (
          <p className="text-sm text-muted">
            As of <RelativeTime iso={report.data.at} />
          </p>
        )
      }
    >
      <QueryStates query={report} what="how everything is">
        {(found) => (
          <>
            <StoryList stories={storiesOf(found)} />
            <div className="grid items-start gap-4 lg:grid-cols-2">
              <PageCounts pages={found.pages} />
              <RateLimits rateLimits={found.rateLimits} />
            </div>
          </>
        )}
      </QueryStates>
      <MaintenanceTasks />
    </PageFrame>
  );
}
