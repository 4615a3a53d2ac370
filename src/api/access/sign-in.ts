import express, { type Request, type Response, Router } from 'express';
import type { Store } from '../../store/index.ts';
import { Problem } from '../problem.ts';
import type { FailureLimit } from './rate-limit.ts';
import type { SessionCookie } from './session-cookie.ts';

export interface SignInDeps {
  store: Pick<Store, 'sessions'>;
  cookie: SessionCookie;
  failures: FailureLimit;
}

/** What a code is made of: nothing that means something in HTML. */
const CODE = /^[\w-]{1,100}$/;

/** Of the page: it loads nothing, runs nothing, stands in no frame, and its form goes to us alone. */
const POLICY = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/**
 * `/sign-in?code=…`: a sign-in link. Following it shows a button: programs that look into links, as those of mail and chats do,
 * use nothing up. The button opens a session for the browser and shows it the dashboard.
 */
export function signInRouter({ store, cookie, failures }: SignInDeps): Router {
  const router = Router();

  async function refuse(req: Request, res: Response): Promise<never> {
    await failures.count(req, res);
    const detail = 'It was used, or is older than ten minutes. Ask for a new one: POST /api/sign-in-links.';
    throw new Problem(401, 'sign-in-link', 'The sign-in link is not good any more', detail);
  }

  router.get('/', async (req, res) => {
    const { code } = req.query;
    if (typeof code !== 'string' || !CODE.test(code)) return refuse(req, res);
    res.set({ 'Cache-Control': 'no-store', 'Content-Security-Policy': POLICY });
    res.type('html').send(pageOf(code));
  });

  router.post('/', express.urlencoded({ extended: false, limit: '1kb' }), async (req, res) => {
    // what pages of others send would sign their reader in as somebody else
    const site = req.get('sec-fetch-site');
    if (site !== undefined && site !== 'same-origin') {
      throw new Problem(403, 'csrf', 'Not from this page', 'The request comes from another origin.');
    }
    const code: unknown = req.body?.code;
    const session = typeof code === 'string' ? await store.sessions.open(code) : null;
    if (session === null) return refuse(req, res);
    res.set({ 'Cache-Control': 'no-store', 'Set-Cookie': await cookie.issue(session) });
    res.redirect(303, '/');
  });

  return router;
}

function pageOf(code: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in to Pagesync</title>
</head>
<body>
<h1>Pagesync</h1>
<p>The link signs one browser in, once.</p>
<form method="post" action="/sign-in">
<input type="hidden" name="code" value="${code}">
<button>Sign in</button>
</form>
</body>
</html>
`;
}
