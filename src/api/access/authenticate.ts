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

/**
 * Lets requests pass that say who they are: `Authorization: Bearer <token>`, or the cookie of a signed-in browser. A wrong
 * token is wrong, whatever the cookie. Every credential is looked at, however many wrong ones came from its address: they
 * are too long to be guessed, and whoever shares the address with a program gone wild is not locked out.
 */
export function authenticate(deps: AccessDeps): RequestHandler {
  const { cookie, csrf, failures } = deps;
  const bootstrap = hashOfSecret(deps.bootstrapToken);

  async function ofToken(token: string): Promise<Principal | null> {
    const hash = hashOfSecret(token);
    if (timingSafeEqual(hash, bootstrap)) return { id: 'bootstrap', scope: 'admin', session: null };
    const found = await deps.store.tokens.authenticate(hash);
    return found && { id: `token:${found.id}`, scope: found.scope, session: null };
  }

  /** @returns `over` when the cookie is ours, and its session is not open any more */
  async function ofCookie(value: string): Promise<Principal | 'over' | null> {
    const signed = await cookie.verify(value);
    if (signed === null) return null;
    const session = signed.hasExpired ? null : await deps.store.sessions.authenticate(signed.id);
    return session === null ? 'over' : { id: `session:${session.id}`, scope: session.scope, session };
  }

  return async (req, res, next) => {
    const credentials = credentialsOf(req, cookie);
    const principal =
      credentials && (await (credentials.kind === 'token' ? ofToken : ofCookie)(credentials.value));
    if (principal === null || principal === 'over') {
      if (credentials !== null && principal === null) await failures.count(req, res);
      res.setHeader('WWW-Authenticate', 'Bearer');
      const detail = 'Send the header Authorization: Bearer <token>, or sign in with a link';
      throw new Problem(401, 'unauthorized', 'Sign in with a token', detail);
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
