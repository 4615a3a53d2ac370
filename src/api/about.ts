import express, { type Router } from 'express';
import { absolutePath } from 'swagger-ui-dist';
import { z } from 'zod';
import type { OpenApiDocument } from './openapi.ts';
import { type Operation, operation } from './operation.ts';

/** `/api/openapi.json`: the description of the API. */
export function aboutOperations(document: () => OpenApiDocument): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/api/openapi.json',
      id: 'getOpenApi',
      tag: 'About',
      summary: 'This description, as OpenAPI 3.1',
      scope: 'read',
      answers: { 200: { description: 'The document', body: z.looseObject({ openapi: z.string() }) } },
      async handle() {
        return { status: 200, body: { ...document() } };
      },
    }),
  ];
}

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Pagesync API</title>
<link rel="stylesheet" href="swagger-ui.css">
<div id="api"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="start.js"></script>
</html>
`;

/**
 * What tries an operation is signed in by the session's cookie: whatever changes something needs the session's CSRF token
 * too. It is asked for once, and again after a 403: somebody may have signed in anew in another tab.
 */
const START = `let session = null;
const readSession = async () => {
  const response = await fetch('../session');
  return response.ok ? response.json() : null;
};
SwaggerUIBundle({
  url: '../openapi.json',
  dom_id: '#api',
  validatorUrl: null,
  async requestInterceptor(request) {
    const isSafe = ['GET', 'HEAD', 'OPTIONS'].includes((request.method ?? 'GET').toUpperCase());
    if (isSafe || request.headers?.Authorization !== undefined) return request;
    session ??= readSession();
    const csrfToken = (await session)?.csrfToken;
    if (csrfToken) request.headers = { 'X-CSRF-Token': csrfToken, ...request.headers };
    return request;
  },
  responseInterceptor(response) {
    if (response.status === 403) session = null;
    return response;
  },
});
`;

/** `/api/docs/`: the description to browse, by Swagger UI. */
export function docsRouter(): Router {
  const router = express.Router();
  router.get('/', (req, res) => {
    // relative names need the slash
    if (req.originalUrl.split('?')[0]?.endsWith('/')) res.type('html').send(PAGE);
    else res.redirect(301, `${req.baseUrl}/`);
  });
  router.get('/start.js', (_req, res) => {
    res.type('js').send(START);
  });
  router.use(express.static(absolutePath(), { index: false, redirect: false }));
  return router;
}
