import type { JobChange, NotificationChange } from '../../src/contract/change-resources.ts';
import { hasEnded } from '../../src/contract/job-status.ts';

/** What one toast tells of; while it is shown, more of its kind goes into it. */
export type NewsSlot = JobSlot | NotificationSlot;

/** Syncs that have ended: those of a batch, or all that are of none. */
export interface JobSlot {
  id: string;
  kind: 'jobs';
  batchId: string | null;
  jobs: JobChange[];
}

/** Notifications: news, or what needs somebody. */
export interface NotificationSlot {
  id: string;
  kind: 'notifications';
  isAlert: boolean;
  notifications: NotificationChange[];
}

/** What was heard of in a moment. */
export interface Heard {
  jobs: readonly JobChange[];
  notifications: readonly NotificationChange[];
}

/**
 * Whether a toast tells of what has become of a job: of its end. That of an automatic sync has a notification of its own when
 * there is something to tell; that somebody has cancelled it has none.
 */
export function isNews({ status, trigger }: JobChange): boolean {
  return hasEnded(status) && (trigger !== 'schedule' || status === 'CANCELLED');
}

/** The toasts that are shown, so that many things at once make few of them. */
export class NewsSlots {
  readonly #jobs = new Map<string, JobSlot>();
  readonly #notifications = new Map<string, NotificationSlot>();

  /** @returns the toasts that have something new to tell */
  add({ jobs, notifications }: Heard): NewsSlot[] {
    const changed = new Set<NewsSlot>();
    for (const job of jobs) {
      const id = job.batchId === null ? 'jobs' : `batch-${job.batchId}`;
      const slot = this.#jobs.get(id) ?? { id, kind: 'jobs', batchId: job.batchId, jobs: [] };
      slot.jobs = [...slot.jobs.filter(({ jobId }) => jobId !== job.jobId), job];
      this.#jobs.set(id, slot);
      changed.add(slot);
    }
    for (const notification of notifications) {
      const isAlert = notification.severity !== 'info';
      const id = isAlert ? 'alerts' : 'news';
      const slot = this.#notifications.get(id) ?? { id, kind: 'notifications', isAlert, notifications: [] };
      slot.notifications = [...slot.notifications.filter((one) => one.id !== notification.id), notification];
      this.#notifications.set(id, slot);
      changed.add(slot);
    }
    return [...changed];
  }

  /** A toast has gone: what comes later begins a new one. */
  close(id: string): void {
    this.#jobs.delete(id);
    this.#notifications.delete(id);
  }
}
