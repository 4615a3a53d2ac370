import { Router } from 'express';
import type { Store } from '../../store/index.ts';
import { Problem } from '../problem.ts';
import type { FailureLimit } from './rate-limit.ts';
import type { SessionCookie } from './session-cookie.ts';

export interface SignInDeps {
  store: Pick<Store, 'sessions'>;
  cookie: SessionCookie;
  failures: FailureLimit;
}

/** `/sign-in?code=…`: a sign-in link. Opens a session for the browser and shows it the dashboard. */
export function signInRouter({ store, cookie, failures }: SignInDeps): Router {
  const router = Router();

  // who only looks where a link leads uses nothing up
  router.head('/', (_req, res) => {
    res.set('Cache-Control', 'no-store').status(204).end();
  });

  router.get('/', async (req, res) => {
    const { code } = req.query;
    res.set('Cache-Control', 'no-store');
    if (await failures.isReached(req)) await failures.count(req, res);
    const session = typeof code === 'string' ? await store.sessions.open(code) : null;
    if (session === null) {
      await failures.count(req, res);
      const detail = 'It was used, or is older than ten minutes. Ask for a new one: POST /api/sign-in-links.';
      throw new Problem(401, 'sign-in-link', 'The sign-in link is not good any more', detail);
    }
    res.set('Set-Cookie', await cookie.issue(session));
    res.redirect(303, '/');
  });

  return router;
}
