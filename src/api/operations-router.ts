import express, { type Request, type RequestHandler, Router } from 'express';
import type { Scope } from '../contract/scopes.ts';
import { etagOf, isKnown } from './etag.ts';
import type { Idempotent } from './idempotency.ts';
import { type Attempt, firstAttempt, type Operation, takesIdempotencyKey } from './operation.ts';
import { readBody, readQuery } from './read-request.ts';

/** The largest body that an operation takes. */
const MAX_BODY = '100kb';

/** What stands before every operation. */
export interface Guards {
  /** Lets those pass who may. */
  requireScope(scope: Scope): RequestHandler;
  /** Keeps a POST from being done twice. */
  idempotent: Idempotent;
}

/** The routes of operations, each behind the same guards: who may, then what came, then the handler. */
export function operationsRouter(operations: readonly Operation[], guards: Guards): Router {
  const router = Router();
  const json = express.json({ limit: MAX_BODY });
  for (const operation of operations) {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1');
    router[operation.method](path, guards.requireScope(operation.scope), json, answer(operation, guards));
  }
  return router;
}

function answer(operation: Operation, { idempotent }: Guards): RequestHandler {
  const isIdempotent = takesIdempotencyKey(operation);
  return async (req, res) => {
    const query = readQuery(req, operation.query);
    const body = operation.body === null ? undefined : readBody(req, operation.body);
    const run = (attempt: Attempt) =>
      operation.handle({ params: pathParams(req), query, body, attempt, req, res });
    const reply = isIdempotent ? await idempotent(req, res, body, run) : await run(firstAttempt());
    if (reply === null) return;
    if (operation.method === 'get' && reply.body !== undefined) {
      const etag = etagOf(reply.body);
      // who has it may keep it, and asks whether it is still so
      res.set({ 'Cache-Control': 'private, no-cache', ETag: etag });
      if (isKnown(req, etag)) {
        res.status(304).end();
        return;
      }
    } else {
      res.set('Cache-Control', 'no-store');
    }
    res.status(reply.status).set(reply.headers ?? {});
    if (reply.body === undefined) res.end();
    else res.json(reply.body);
  };
}

function pathParams(req: Request): Record<string, string> {
  const named = Object.entries(req.params).filter((entry): entry is [string, string] => {
    return typeof entry[1] === 'string';
  });
  return Object.fromEntries(named);
}
