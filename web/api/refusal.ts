import { ApiProblem } from './problem.ts';

// Answers after which asking again at once is of no use.

/** How long to wait when the server wants fewer requests and does not say until when, in milliseconds. */
const FEWER_MS = 30_000;

/** @param isOurs whether the API itself has answered: in front of it, 404 may pass */
function isFinal(status: number, isOurs: boolean): boolean {
  return status === 401 || status === 403 || (status === 404 && isOurs);
}

/** Whether the API would refuse it again, until somebody signs in or connects something. */
export function isRefused(error: unknown): error is ApiProblem {
  return error instanceof ApiProblem && isFinal(error.status, error.problem !== 'unknown');
}

/** How long the API wants no request, in milliseconds; `null`: it does not say so. */
export function waitAfter(error: unknown): number | null {
  return error instanceof ApiProblem ? waitOf(error.status, error.retryAfterSeconds) : null;
}

/** Whether people have to know why nothing new comes: other failures pass by themselves. */
export function mustBeSaid(error: unknown): boolean {
  return isRefused(error) || waitAfter(error) !== null;
}

/** What an answer says that was not read. */
export function readRefusal({ status, headers }: Pick<Response, 'status' | 'headers'>): {
  isRefused: boolean;
  waitMs: number | null;
} {
  const isOurs = headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return { isRefused: isFinal(status, isOurs), waitMs: waitOf(status, seconds) };
}

function waitOf(status: number, seconds: number | null): number | null {
  if (status !== 429) return null;
  return seconds !== null && Number.isFinite(seconds) ? Math.max(1, seconds) * 1000 : FEWER_MS;
}
