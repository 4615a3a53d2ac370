import { existsSync } from 'node:fs';
import { join } from 'node:path';
import compression from 'compression';
import express, { type Request, type Response, Router } from 'express';
import helmet from 'helmet';

/** Media that Meta shows lie at its own addresses, which change; links to them are kept, never the media. */
const MEDIA = ['https:', 'http://127.0.0.1:*', 'http://localhost:*'];

/**
 * The dashboard, as `npm run build` has made it: its files, and its page for every address of its own. Whoever asks for
 * something else than a page gets no answer from here.
 *
 * @param folder `web/dist`; it need not be there
 * @param upgradeInsecure whether only https is served
 */
export function dashboardRouter(folder: string, upgradeInsecure: boolean): Router {
  const router = Router();
  router.use(
    '/assets',
    compression(),
    express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y' }),
  );
  router.use(compression(), express.static(folder, { index: false, maxAge: 0 }));
  router.get(
    /^\/(?!api(\/|$)|webhooks(\/|$)|health\/|sign-in(\/|$)|assets\/)/,
    helmet.contentSecurityPolicy({
      directives: {
        imgSrc: ["'self'", 'data:', ...MEDIA],
        mediaSrc: ["'self'", ...MEDIA],
        upgradeInsecureRequests: upgradeInsecure ? [] : null,
      },
    }),
    (req, res, next) => {
      // programs that ask for nothing in particular learn that there is no such route
      if (req.accepts(['json', 'html']) !== 'html') return next();
      showPage(folder, req, res);
    },
  );
  return router;
}

function showPage(folder: string, _req: Request, res: Response): void {
  const file = join(folder, 'index.html');
  if (!existsSync(file)) {
    res.status(503).type('html').send(NOT_BUILT);
    return;
  }
  // the names of its files change with what is in them
  res.set('Cache-Control', 'no-cache').sendFile(file);
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Pagesync</title>
<p>The dashboard is not built: run <code>npm run build</code> (it needs the packages for development). The API is at work all the same.</p>
</html>
`;
