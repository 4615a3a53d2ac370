import { useMutation } from '@tanstack/react-query';
import type { JobResource, SyncStatusResource } from '../../src/contract/resources.ts';
import { useApi } from '../api/context.ts';
import { isProblem } from '../api/problem.ts';
import { statusOfJob } from './sync-status.ts';
import { useSyncWatch } from './use-sync.ts';

/** What a running sync can be told. */
export type SyncCommand = 'pause' | 'resume' | 'cancel';

/** Starts a page's sync and steers it. What is answered is shown at once by all that watch the page. */
export function useSyncCommands(pageId: string) {
  const api = useApi();
  const watch = useSyncWatch(pageId);
  const post = (rest: string, body?: object) =>
    api.post<JobResource>(`/api/pages/${pageId}/sync${rest}`, body === undefined ? {} : { body });

  const start = useMutation({
    networkMode: 'always',
    retry: false,
    /** @param resume takes the stopped job up; when there is none any more, a new one begins */
    async mutationFn({ resume }: { resume: boolean }) {
      try {
        return await post('', resume ? { resume } : {});
      } catch (error) {
        if (resume && isProblem(error, 'nothing-to-resume')) return post('', {});
        throw error;
      }
    },
    onSuccess: (job) => watch.take(statusOfJob(job)),
    onError(error) {
      if (!isProblem(error, 'sync-in-progress')) return;
      const running = error.body.progress as SyncStatusResource | null | undefined;
      if (running) watch.take(running);
      else watch.look();
    },
  });

  const steer = useMutation({
    networkMode: 'always',
    retry: false,
    mutationFn: (command: SyncCommand) => post(`/${command}`),
    onSuccess: (job) => watch.take(statusOfJob(job)),
    // it may have ended meanwhile
    onError: () => watch.look(),
  });

  return { start, steer };
}

/** Whether a command has done what it was sent for. */
export function hasTakenEffect(command: SyncCommand, status: SyncStatusResource | null | undefined): boolean {
  const is = status?.job.status;
  if (is !== 'PENDING' && is !== 'IN_PROGRESS' && is !== 'PAUSED') return true;
  if (command === 'pause') return is === 'PAUSED';
  return command === 'resume' && is !== 'PAUSED';
}
