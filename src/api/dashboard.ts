import { existsSync } from 'node:fs';
import { join } from 'node:path';
import compression from 'compression';
import express, { type Response, Router } from 'express';
import helmet from 'helmet';

/** Media that Meta shows lie at its own addresses, which change; links to them are kept, never the media. */
const MEDIA = ['https:', 'http://127.0.0.1:*', 'http://localhost:*'];

/** What is no page of the dashboard, whoever asks for it. */
const OTHERS = /^\/+(api|webhooks|health\/(live|ready)|sign-in|assets)(\/|$)/i;

/**
 * The dashboard, as `npm run build` has made it: its files, and its page for every address of its own. Whoever asks for
 * something else than a page gets no answer from here.
 *
 * @param folder `web/dist`; it need not be there
 * @param upgradeInsecure whether only https is served
 */
export function dashboardRouter(folder: string, upgradeInsecure: boolean): Router {
  const router = Router();
  router.use(compression());
  // the names of these files change with what is in them
  router.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y' }));
  router.use(express.static(folder, { index: false }));
  router.get(
    '/{*path}',
    helmet.contentSecurityPolicy({
      directives: {
        imgSrc: ["'self'", 'data:', ...MEDIA],
        mediaSrc: ["'self'", ...MEDIA],
        upgradeInsecureRequests: upgradeInsecure ? [] : null,
      },
    }),
    (req, res, next) => {
      // programs, which ask for nothing in particular, learn that there is no such route
      const isPage = !OTHERS.test(req.path) && req.accepts(['json', 'html']) === 'html';
      if (isPage) showPage(folder, res);
      else next();
    },
  );
  return router;
}

function showPage(folder: string, res: Response): void {
  if (!existsSync(join(folder, 'index.html'))) {
    res.status(503).type('html').send(NOT_BUILT);
    return;
  }
  // without a time: after a return to an older version the page is older than the one that browsers have, and yet the right one
  const options = { root: folder, lastModified: false, cacheControl: false };
  res.set('Cache-Control', 'no-cache').sendFile('index.html', options);
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Pagesync</title>
<p>The dashboard is not built: run <code>npm run build</code> (it needs the packages for development). The API is at work all the same.</p>
</html>
`;
