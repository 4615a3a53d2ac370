import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { Problem } from '../problem.ts';
import { deriveKeys } from './session-cookie.ts';

/** Methods that change nothing. */
const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/** Keeps pages of others from using a browser's cookie: they know neither the token nor our origin. */
export interface Csrf {
  tokenOf(sessionId: string): string;
  /** @throws Problem 403 when the request would change something and is not of a page of ours */
  check(req: Request, sessionId: string): void;
}

/** @param publicUrl where browsers find us; `null`: at the host that the request names */
export function createCsrf(ring: readonly Buffer[], publicUrl: string | null): Csrf {
  const keys = deriveKeys(ring, 'csrf');
  const tokens = (sessionId: string) =>
    keys.map((key) => createHmac('sha256', key).update(sessionId).digest('base64url'));
  const ownOrigin = publicUrl === null ? null : new URL(publicUrl).origin;
  return {
    tokenOf: (sessionId) => tokens(sessionId)[0] ?? '',
    check(req, sessionId) {
      if (SAFE.includes(req.method)) return;
      if (!isSameOrigin(req, ownOrigin)) {
        throw new Problem(403, 'csrf', 'Not from this page', 'The request comes from another origin.');
      }
      const given = Buffer.from(req.get('x-csrf-token') ?? '');
      const known = tokens(sessionId).map((token) => Buffer.from(token));
      if (!known.some((token) => token.length === given.length && timingSafeEqual(token, given))) {
        const detail = 'Send the header X-CSRF-Token with the csrfToken of GET /api/session.';
        throw new Problem(403, 'csrf', 'The CSRF token is missing or wrong', detail);
      }
    },
  };
}

/** Every browser says where a request comes from that is no mere look. */
function isSameOrigin(req: Request, ownOrigin: string | null): boolean {
  const [site, origin] = [req.get('sec-fetch-site'), req.get('origin')];
  if (site === undefined && origin === undefined) return false;
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin === undefined) return true;
  if (ownOrigin !== null) return origin === ownOrigin;
  return URL.canParse(origin) && new URL(origin).host === req.get('host');
}
