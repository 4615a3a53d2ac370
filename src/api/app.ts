import express, { type Express } from 'express';
import helmet from 'helmet';
import { pinoHttp } from 'pino-http';
import type { Logger } from '../log.ts';
import { aboutOperations, docsRouter } from './about.ts';
import { requireScope, requireToken } from './auth.ts';
import { conversationOperations } from './conversations.ts';
import type { ApiDeps } from './deps.ts';
import { facebookLoginOperations } from './facebook-logins.ts';
import { healthRouter } from './health.ts';
import { jobOperations } from './jobs.ts';
import { openApiDocument } from './openapi.ts';
import type { Operation } from './operation.ts';
import { operationsRouter } from './operations-router.ts';
import { pageOperations } from './pages.ts';
import { problemHandler, unknownRoute } from './problem.ts';
import { syncOperations } from './sync.ts';
import { type WebhookDeps, webhooksRouter } from './webhooks.ts';

/** The HTTP API. Every route but `/health` and Meta's own wants the token. */
export function createApp(
  deps: ApiDeps,
  webhooks: WebhookDeps,
  options: { apiToken: string; logger: Logger },
): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(helmet());
  app.use(
    pinoHttp({
      logger: options.logger,
      quietReqLogger: true,
      serializers: { req: withoutQuery },
      // thousands a minute, and what matters is in webhook_deliveries
      autoLogging: { ignore: (req) => req.url?.toLowerCase().startsWith('/webhooks/') ?? false },
    }),
  );
  app.use('/webhooks', webhooksRouter(webhooks));
  app.use('/health', healthRouter(deps));
  app.use('/api', requireToken(options.apiToken));
  app.use('/api/docs', docsRouter());
  app.use(operationsRouter(operationsOf(deps), { requireScope }));
  app.use(unknownRoute);
  app.use(problemHandler);
  return app;
}

/** Every operation of the API: its routes and its OpenAPI document are made from this list. */
function operationsOf(deps: ApiDeps): Operation[] {
  const operations: Operation[] = [
    ...pageOperations(deps),
    ...facebookLoginOperations(deps),
    ...syncOperations(deps),
    ...jobOperations(deps),
    ...conversationOperations(deps),
    ...aboutOperations(() => document),
  ];
  const document = openApiDocument(operations);
  return operations;
}

/** Their queries hold what nobody else may know: Meta's verify token, the code of somebody who signs in. */
const SECRET_QUERIES = /^\/(webhooks\/|api\/facebook-logins\/)/i;

/** The request as it is logged. */
function withoutQuery<T extends { url?: string; query?: unknown }>(req: T): T {
  return SECRET_QUERIES.test(req.url ?? '') ? { ...req, url: req.url?.split('?')[0], query: undefined } : req;
}
