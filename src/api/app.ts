import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import helmet from 'helmet';
import { pinoHttp } from 'pino-http';
import type { Logger } from '../log.ts';
import { aboutOperations, docsRouter } from './about.ts';
import { type Access, type AccessConfig, createAccess, isHttps, requireScope } from './access/index.ts';
import { batchOperations } from './batches.ts';
import { changeOperations } from './changes.ts';
import { conversationOperations } from './conversations.ts';
import { dashboardRouter } from './dashboard.ts';
import type { ApiDeps } from './deps.ts';
import { facebookLoginOperations } from './facebook-logins.ts';
import { healthRouter } from './health.ts';
import { historyOperations } from './history.ts';
import { idempotent } from './idempotency.ts';
import { jobOperations } from './jobs.ts';
import { maintenanceOperations } from './maintenance.ts';
import { notificationOperations } from './notifications.ts';
import { openApiDocument } from './openapi.ts';
import type { Operation } from './operation.ts';
import { operationsRouter } from './operations-router.ts';
import { pageOperations } from './pages.ts';
import { problemHandler, unknownRoute } from './problem.ts';
import { reportOperations } from './reports.ts';
import { seedConversationOperations } from './seeds/conversations.ts';
import { seedFacebookOperations } from './seeds/facebook.ts';
import { syncOperations } from './sync.ts';
import { type WebhookDeps, webhooksRouter } from './webhooks.ts';

/** Where `npm run build` puts it. */
const DASHBOARD = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** The HTTP API, and the dashboard that shows it. Every route but `/health`, `/sign-in` and Meta's own wants to know who asks. */
export function createApp(
  deps: ApiDeps,
  webhooks: WebhookDeps,
  config: AccessConfig,
  logger: Logger,
): Express {
  const access = createAccess(deps.store, config);
  const app = express();
  app.disable('x-powered-by');
  // each operation says how its answer may be kept
  app.disable('etag');
  app.set('trust proxy', config.http.trustedProxies);
  app.use(
    helmet({
      // where only http is served, pages that ask for https find nothing
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: isHttps(config.http) ? [] : null } },
    }),
  );
  app.use(
    pinoHttp({
      logger,
      quietReqLogger: true,
      serializers: { req: withoutQuery },
      // thousands a minute, and what matters is in webhook_deliveries
      autoLogging: { ignore: (req) => req.url?.toLowerCase().startsWith('/webhooks/') ?? false },
    }),
  );
  app.use('/webhooks', webhooksRouter(webhooks));
  app.use('/health', healthRouter(deps));
  app.use('/sign-in', access.signIn);
  app.use('/api', access.gate);
  app.use('/api/docs', docsRouter());
  app.use(
    operationsRouter(operationsOf(deps, access), {
      requireScope,
      idempotent: idempotent(deps.store.idempotency),
    }),
  );
  app.use(dashboardRouter(DASHBOARD, isHttps(config.http)));
  app.use(unknownRoute);
  app.use(problemHandler);
  return app;
}

/** Every operation of the API: its routes and its OpenAPI document are made from this list. */
function operationsOf(deps: ApiDeps, access: Access): Operation[] {
  const operations: Operation[] = [
    ...pageOperations(deps),
    ...facebookLoginOperations(deps),
    ...syncOperations(deps),
    ...batchOperations(deps),
    ...jobOperations(deps),
    ...reportOperations(deps),
    ...conversationOperations(deps),
    ...access.operations,
    ...historyOperations(deps),
    ...maintenanceOperations(deps),
    ...seedConversationOperations(deps),
    ...seedFacebookOperations(deps),
    ...notificationOperations(deps),
    ...changeOperations(deps),
    ...aboutOperations(() => document),
  ];
  const document = openApiDocument(operations, access.cookieName);
  return operations;
}

/**
 * Queries that say what nobody shall read in a log: Meta's handshake the verify token, a sign-in link its code, and so does the
 * way back from Facebook; what people search for in conversations.
 */
const SECRET_QUERIES = /^\/+(webhooks|sign-in|inbox|api\/+(facebook-logins|conversations))\b/i;

/** The request as it is logged. */
function withoutQuery<T extends { url?: string; query?: unknown }>(req: T): T {
  return SECRET_QUERIES.test(req.url ?? '') ? { ...req, url: req.url?.split('?')[0], query: undefined } : req;
}
