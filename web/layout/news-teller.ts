import type { QueryClient } from '@tanstack/react-query';
import type { Change, JobChange, NotificationChange } from '../../src/contract/change-resources.ts';
import type { NotificationResource } from '../../src/contract/notifications.ts';
import type { JobResource, PageResource } from '../../src/contract/resources.ts';
import type { ApiClient } from '../api/client.ts';
import { isNews, type JobSlot, NewsSlots, type NotificationSlot } from './news-slots.ts';
import { tellOfJob, tellOfJobs, tellOfNotification, tellOfNotifications } from './news-toasts.tsx';
import { RecentIds, showsJob, watchOwnJobs } from './own-jobs.ts';

/**
 * For how long what is heard is gathered before it is told, in milliseconds: unless the server is slow, lists that show it have been
 * read anew by then.
 */
const GATHER_MS = 700;

/** A job's sentence comes a moment after its end: how often and after how long it is asked for again, in milliseconds. */
const SENTENCE = { times: 5, afterMs: 400 };

async function readEnded(api: ApiClient, jobId: string): Promise<JobResource> {
  for (let times = 0; ; times++) {
    const job = await api.get<JobResource>(`/api/jobs/${jobId}`);
    if (job.message !== null || times === SENTENCE.times) return job;
    await new Promise((resolve) => setTimeout(resolve, SENTENCE.afterMs));
  }
}

/** Tells of what happens elsewhere, in few toasts. */
export class NewsTeller {
  readonly #api: ApiClient;
  readonly #queryClient: QueryClient;
  readonly #slots = new NewsSlots();
  readonly #own = new RecentIds();
  /** Jobs whose end was told: a notification of the same is in the list alone. */
  readonly #told = new RecentIds();
  #jobs: JobChange[] = [];
  #notifications: NotificationChange[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What is done when somebody follows a notification. */
  onFollow: (id: number) => void = () => {};

  constructor(api: ApiClient, queryClient: QueryClient) {
    this.#api = api;
    this.#queryClient = queryClient;
  }

  /** @returns stops it */
  start(): () => void {
    const stopWatching = watchOwnJobs(this.#queryClient.getMutationCache(), this.#own);
    return () => {
      stopWatching();
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  hear(change: Change): void {
    if (change.name === 'job') this.#jobs.push(change.data);
    else if (change.name === 'notification') this.#notifications.push(change.data);
    else return;
    this.#timer ??= setTimeout(() => this.#tell(), GATHER_MS);
  }

  #tell(): void {
    this.#timer = undefined;
    const notifications = this.#notifications.splice(0);
    const ended = this.#jobs
      .splice(0)
      .filter((job) => isNews(job) && !this.#own.has(job.jobId) && !showsJob(this.#queryClient, job));
    for (const { jobId } of ended) this.#told.add(jobId);
    for (const slot of this.#slots.add({ jobs: ended, notifications })) {
      void (slot.kind === 'jobs' ? this.#showJobs(slot) : this.#showNotifications(slot));
    }
  }

  async #showJobs(slot: JobSlot): Promise<void> {
    const shown = this.#shown(slot.id);
    const [only] = slot.jobs;
    if (only === undefined || slot.jobs.length > 1 || slot.batchId !== null) {
      return tellOfJobs(shown, slot.jobs, slot.batchId);
    }
    const [job, page] = await Promise.all([
      readEnded(this.#api, only.jobId).catch(() => null),
      this.#api.get<PageResource>(`/api/pages/${only.pageId}`).catch(() => null),
    ]);
    // meanwhile there may be more to tell
    if (slot.jobs.length === 1) tellOfJob(shown, only, job, page?.name ?? null);
  }

  async #showNotifications(slot: NotificationSlot): Promise<void> {
    const shown = this.#shown(slot.id);
    const { notifications, isAlert } = slot;
    const [only] = notifications;
    if (only === undefined || notifications.length > 1) {
      const isError = notifications.some(({ severity }) => severity === 'error');
      return tellOfNotifications(
        shown,
        isError ? 'error' : isAlert ? 'warning' : 'info',
        notifications.length,
      );
    }
    const path = `/api/notifications/${only.id}`;
    const notification = await this.#api.get<NotificationResource>(path).catch(() => null);
    if (slot.notifications.length > 1) return;
    const isTold = notification?.jobId != null && this.#told.has(notification.jobId);
    if (notification === null || isTold) shown.onClose();
    else tellOfNotification(shown, notification, () => this.onFollow(notification.id));
  }

  #shown(id: string) {
    return { id, onClose: () => this.#slots.close(id) };
  }
}
