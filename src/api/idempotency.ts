import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import type { KeptAnswer, KeyedRequest, Store } from '../store/index.ts';
import { principalOf } from './access/principal.ts';
import { type Attempt, firstAttempt, type Reply } from './operation.ts';
import { PROBLEM_TYPE, Problem, problemBody, toProblem } from './problem.ts';

/** How often a request that takes long says that it is still being worked on. */
const ALIVE_EVERY_MS = 15_000;

/** 1 to 255 printable characters. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Runs a request once for each `Idempotency-Key`; whoever sends it again gets the first answer. Answers below 500 are
 * kept, problems too. A server's fault is worth another try, which goes on with what the first has made: nobody may know
 * how that ended. Without the header it just runs.
 *
 * @param body what the request asks, validated
 * @returns `null` when the answer has been sent
 */
export type Idempotent = (
  req: Request,
  res: Response,
  body: unknown,
  run: (attempt: Attempt) => Promise<Reply | null>,
) => Promise<Reply | null>;

export function idempotent(keys: Store['idempotency']): Idempotent {
  return async (req, res, body, run) => {
    const key = req.get('idempotency-key');
    if (key === undefined) return run(firstAttempt());
    const asked: KeyedRequest = {
      principal: principalOf(res).id,
      key: validKey(key),
      requestHash: hashOf(req, body),
    };
    const claim = await keys.claim(asked);
    switch (claim.state) {
      case 'claimed':
        return runClaimed(keys, claim.claimId, asked, req, () =>
          run({ id: claim.workId, isRetry: claim.isRetry }),
        );
      case 'done':
        replay(res, claim.answer);
        return null;
      case 'in-progress':
        throw new Problem(
          409,
          'idempotency-in-progress',
          'The request is still being worked on',
          'Ask again.',
        );
      case 'reused':
        throw new Problem(
          422,
          'idempotency-key-reused',
          'The key was used for another request',
          'Each request needs a key of its own.',
        );
    }
  };
}

async function runClaimed(
  keys: Store['idempotency'],
  claimId: string,
  asked: KeyedRequest,
  req: Request,
  run: () => Promise<Reply | null>,
): Promise<Reply | null> {
  const warn = (error: unknown) => req.log.warn({ err: error }, 'The idempotency key could not be written');
  const alive = setInterval(() => void keys.keepAlive(claimId, asked).catch(warn), ALIVE_EVERY_MS);
  // what was done stays done when its key cannot be written
  const settle = (answer: KeptAnswer | null) =>
    (answer === null ? keys.release(claimId, asked) : keys.complete(claimId, asked, answer)).catch(warn);
  try {
    const reply = await run();
    await settle(reply === null || reply.status >= 500 || reply.isInterim ? null : keptReply(reply));
    return reply;
  } catch (error) {
    const problem = toProblem(error, req);
    await settle(problem.status >= 500 ? null : keptProblem(problem, req));
    throw error;
  } finally {
    clearInterval(alive);
  }
}

function validKey(key: string): string {
  if (KEY.test(key)) return key;
  const message = 'must be 1 to 255 printable ASCII characters without spaces';
  throw new Problem(400, 'validation', 'The header is not valid', `Idempotency-Key: ${message}`, {
    errors: [{ field: 'Idempotency-Key', message }],
  });
}

function hashOf(req: Request, body: unknown): Buffer {
  return createHash('sha256')
    .update(`${req.method} ${req.originalUrl}\n${JSON.stringify(body)}`)
    .digest();
}

function keptReply({ status, headers = {}, body }: Reply): KeptAnswer {
  return body === undefined
    ? { status, headers, body: null }
    : {
        status,
        headers: { ...headers, 'Content-Type': 'application/json; charset=utf-8' },
        body: JSON.stringify(body),
      };
}

function keptProblem(problem: Problem, req: Request): KeptAnswer {
  return {
    status: problem.status,
    headers: { 'Content-Type': `${PROBLEM_TYPE}; charset=utf-8` },
    body: problemBody(problem, req),
  };
}

function replay(res: Response, { status, headers, body }: KeptAnswer): void {
  res.status(status).set({ ...headers, 'Cache-Control': 'no-store', 'Idempotency-Replayed': 'true' });
  if (body === null) res.end();
  else res.send(Buffer.from(body));
}
