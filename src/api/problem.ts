import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import type { z } from 'zod';
import { type ProblemName, problemType } from '../contract/problems.ts';
import { isDatabaseAway, sqlState } from '../store/index.ts';
import { TemporalSilent, TemporalUnavailable } from '../temporal/sync.ts';

/** An answer of RFC 9457, thrown by any handler. */
export class Problem extends Error {
  readonly status: number;
  readonly problem: ProblemName;
  readonly title: string;
  readonly extra: Record<string, unknown>;

  constructor(
    status: number,
    problem: ProblemName,
    title: string,
    detail?: string,
    extra: Record<string, unknown> = {},
  ) {
    super(detail ?? title);
    this.status = status;
    this.problem = problem;
    this.title = title;
    this.extra = extra;
  }
}

export function notFound(what: string): Problem {
  return new Problem(404, 'not-found', `${what} not found`);
}

/** A field that is well-formed and yet wrong. */
export function invalidField(field: string, message: string): Problem {
  return new Problem(422, 'validation', 'The body is not valid', `${field}: ${message}`, {
    errors: [{ field, message }],
  });
}

/** A parameter of the query that is well-formed and yet wrong. */
export function invalidParameter(field: string, message: string): Problem {
  return new Problem(400, 'validation', 'The query is not valid', `${field}: ${message}`, {
    errors: [{ field, message }],
  });
}

/** One entry per field, named as the client wrote it. */
export function validationProblem(error: z.ZodError, where: 'body' | 'query'): Problem {
  const errors = error.issues.flatMap((issue) => {
    // a parameter that is a list is one parameter
    const path = issue.path.filter((key) => where === 'body' || typeof key === 'string').map(String);
    return issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ field: [...path, key].join('.'), message: 'is not known here' }))
      : [{ field: path.join('.') || where, message: inWords(issue.message) }];
  });
  const detail = errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return new Problem(where === 'body' ? 422 : 400, 'validation', `The ${where} is not valid`, detail, {
    errors,
  });
}

function inWords(message: string): string {
  return message.endsWith('received undefined') ? 'is required' : message;
}

/** The problem that an error is to the client: whatever is not expected is ours. */
export function toProblem(error: unknown, req: Request): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TemporalUnavailable) {
    return new Problem(
      503,
      'temporal-unavailable',
      'Temporal does not answer',
      'Nothing was started. Try again.',
    );
  }
  if (error instanceof TemporalSilent) {
    const detail =
      'It is not known whether it was taken. Look at it before you try again, or send the same Idempotency-Key again.';
    return new Problem(503, 'temporal-unavailable', 'Temporal does not answer in time', detail);
  }
  if (isDatabaseAway(error)) {
    return new Problem(503, 'database-unavailable', 'The database does not answer', 'Try again.');
  }
  // a cursor that is well-formed but not of this list
  if ('cursor' in req.query && sqlState(error)?.code.startsWith('22')) {
    return new Problem(400, 'validation', 'The query is not valid', 'cursor: is not one of this list', {
      errors: [{ field: 'cursor', message: 'is not one of this list' }],
    });
  }
  if (error instanceof URIError) return notFound('Resource');
  const unread = unreadableBody(error);
  if (unread !== null) return unread;
  return new Problem(500, 'internal', 'Internal error', 'The server’s log has the details.');
}

/** What body-parser says of a body; `null` for any other error. */
function unreadableBody(error: unknown): Problem | null {
  if (!(error instanceof Error && 'status' in error)) return null;
  if (error.status === 413) return new Problem(413, 'too-large', 'The body is too large');
  if (error.status === 415) {
    return new Problem(415, 'unsupported-media-type', 'The body cannot be read', error.message);
  }
  // not JSON, not as long as it said, or the client has gone in the middle of it
  if (error.status !== 400) return null;
  return new Problem(400, 'malformed-json', 'The body is not JSON', error.message, {
    errors: [{ field: 'body', message: 'is not JSON' }],
  });
}

/** The body of a problem's answer. */
export function problemBody(problem: Problem, req: Request): string {
  return JSON.stringify({
    type: problemType(problem.problem),
    title: problem.title,
    status: problem.status,
    detail: problem.message,
    instance: req.originalUrl.split('?')[0],
    ...problem.extra,
  });
}

export const PROBLEM_TYPE = 'application/problem+json';

/** Whole seconds until a time that a problem names, at least one; `null` when it names none. */
function secondsUntil(at: unknown): number | null {
  return typeof at === 'string' ? Math.max(1, Math.ceil((Date.parse(at) - Date.now()) / 1000)) : null;
}

/** The last route: everything else. */
export const unknownRoute: RequestHandler = (req) => {
  throw new Problem(404, 'not-found', 'No such resource', `${req.method} ${req.path} is not served`);
};

/** Turns whatever a handler threw into `application/problem+json`. */
export const problemHandler: ErrorRequestHandler = (error: unknown, req, res, next) => {
  const problem = toProblem(error, req);
  if (problem.status >= 500) req.log.error({ err: error }, problem.title);
  if (res.headersSent) {
    next(error);
    return;
  }
  const wait = secondsUntil(problem.extra.retryAt);
  if (problem.status === 503 && wait !== null) res.set('Retry-After', String(wait));
  res.set('Cache-Control', 'no-store');
  res.status(problem.status).type(PROBLEM_TYPE).send(problemBody(problem, req));
};
