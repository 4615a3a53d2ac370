import type { MutationCache, QueryClient } from '@tanstack/react-query';
import type { JobChange } from '../../src/contract/change-resources.ts';
import { keys } from '../api/keys.ts';

/** Ids that a tab remembers; it need not know of older ones. */
const REMEMBERED = 500;

/** Some ids, the newest ones. */
export class RecentIds {
  readonly #ids = new Set<string>();

  add(id: string): void {
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > REMEMBERED && oldest !== undefined) this.#ids.delete(oldest);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }
}

function jobIdOf(answer: unknown): string | null {
  const isJob = typeof answer === 'object' && answer !== null && 'trigger' in answer && 'id' in answer;
  return isJob && typeof answer.id === 'string' ? answer.id : null;
}

/** Remembers the jobs that this tab has started or steered: whatever answers with a job. @returns stops it */
export function watchOwnJobs(cache: MutationCache, own: RecentIds): () => void {
  return cache.subscribe(({ type, mutation }) => {
    if (type !== 'updated' || mutation.state.status !== 'success') return;
    const jobId = jobIdOf(mutation.state.data);
    if (jobId !== null) own.add(jobId);
  });
}

/** Whether a job is among what a list has brought, or all pages of one. */
function lists(data: unknown, jobId: string): boolean {
  if (typeof data !== 'object' || data === null) return false;
  if ('pages' in data && Array.isArray(data.pages)) return data.pages.some((page) => lists(page, jobId));
  return 'data' in data && Array.isArray(data.data) && data.data.some((item) => item?.id === jobId);
}

/** Whether this tab shows a job already: its page's sync, its own page, its batch, a list that it is in. */
export function showsJob(queryClient: QueryClient, { jobId, pageId, batchId }: JobChange): boolean {
  const isShown = (queryKey: readonly unknown[]) =>
    queryClient.getQueryCache().findAll({ queryKey, type: 'active' }).length > 0;
  return (
    isShown(keys.sync(pageId)) ||
    isShown(keys.job(jobId)) ||
    (batchId !== null && isShown(keys.batch(batchId))) ||
    queryClient
      .getQueryCache()
      .findAll({ queryKey: keys.jobs, type: 'active' })
      .some(({ state }) => lists(state.data, jobId))
  );
}
