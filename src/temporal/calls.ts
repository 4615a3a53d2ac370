import { setTimeout } from 'node:timers/promises';
import {
  type Client,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';

/** The workflow is at work already: the page's (requirement A1), the conversation's repair, or the batch's. */
export class SyncAlreadyRunning extends Error {}

/** There is no such workflow at work. */
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
 * Calls Temporal, and waits until it has acknowledged.
 *
 * @param ms how long it may take in all, to reach Temporal and until that has answered
 * @throws SyncAlreadyRunning, SyncNotRunning, TemporalUnavailable, TemporalSilent
 */
export async function within<T>(client: Client, call: () => Promise<T>, ms = DEADLINE_MS): Promise<T> {
  const deadline = Date.now() + ms;
  await reach(client, ms);
  try {
    return await client.withDeadline(deadline, call);
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) throw new SyncAlreadyRunning();
    if (error instanceof WorkflowNotFoundError) throw new SyncNotRunning();
    if (!(error instanceof Error)) throw error;
    if (codeOf(error) === DEADLINE_EXCEEDED) throw new TemporalSilent('Temporal is silent', { cause: error });
    if (isUnavailable(error)) throw new TemporalUnavailable('Temporal does not answer', { cause: error });
    throw error;
  }
}

/** A query's answer; `null` when there is no such workflow, or nobody answers within a second. */
export async function ask<T>(client: Client, query: () => Promise<T>): Promise<T | null> {
  try {
    return await client.withDeadline(Date.now() + QUERY_DEADLINE_MS, query);
  } catch {
    // no worker, a workflow that cannot be queried, no Temporal: the row answers
    return null;
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

/** Whether Temporal has refused what it was sent, and would again. */
export function isRefused(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === INVALID_ARGUMENT;
}

/** gRPC status codes. */
const INVALID_ARGUMENT = 3;
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
