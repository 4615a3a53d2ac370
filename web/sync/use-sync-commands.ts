import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import type { JobResource, SyncStatusResource } from '../../src/contract/resources.ts';
import { useApi } from '../api/context.ts';
import { ApiProblem, isProblem } from '../api/problem.ts';
import { statusOfJob } from './sync-status.ts';
import { useSyncWatch } from './use-sync.ts';

/** What a running sync can be told. */
export type SyncCommand = 'pause' | 'resume' | 'cancel';

/** Starts a page's sync and steers it. What is answered is shown at once by all that watch the page. */
export function useSyncCommands(pageId: string) {
  const api = useApi();
  const watch = useSyncWatch(pageId);
  /** Names a start of which nobody knows whether it was taken: sent again with it, it is done once. */
  const unanswered = useRef<{ resume: boolean; key: string } | null>(null);
  const path = `/api/pages/${pageId}/sync`;

  async function begin(resume: boolean): Promise<JobResource> {
    if (unanswered.current?.resume !== resume) unanswered.current = { resume, key: newKey() };
    const headers = { 'Idempotency-Key': unanswered.current.key };
    try {
      const job = await api.post<JobResource>(path, { body: resume ? { resume } : {}, headers });
      unanswered.current = null;
      return job;
    } catch (error) {
      if (error instanceof ApiProblem && error.status < 500) unanswered.current = null;
      throw error;
    }
  }

  const start = useMutation({
    networkMode: 'always',
    retry: false,
    /** @param resume takes the stopped job up; when there is none any more, a new one begins */
    async mutationFn({ resume }: { resume: boolean }) {
      try {
        return await begin(resume);
      } catch (error) {
        if (resume && isProblem(error, 'nothing-to-resume')) return begin(false);
        throw error;
      }
    },
    onSuccess: (job) => watch.take(statusOfJob(job)),
    onError(error) {
      const running = isProblem(error, 'sync-in-progress')
        ? (error.body.progress as SyncStatusResource | null | undefined)
        : null;
      if (running) watch.take(running);
      else watch.look();
    },
  });

  const steer = useMutation({
    networkMode: 'always',
    retry: false,
    mutationFn: (command: SyncCommand) => api.post<JobResource>(`${path}/${command}`),
    onSuccess: (job) => watch.take(statusOfJob(job)),
    // it may have ended meanwhile
    onError: () => watch.look(),
  });

  return { start, steer };
}

/** Random; `crypto.randomUUID` is only there where the page comes by https. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/** Whether a command has done what it was sent for. */
export function hasTakenEffect(command: SyncCommand, status: SyncStatusResource | null | undefined): boolean {
  const is = status?.job.status;
  if (is !== 'PENDING' && is !== 'IN_PROGRESS' && is !== 'PAUSED') return true;
  if (command === 'pause') return is === 'PAUSED';
  return command === 'resume' && is !== 'PAUSED';
}
