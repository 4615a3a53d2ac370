import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Scope } from '../contract/access.ts';
import { Problem } from './problem.ts';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Lets requests with `Authorization: Bearer <token>` pass; compares in constant time. */
export function requireToken(token: string): RequestHandler {
  const expected = digest(token);
  return (req, res, next) => {
    const given = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
    if (given === undefined || !timingSafeEqual(digest(given), expected)) {
      res.setHeader('WWW-Authenticate', 'Bearer');
      throw new Problem(
        401,
        'unauthorized',
        'Sign in with a token',
        'Send the header Authorization: Bearer <token>',
      );
    }
    next();
  };
}

/** The one token there is may do everything. */
export function requireScope(_scope: Scope): RequestHandler {
  return (_req, _res, next) => next();
}
