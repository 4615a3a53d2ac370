import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, type Options, rateLimit } from 'express-rate-limit';
import { Problem } from '../problem.ts';
import { principalOf } from './principal.ts';

const WINDOW_MS = 60_000;

const SHARED: Partial<Options> = {
  windowMs: WINDOW_MS,
  standardHeaders: 'draft-8',
  legacyHeaders: false,
  // what proxies say is believed by Express's own setting alone
  validate: { xForwardedForHeader: false, forwardedHeader: false },
};

/** Counts each client's requests; who makes too many waits. @param perMinute 0: any number */
export function limitRequests(perMinute: number): RequestHandler {
  if (perMinute === 0) return (_req, _res, next) => next();
  return rateLimit({
    ...SHARED,
    identifier: 'requests',
    limit: perMinute,
    keyGenerator: (_req, res) => principalOf(res as Response).id,
    handler: (_req, _res, next) => {
      const detail = `A client may make ${perMinute} requests a minute. Retry-After says when there is room again.`;
      next(new Problem(429, 'too-many-requests', 'Too many requests', detail));
    },
  });
}

/** Counts wrong credentials by the address that they come from, so that who sends many is told to wait. */
export interface FailureLimit {
  /** Counts one. @throws Problem 429 when it was one too many */
  count(req: Request, res: Response): Promise<void>;
}

export function limitFailures(perMinute: number): FailureLimit {
  const limiter = rateLimit({
    ...SHARED,
    identifier: 'failures',
    limit: perMinute,
    keyGenerator: (req) => ipKeyGenerator(req.ip ?? ''),
    handler: (_req, _res, next) => {
      const detail =
        'Too many wrong credentials came from this address. Retry-After says when it may try again.';
      next(new Problem(429, 'too-many-requests', 'Too many wrong credentials', detail));
    },
  });
  return {
    count: (req, res) =>
      new Promise((resolve, reject) => {
        limiter(req, res, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
      }),
  };
}
