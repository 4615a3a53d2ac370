import { setTimeout } from 'node:timers/promises';
import {
  type Client,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import { cancelSignal, pauseSignal, progressQuery, resumeSignal } from '../contract/messages.ts';
import { SEARCH_ATTRIBUTES, SYNC_WORKFLOW, syncWorkflowId, workflowIdOf } from '../contract/names.ts';
import type { SyncResult, WorkflowProgress } from '../contract/progress.ts';
import type { SyncWorkflowInput } from '../contract/sync-options.ts';

/** The workflow is at work already: the page's (requirement A1), or the conversation's repair. */
export class SyncAlreadyRunning extends Error {}

/** The page has no workflow at work. */
export class SyncNotRunning extends Error {}

/** Temporal cannot be reached: it has taken nothing. */
export class TemporalUnavailable extends Error {}

/** Temporal did not answer in time: it may have taken what it was sent. */
export class TemporalSilent extends Error {}

/** How long the API waits for Temporal to take something, in milliseconds. */
const DEADLINE_MS = 5000;

/** How long it waits for a worker to answer a query: the row alone answers after that. */
const QUERY_DEADLINE_MS = 1000;

/**
 * Syncs come after whatever else shares a queue with them (3 is the default, 1 comes first). Servers that know no
 * priorities and no fairness ignore both.
 */
const SYNC_PRIORITY = 4;

const SIGNALS = { pause: pauseSignal, resume: resumeSignal, cancel: cancelSignal } as const;

/** What can be asked of a running sync. */
export type SyncCommand = keyof typeof SIGNALS;

/** Start, signal and query calls of `SyncWorkflow`; every one is awaited until Temporal has acknowledged it. */
export type SyncControl = ReturnType<typeof createSyncControl>;

export function createSyncControl(client: Client, taskQueue: string) {
  const within = <T>(ms: number, call: () => Promise<T>) => answerWithin(client, ms, call);
  return {
    /**
     * Starts the job's workflow.
     *
     * @throws SyncAlreadyRunning, TemporalUnavailable, TemporalSilent
     */
    async start(input: SyncWorkflowInput): Promise<{ runId: string }> {
      const handle = await within(DEADLINE_MS, () =>
        client.workflow.start<(input: SyncWorkflowInput) => Promise<SyncResult>>(SYNC_WORKFLOW, {
          workflowId: workflowIdOf(input),
          workflowIdConflictPolicy: 'FAIL',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          taskQueue,
          args: [input],
          // activities and the runs after continue-as-new inherit it
          priority: { priorityKey: SYNC_PRIORITY, fairnessKey: input.facebookPageId },
          staticSummary: summaryOf(input),
          typedSearchAttributes: [
            { key: SEARCH_ATTRIBUTES.pageId, value: input.facebookPageId },
            { key: SEARCH_ATTRIBUTES.syncStatus, value: 'PENDING' },
            { key: SEARCH_ATTRIBUTES.syncMode, value: input.options.mode },
            { key: SEARCH_ATTRIBUTES.syncTrigger, value: input.options.trigger },
          ],
        }),
      );
      return { runId: handle.firstExecutionRunId };
    },

    /**
     * @param job the page's sync, or with a conversation the repair of it
     * @throws SyncNotRunning, TemporalUnavailable, TemporalSilent
     */
    async command(job: Parameters<typeof workflowIdOf>[0], command: SyncCommand): Promise<void> {
      const definition: SignalDefinition = SIGNALS[command];
      const handle = client.workflow.getHandle(workflowIdOf(job));
      await within(DEADLINE_MS, () => handle.signal(definition));
    },

    /** What the running workflow knows; `null` when there is none, or nobody answers within a second. */
    async progress(facebookPageId: string): Promise<WorkflowProgress | null> {
      const handle = client.workflow.getHandle(syncWorkflowId(facebookPageId));
      try {
        return await client.withDeadline(Date.now() + QUERY_DEADLINE_MS, () => handle.query(progressQuery));
      } catch {
        // no worker, a workflow that cannot be queried, no Temporal: the row answers
        return null;
      }
    },

    /** Whether Temporal answers. */
    async isReady(): Promise<boolean> {
      try {
        await within(DEADLINE_MS, () =>
          client.workflowService.describeNamespace({ namespace: client.options.namespace }),
        );
        return true;
      } catch {
        return false;
      }
    },
  };
}

function summaryOf({ options, facebookPageId, conversationId }: SyncWorkflowInput): string {
  return conversationId
    ? `repair of conversation ${conversationId} of page ${facebookPageId}`
    : `${options.mode} sync of page ${facebookPageId}`;
}

/**
 * A call to Temporal, and what its failures mean.
 *
 * @throws SyncAlreadyRunning, SyncNotRunning, TemporalUnavailable, TemporalSilent
 */
export async function answerWithin<T>(client: Client, ms: number, call: () => Promise<T>): Promise<T> {
  await reach(client, ms);
  try {
    return await client.withDeadline(Date.now() + ms, call);
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) throw new SyncAlreadyRunning();
    if (error instanceof WorkflowNotFoundError) throw new SyncNotRunning();
    if (!(error instanceof Error)) throw error;
    if (codeOf(error) === DEADLINE_EXCEEDED) throw new TemporalSilent('Temporal is silent', { cause: error });
    if (isUnavailable(error)) throw new TemporalUnavailable('Temporal does not answer', { cause: error });
    throw error;
  }
}

/** Nothing can have been taken while there is no connection. @throws TemporalUnavailable */
async function reach(client: Client, ms: number): Promise<void> {
  const late = new AbortController();
  const timeUp = setTimeout(ms, null, { signal: late.signal }).then(() => {
    throw new Error(`no connection within ${ms} ms`);
  });
  try {
    await Promise.race([client.connection.ensureConnected(), timeUp]);
  } catch (error) {
    throw new TemporalUnavailable('Temporal does not answer', { cause: error });
  } finally {
    late.abort();
    timeUp.catch(() => {});
  }
}

/** gRPC status codes. */
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = new Set([1, 8, 14]);

function codeOf(error: Error): number | null {
  const cause = isGrpcServiceError(error) ? error : error.cause;
  return cause instanceof Error && isGrpcServiceError(cause) ? cause.code : null;
}

/** Cancelled, resource exhausted, unavailable, or no connection at all. */
function isUnavailable(error: Error): boolean {
  const code = codeOf(error);
  return code === null
    ? error.name === 'IllegalStateError' || /connect/i.test(error.message)
    : UNAVAILABLE.has(code);
}
