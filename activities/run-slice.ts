import { cancellationSignal, heartbeat, log } from '@temporalio/activity';
import type { JobProgress } from '../src/contract/progress.ts';
import type { DoneEnd, SliceInput, SliceResult } from '../src/contract/slice.ts';
import { internalError, type SyncError } from '../src/contract/sync-error.ts';
import { type GraphClient, GraphError, type GraphInbox } from '../src/graph/index.ts';
import {
  isDatabaseAway,
  type PageCredentials,
  PageDisconnected,
  type Store,
  sqlState,
  UnreadableToken,
} from '../src/store/index.ts';
import type { OwnIds } from './map-conversation.ts';
import { sliceEndOf } from './slice-end.ts';

export interface SliceDeps {
  store: Store;
  graph: GraphClient;
  /** How long a slice goes on asking for further pages, in milliseconds. */
  sliceMs: number;
  /** Time without any progress after which a platform is given up, in milliseconds. */
  standstillMs: number;
}

/** What a slice has got done; kept up to date while it works, so that it is true whenever an error ends it. */
export interface SliceState {
  job: JobProgress;
  /** Whether this attempt has stored anything. */
  advanced: boolean;
  /** Graph calls that are not in the job's row yet. */
  apiCalls: number;
}

/** What the work of a slice is done with. */
export interface SliceContext {
  inbox: GraphInbox;
  /** Ids by which the page itself appears among people. */
  own: OwnIds;
  /** A cancel, or the worker's shutdown: aborts the call in hand. */
  signal: AbortSignal;
  /** Epoch milliseconds after which no further page is asked for. */
  deadlineMs: number;
}

/** How the work of a slice ends when nothing goes wrong. */
export type WorkEnd = 'time' | DoneEnd;

/**
 * A slice ends by itself soon enough for a cancel; one that takes longer, because it waits for Graph, tells that it lives
 * from then on, and is told of a cancel. Each heartbeat is an Action that Temporal Cloud bills.
 */
const HEARTBEAT_MS = 1000;
/** However long slices are: well within the heartbeat time-out. */
const LATEST_FIRST_HEARTBEAT_MS = 3000;

/**
 * Runs two seconds of work. A cancel, and the worker's shutdown, abort the call in hand; what was stored is reported as
 * usual. Whatever goes wrong is a value; the wait after it is the workflow's, where it can be seen, paused and cancelled.
 *
 * @throws database errors alone, retried by policy until the database is there
 */
export async function runSlice(
  deps: SliceDeps,
  input: SliceInput,
  state: SliceState,
  work: (context: SliceContext) => Promise<WorkEnd>,
): Promise<SliceResult> {
  const signal = cancellationSignal();
  let beat = setTimeout(
    () => {
      beat = setInterval(() => heartbeat(), HEARTBEAT_MS);
      heartbeat();
    },
    Math.min(deps.sliceMs + HEARTBEAT_MS, LATEST_FIRST_HEARTBEAT_MS),
  );
  const { pages, lifecycle } = deps.store;
  const result = (end: Pick<SliceResult, 'why' | 'untilMs' | 'error'>): SliceResult => ({
    ...end,
    job: state.job,
    advanced: state.advanced,
  });
  const goOn = () => result({ why: 'time', untilMs: null, error: null });
  let credentials: Pick<PageCredentials, 'encryptedToken'> | null = null;
  try {
    const readable = await pages.credentials(input.pageId);
    credentials = readable;
    const why = await work({
      inbox: inboxOf(readable, input),
      own: new Set([readable.facebookPageId, readable.instagramAccountId ?? '']),
      signal,
      deadlineMs: Date.now() + deps.sliceMs,
    });
    if (state.apiCalls > 0) await lifecycle.countCalls(input.jobId, state.apiCalls);
    return result({ why, untilMs: null, error: null });
  } catch (thrown) {
    if (signal.aborted) return goOn();
    if (isDatabaseAway(thrown)) throw thrown;
    if (thrown instanceof UnreadableToken) credentials = thrown;
    const error =
      thrown instanceof UnreadableToken || thrown instanceof PageDisconnected
        ? new GraphError('auth', { detail: thrown.message })
        : thrown;
    if (error instanceof GraphError && error.kind === 'auth' && credentials !== null) {
      const dead = await pages.markTokenDead(input.pageId, credentials.encryptedToken, error.message);
      // the page was connected anew while this slice ran
      if (!dead) return goOn();
    }
    const syncError = error instanceof GraphError ? error.toSyncError() : unexpected(error);
    const end = sliceEndOf(error, input, state.advanced, deps.standstillMs);
    await lifecycle.noteError(input.jobId, syncError, state.apiCalls, waitOrderedBy(end));
    return result({ ...end, error: syncError });
  } finally {
    clearTimeout(beat);
  }
}

function inboxOf(credentials: PageCredentials, { platform }: SliceInput): GraphInbox {
  return {
    pageId: credentials.facebookPageId,
    asset:
      platform === 'messenger'
        ? credentials.facebookPageId
        : (credentials.instagramAccountId ?? credentials.facebookPageId),
    token: credentials.accessToken,
    platform,
  };
}

/** For how long Meta wants no calls, in milliseconds; `null` when a slice ended otherwise: what merely fails is tried again. */
function waitOrderedBy({ why, untilMs }: Pick<SliceResult, 'why' | 'untilMs'>): number | null {
  if (untilMs === null || (why !== 'throttled' && why !== 'blocked')) return null;
  const ms = untilMs - Date.now();
  return ms > 0 ? ms : null;
}

/** Something that nobody expected. What PostgreSQL says may quote a row, so of that only the kind is logged. */
function unexpected(error: unknown): SyncError {
  log.error('A slice failed', { error: sqlState(error) ?? error });
  return internalError(error instanceof Error ? error.name : null);
}
