import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { ANSWER_EXAMPLES } from './examples.ts';
import { answersOf } from './openapi-answers.ts';
import { registerHeaders, requestHeaders } from './openapi-headers.ts';
import type { Operation } from './operation.ts';

/** An OpenAPI document of version 3.1. */
export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;

const ABOUT = `All conversations of a page in your own PostgreSQL. Times are ISO 8601 in UTC. Lists take \`limit\` and \`cursor\`.
Errors are \`application/problem+json\` (RFC 9457) with a stable \`type\`. Of server-sent events \`x-events\` names the schema of each
event's data, by the event's name; events without a name are \`message\`.`;

/**
 * The OpenAPI 3.1 document of these operations, made from the schemas that validate their requests.
 *
 * @param cookieName of the session's cookie in this installation
 */
export function openApiDocument(operations: readonly Operation[], cookieName: string): OpenApiDocument {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API token.',
  });
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: cookieName,
    description: 'A browser that has signed in; what changes something also needs the header `X-CSRF-Token`.',
  });
  registerHeaders(registry);
  for (const [name, value] of Object.entries(ANSWER_EXAMPLES)) {
    registry.registerComponent('examples', name, { value });
  }
  for (const operation of operations) register(registry, operation);
  return new OpenApiGeneratorV31([...registry.definitions, ...eventsOf(operations)]).generateDocument({
    openapi: '3.1.0',
    info: { title: 'Pagesync', version: '1', description: ABOUT, license: { name: 'All rights reserved' } },
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
  });
}

function register(registry: OpenAPIRegistry, operation: Operation): void {
  const { method, path, id, tag, summary, description, scope, params, query, body } = operation;
  registry.registerPath({
    method,
    path,
    operationId: id,
    tags: [tag],
    summary,
    ...(description === null ? {} : { description }),
    security: [{ token: [scope] }, { session: [scope] }],
    parameters: requestHeaders(operation),
    request: {
      params: z.object(
        Object.fromEntries(Object.entries(params).map(([name, what]) => [name, z.string().describe(what)])),
      ),
      ...(query instanceof z.ZodObject ? { query } : {}),
      ...(body === null ? {} : { body: bodyOf(body, operation) }),
    },
    responses: answersOf(operation),
  });
}

function bodyOf(schema: z.ZodType, operation: Operation) {
  const required = !schema.safeParse({}).success;
  return { required, content: { 'application/json': { schema, ...examplesOf(operation) } } };
}

function examplesOf({ examples }: Operation) {
  const values = Object.entries(examples).map(([does, value]) => [does, { value }]);
  return values.length === 0 ? {} : { examples: Object.fromEntries(values) };
}

/** The schemas of events, to which no body leads. */
function eventsOf(operations: readonly Operation[]) {
  const answers = operations.flatMap((operation) => Object.values(operation.answers));
  const schemas = new Set(answers.flatMap(({ events }) => Object.values(events ?? {})));
  return [...schemas].map((schema) => ({ type: 'schema' as const, schema }));
}
