import type { RequestHandler, Router } from 'express';
import type { Config } from '../../config.ts';
import type { Store } from '../../store/index.ts';
import type { Operation } from '../operation.ts';
import { authenticate } from './authenticate.ts';
import { allowOrigins } from './cross-origin.ts';
import { createCsrf } from './csrf.ts';
import { limitFailures, limitRequests } from './rate-limit.ts';
import { sessionOperations } from './session.ts';
import { createSessionCookie } from './session-cookie.ts';
import { sessionListOperations } from './sessions.ts';
import { signInRouter } from './sign-in.ts';
import { tokenOperations } from './tokens.ts';

export { requireScope } from './principal.ts';

/** What says who may. */
export type AccessConfig = Pick<Config, 'http' | 'apiToken' | 'tokenKeys'>;

/** Who may: what stands before the API, and the operations that are about it. */
export interface Access {
  /** Before all of `/api`: other origins, who asks, how often. */
  gate: RequestHandler[];
  /** `/sign-in` */
  signIn: Router;
  operations: Operation[];
  /** Of the session's cookie in this installation. */
  cookieName: string;
}

export function createAccess(store: Store, { http, apiToken, tokenKeys }: AccessConfig): Access {
  const cookie = createSessionCookie(tokenKeys, isHttps(http));
  const csrf = createCsrf(tokenKeys, http.publicUrl);
  const failures = limitFailures(http.authFailuresPerMinute);
  return {
    gate: [
      allowOrigins(http.corsOrigins),
      authenticate({ store, bootstrapToken: apiToken, cookie, csrf, failures }),
      limitRequests(http.requestsPerMinute),
    ],
    signIn: signInRouter({ store, cookie, failures }),
    operations: [
      ...sessionOperations({ store, cookie, csrf, publicUrl: http.publicUrl }),
      ...sessionListOperations(store),
      ...tokenOperations(store),
    ],
    cookieName: cookie.name,
  };
}

/** Whether browsers reach us by https. */
export function isHttps({ publicUrl }: Pick<Config['http'], 'publicUrl'>): boolean {
  return publicUrl?.startsWith('https:') ?? false;
}
