import { timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { hashOfSecret, type Store } from '../../store/index.ts';
import { Problem } from '../problem.ts';
import type { Csrf } from './csrf.ts';
import { type Principal, setPrincipal } from './principal.ts';
import type { FailureLimit } from './rate-limit.ts';
import type { SessionCookie } from './session-cookie.ts';

/** What tells who somebody is. */
export interface AccessDeps {
  store: Pick<Store, 'tokens' | 'sessions'>;
  /** The token of the environment, which may do everything. */
  bootstrapToken: string;
  cookie: SessionCookie;
  csrf: Csrf;
  failures: FailureLimit;
}

/** Credentials that were good before are looked at even when others at the same address send wrong ones. */
const REMEMBERED = 10_000;

/**
 * Lets requests pass that say who they are: `Authorization: Bearer <token>`, or the cookie of a signed-in browser. A wrong
 * token is wrong, whatever the cookie.
 */
export function authenticate(deps: AccessDeps): RequestHandler {
  const { cookie, csrf, failures } = deps;
  const bootstrap = hashOfSecret(deps.bootstrapToken);
  const wereGood = new Set<string>();

  async function identify(credentials: Credentials, hash: Buffer): Promise<Principal | null> {
    if (credentials.kind === 'token') {
      if (timingSafeEqual(hash, bootstrap)) return { id: 'bootstrap', scope: 'admin', session: null };
      const token = await deps.store.tokens.authenticate(hash);
      return token && { id: `token:${token.id}`, scope: token.scope, session: null };
    }
    const id = await cookie.verify(credentials.value);
    const session = id === null ? null : await deps.store.sessions.authenticate(id);
    return session && { id: `session:${session.id}`, scope: session.scope, session };
  }

  return async (req, res, next) => {
    const credentials = credentialsOf(req, cookie);
    const hash = hashOfSecret(credentials?.value ?? '');
    const known = wereGood.has(hash.toString('hex'));
    if (credentials !== null && !known && (await failures.isReached(req))) await failures.count(req, res);
    const principal = credentials === null ? null : await identify(credentials, hash);
    if (principal === null) {
      if (credentials !== null) await failures.count(req, res);
      res.setHeader('WWW-Authenticate', 'Bearer');
      const detail = 'Send the header Authorization: Bearer <token>, or sign in with a link';
      throw new Problem(401, 'unauthorized', 'Sign in with a token', detail);
    }
    if (!known) {
      if (wereGood.size >= REMEMBERED) wereGood.clear();
      wereGood.add(hash.toString('hex'));
    }
    if (principal.session !== null) csrf.check(req, principal.session.id);
    setPrincipal(res, principal);
    next();
  };
}

interface Credentials {
  kind: 'token' | 'cookie';
  value: string;
}

function credentialsOf(req: Request, cookie: SessionCookie): Credentials | null {
  const { authorization } = req.headers;
  if (authorization !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    return token === undefined ? null : { kind: 'token', value: token };
  }
  const value = cookie.read(req.headers.cookie);
  return value === null ? null : { kind: 'cookie', value };
}
