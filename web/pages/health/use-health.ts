import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { HealthReportResource } from '../../../src/contract/health-report.ts';
import type { MaintenanceTask } from '../../../src/contract/maintenance.ts';
import type { MaintenanceSchedule } from '../../../src/contract/maintenance-resources.ts';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';

/** How often health is read though nobody says that something has changed: things get old by themselves. In milliseconds. */
const REPORT_MS = 20_000;

/** How often the tasks are read, and while one that was asked for is under way, in milliseconds. Temporal is asked each time. */
const TASKS_MS = 30_000;
const RUNNING_MS = 700;

/** What needs attention. */
export function useHealthReport() {
  const api = useApi();
  return useQuery({
    queryKey: keys.health,
    queryFn: ({ signal }) => api.get<HealthReportResource>('/api/health-report', { signal }),
    refetchInterval: REPORT_MS,
  });
}

const TASKS_KEY = ['maintenance'] as const;

/** The run of each task that was the last one when another was asked for; `null`: it had never run. */
type Asked = Partial<Record<MaintenanceTask, string | null>>;

function isUnderWay({ task, lastRun }: MaintenanceSchedule, asked: Asked): boolean {
  const before = asked[task];
  if (before === undefined) return false;
  return (lastRun?.runId ?? null) === before || lastRun?.state === 'running';
}

/** The tasks of maintenance, and a way to run one now. */
export function useMaintenance() {
  const api = useApi();
  const queryClient = useQueryClient();
  const [asked, setAsked] = useState<Asked>({});
  const tasks = useQuery({
    queryKey: TASKS_KEY,
    queryFn: async ({ signal }) =>
      (await api.get<{ data: MaintenanceSchedule[] }>('/api/maintenance', { signal })).data,
    refetchInterval: ({ state }) =>
      state.data?.some((task) => isUnderWay(task, asked)) ? RUNNING_MS : TASKS_MS,
  });
  const run = useMutation({
    mutationFn: ({ task }: MaintenanceSchedule) => api.post(`/api/maintenance/${task}/run`),
    onSuccess: (_, { task, lastRun }) => {
      setAsked((before) => ({ ...before, [task]: lastRun?.runId ?? null }));
      return queryClient.invalidateQueries({ queryKey: TASKS_KEY });
    },
  });
  return { tasks, run, isUnderWay: (task: MaintenanceSchedule) => isUnderWay(task, asked) };
}
