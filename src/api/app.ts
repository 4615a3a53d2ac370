import express, { type Express } from 'express';
import helmet from 'helmet';
import { pinoHttp } from 'pino-http';
import type { Logger } from '../log.ts';
import { requireToken } from './auth.ts';
import { conversationsRouter } from './conversations.ts';
import type { ApiDeps } from './deps.ts';
import { healthRouter } from './health.ts';
import { jobsRouter } from './jobs.ts';
import { pagesRouter } from './pages.ts';
import { problemHandler, unknownRoute } from './problem.ts';
import { syncRouter } from './sync.ts';

/** The HTTP API. Every route but `/health` wants the token. */
export function createApp(deps: ApiDeps, options: { apiToken: string; logger: Logger }): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(helmet());
  app.use(pinoHttp({ logger: options.logger, quietReqLogger: true }));
  app.use('/health', healthRouter(deps));
  app.use('/api', requireToken(options.apiToken), express.json({ limit: '100kb' }));
  app.use('/api/pages', pagesRouter(deps), syncRouter(deps));
  app.use('/api/jobs', jobsRouter(deps));
  app.use('/api/conversations', conversationsRouter(deps));
  app.use(unknownRoute);
  app.use(problemHandler);
  return app;
}
