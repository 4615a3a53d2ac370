import { type Query, type QueryClient, QueryObserver, type QueryObserverResult } from '@tanstack/react-query';
import type {
  FinalStreamEvent,
  JobResource,
  StreamEvent,
  SyncStatusResource,
} from '../../src/contract/resources.ts';
import type { ApiClient } from '../api/client.ts';
import { followEvents } from '../api/follow-events.ts';
import { keys } from '../api/keys.ts';
import { isProblem } from '../api/problem.ts';
import { markStale, staleAfterJob } from '../api/stale-queries.ts';
import { writeLastSync } from './last-sync.ts';
import { lookAgainMs } from './look-again.ts';
import {
  afterAnswer,
  afterEvent,
  endOf,
  hasCoveredPage,
  isOpen,
  type KnownSync,
  statusOfJob,
} from './sync-status.ts';

/** How news of a sync comes: `live` by its stream, `reconnecting` while that is away, `quiet` when there is none to follow. */
export type SyncConnection = 'quiet' | 'live' | 'reconnecting';

/** A page's sync as it is now. */
export interface SyncSnapshot {
  /** `undefined` until it is known; `null`: the page was never synced. */
  known: KnownSync | null | undefined;
  /** Why it could not be read, the last time that it was tried. */
  error: unknown;
  connection: SyncConnection;
}

/** The longest that a later end waits for the one that was missed, in milliseconds. */
const MISSED_MS = 5000;

/**
 * Follows one page's syncs for all that show it, while something does: by `GET /api/pages/{id}/sync`, which TanStack Query keeps,
 * and by the stream of a sync that runs. One stream a page, however many components look.
 */
export class SyncWatch {
  readonly #api: ApiClient;
  readonly #queryClient: QueryClient;
  readonly #pageId: string;
  readonly #listeners = new Set<() => void>();
  readonly #endListeners = new Set<(job: JobResource) => void>();
  readonly #observer: QueryObserver<SyncStatusResource | null>;
  #snapshot: SyncSnapshot = { known: undefined, error: null, connection: 'quiet' };
  #stopLooking: (() => void) | null = null;
  #stopFollowing: (() => void) | null = null;
  #startedAtMs = 0;
  #answeredAtMs = 0;
  /** The newest job since the watch began, and its end; `undefined`: no answer yet. */
  #newest: { jobId: string; end: string | null } | null | undefined;
  /** Looks in a row that were ahead of a stream which says that it is live. */
  #looksAhead = 0;
  /** How often is looked while no sync is known to run; `false`: somebody says when one begins. */
  #idleMs: number | false = false;
  /** Ends are told in their order: until then, one that nobody has seen is being read. */
  #missed: Promise<void> | null = null;

  constructor(api: ApiClient, queryClient: QueryClient, pageId: string) {
    this.#api = api;
    this.#queryClient = queryClient;
    this.#pageId = pageId;
    this.#observer = new QueryObserver(queryClient, this.#options());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  };

  readonly getSnapshot = (): SyncSnapshot => this.#snapshot;

  /** Calls once for each sync that ends while somebody watches, whoever started it. */
  onEnd(listener: (job: JobResource) => void): () => void {
    this.#endListeners.add(listener);
    return () => {
      this.#endListeners.delete(listener);
    };
  }

  /** Looks how the page's sync is now. */
  readonly look = (): void => {
    if (this.#listeners.size > 0) void this.#observer.refetch();
  };

  /** Looks, unless somebody does: each component that shows the page asks for it. */
  lookOnce(): void {
    if (this.#listeners.size > 0) void this.#observer.refetch({ cancelRefetch: false });
  }

  /** @param everyMs how often is looked whether a sync has begun elsewhere; `false`: somebody says so */
  lookWhileIdle(everyMs: number | false): void {
    if (everyMs === this.#idleMs) return;
    this.#idleMs = everyMs;
    if (this.#stopLooking !== null) this.#observer.setOptions(this.#options());
  }

  /** Takes what a command was answered. */
  take(status: SyncStatusResource): void {
    this.#apply(status);
    const queryKey = keys.sync(this.#pageId);
    // a look that is under way may be older
    void this.#queryClient
      .cancelQueries({ queryKey, exact: true })
      .then(() => this.#queryClient.setQueryData(queryKey, status));
  }

  #options() {
    return {
      queryKey: keys.sync(this.#pageId),
      queryFn: ({ signal }: { signal: AbortSignal }) => readStatus(this.#api, this.#pageId, signal),
      staleTime: 1000,
      retry: false,
      networkMode: 'always' as const,
      refetchOnWindowFocus: true,
      refetchOnReconnect: true,
      refetchOnMount: true,
      refetchInterval: ({ state }: Query<SyncStatusResource | null>) =>
        lookAgainMs({
          answered: state.data,
          error: state.error,
          known: this.#snapshot.known?.status,
          isLive: this.#snapshot.connection === 'live',
          idleMs: this.#idleMs,
        }),
    };
  }

  #start(): void {
    this.#startedAtMs = Date.now();
    this.#answeredAtMs = 0;
    this.#newest = undefined;
    this.#stopLooking = this.#observer.subscribe((result) => this.#onAnswer(result));
    this.#onAnswer(this.#observer.getCurrentResult());
  }

  #stop(): void {
    this.#stopLooking?.();
    this.#stopLooking = null;
    this.#unfollow();
  }

  #onAnswer({ data, dataUpdatedAt, error }: QueryObserverResult<SyncStatusResource | null>): void {
    if (error !== this.#snapshot.error) this.#set({ error });
    if (data === undefined || dataUpdatedAt === this.#answeredAtMs) return;
    this.#answeredAtMs = dataUpdatedAt;
    this.#apply(data, dataUpdatedAt >= this.#startedAtMs);
  }

  /** @param isFresh whether it was said since the watch began: what ended before is no news */
  #apply(status: SyncStatusResource | null, isFresh = true): void {
    const before = this.#snapshot.known ?? null;
    if (status === null) {
      if (before === null) this.#set({ known: null });
      if (isFresh) this.#newest ??= null;
      return;
    }
    const known = afterAnswer(before, status, Date.now());
    this.#heedLook(before, known);
    if (known !== before) this.#set({ known });
    if (isOpen(known.status)) this.#follow();
    else this.#unfollow();
    if (isFresh) this.#heedEnd(known.status.job);
  }

  #heedEnd(job: JobResource): void {
    const before = this.#newest;
    const end = endOf(job);
    this.#newest = { jobId: job.id, end };
    if (before === undefined) return;
    if (before !== null && before.end === null && before.jobId !== job.id) {
      this.#missed = this.#tellMissedEnd(before.jobId, this.#missed);
    }
    if (end === null || end === before?.end) return;
    if (this.#missed === null) this.#tellEnd(job);
    else void this.#missed.then(() => this.#tellEnd(job));
  }

  /** Of a sync that was followed by another one before anybody looked. @param earlier what is to be told before */
  async #tellMissedEnd(jobId: string, earlier: Promise<void> | null): Promise<void> {
    const signal = AbortSignal.timeout(MISSED_MS);
    const job = await this.#api.get<JobResource>(`/api/jobs/${jobId}`, { signal }).catch(() => null);
    await earlier;
    if (job !== null && endOf(job) !== null) this.#tellEnd(job);
  }

  #tellEnd(job: JobResource): void {
    if (hasCoveredPage(job) && job.completedAt !== null) writeLastSync(this.#pageId, job.completedAt);
    markStale(this.#queryClient, staleAfterJob({ pageId: this.#pageId, jobId: job.id }, true));
    for (const listener of this.#endListeners) listener(job);
  }

  #follow(): void {
    if (this.#stopFollowing !== null || this.#listeners.size === 0) return;
    this.#looksAhead = 0;
    this.#stopFollowing = followEvents(this.#api, {
      path: `/api/pages/${this.#pageId}/sync/stream`,
      events: ['snapshot', 'progress', 'final'],
      finalEvent: 'final',
      onEvent: (name, data, id) => {
        this.#looksAhead = 0;
        if (name === 'final') this.take(statusOfJob((data as FinalStreamEvent).job));
        else this.#onEvent(data as StreamEvent, id);
      },
      onState: (state, problem) => {
        if (state === 'live') this.#connected('live');
        else if (problem !== null) this.#connected('reconnecting');
        // its end was seen already, or so the server says
        else if (state === 'ended' && this.#stopFollowing !== null) {
          this.#unfollow();
          this.look();
        }
      },
    });
  }

  #unfollow(): void {
    const stop = this.#stopFollowing;
    this.#stopFollowing = null;
    stop?.();
    this.#connected('quiet');
  }

  #onEvent(event: StreamEvent, id: string): void {
    const before = this.#snapshot.known;
    if (before === null || before === undefined) return;
    const known = afterEvent(before, event, id, Date.now());
    this.#newest ??= { jobId: event.jobId, end: null };
    if (known === null) this.look();
    else if (known !== before) this.#set({ known });
  }

  /** A connection can die without a word: looks go on and on, and events do not come. */
  #heedLook(before: KnownSync | null, known: KnownSync): void {
    if (this.#snapshot.connection !== 'live') return;
    if (known.status.job.revision === before?.status.job.revision) return;
    this.#looksAhead += 1;
    if (this.#looksAhead < 3) return;
    this.#unfollow();
    this.#connected('reconnecting');
  }

  #connected(connection: SyncConnection): void {
    if (connection === this.#snapshot.connection) return;
    this.#set({ connection });
    // how often is looked depends on it
    if (this.#stopLooking !== null) this.#observer.setOptions(this.#options());
  }

  #set(changes: Partial<SyncSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...changes };
    for (const listener of this.#listeners) listener();
  }
}

/** @returns `null` when the page was never synced */
async function readStatus(
  api: ApiClient,
  pageId: string,
  signal: AbortSignal,
): Promise<SyncStatusResource | null> {
  try {
    return await api.get<SyncStatusResource>(`/api/pages/${pageId}/sync`, { signal });
  } catch (error) {
    if (isProblem(error, 'not-found')) return null;
    throw error;
  }
}
