import { Play } from 'lucide-react';
import type { MaintenanceSchedule } from '../../../src/contract/maintenance-resources.ts';
import { useMay } from '../../api/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { ErrorLine } from '../../ui/states.tsx';
import { runWords, TASK_WORDS } from './maintenance-words.ts';
import { useMaintenance } from './use-health.ts';

/** What looks after everything by itself: when it ran, what it did, when it runs next. */
export function MaintenanceTasks() {
  const { tasks, run, isUnderWay } = useMaintenance();
  const isAdmin = useMay('admin');
  return (
    <Card title="Maintenance" className="[&>div]:p-0">
      <QueryStates query={tasks} what="the maintenance tasks">
        {(found) => (
          <ul aria-label="Maintenance tasks" className="divide-y divide-line">
            {found.map((task) => (
              <Task
                key={task.task}
                task={task}
                isBusy={isUnderWay(task) || (run.isPending && run.variables.task === task.task)}
                error={run.variables?.task === task.task ? run.error : null}
                onRun={isAdmin && task.scheduled ? () => run.mutate(task) : null}
              />
            ))}
          </ul>
        )}
      </QueryStates>
    </Card>
  );
}

function Task({
  task,
  isBusy,
  error,
  onRun,
}: {
  task: MaintenanceSchedule;
  isBusy: boolean;
  error: unknown;
  /** `null`: it cannot be run. */
  onRun: (() => void) | null;
}) {
  const { name, does } = TASK_WORDS[task.task];
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3 text-sm">
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <span>{name}</span>
          {task.paused && <Badge tone="warning">Paused</Badge>}
          {!task.scheduled && <Badge>Not scheduled</Badge>}
        </p>
        <p className="text-muted">{does}</p>
        {task.paused && (
          <p className="text-warning">{task.note || 'Somebody has paused its schedule in Temporal.'}</p>
        )}
      </div>
      <dl className="grid min-w-0 flex-1 basis-56 grid-cols-[3rem_1fr] gap-x-2">
        <dt className="text-muted">Last</dt>
        <dd role={isBusy ? 'status' : undefined}>{isBusy ? 'running …' : <LastRun task={task} />}</dd>
        <dt className="text-muted">Next</dt>
        <dd>
          {task.nextRunAt === null || task.paused ? 'not by itself' : <RelativeTime iso={task.nextRunAt} />}
        </dd>
      </dl>
      {onRun !== null && (
        <Button variant="outline" size="sm" busy={isBusy} onClick={onRun} aria-label={`Run now: ${name}`}>
          {!isBusy && <Play aria-hidden className="size-4" />}
          Run now
        </Button>
      )}
      {error !== null && (
        <div className="basis-full">
          <ErrorLine error={error} />
        </div>
      )}
    </li>
  );
}

function LastRun({ task: { lastRun } }: { task: MaintenanceSchedule }) {
  if (lastRun === null) return 'never';
  return (
    <>
      <RelativeTime iso={lastRun.startedAt} />:{' '}
      <span className={lastRun.state === 'failed' ? 'text-danger' : undefined}>{runWords(lastRun)}</span>
    </>
  );
}
