import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { PROBLEMS, type ProblemName, problemType } from '../contract/problems.ts';
import { problemResource } from '../contract/resources.ts';
import { type Answer, type Operation, takesIdempotencyKey } from './operation.ts';

/** An OpenAPI document of version 3.1. */
export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;

const ABOUT = `All conversations of a page in your own PostgreSQL. Times are ISO 8601 in UTC. Lists take \`limit\` and \`cursor\`.
Errors are \`application/problem+json\` (RFC 9457) with a stable \`type\`.`;

/** Whatever else is wrong, these may be the answer. */
const ALWAYS: readonly ProblemName[] = [
  'unauthorized',
  'forbidden',
  'too-many-requests',
  'database-unavailable',
  'internal',
];

const IDEMPOTENCY_KEY = z.object({
  'Idempotency-Key': z
    .string()
    .max(255)
    .optional()
    .describe(
      'A request that is sent again with its key within a day is not done again: it gets the first answer.',
    ),
});

const IF_MATCH = z.object({
  'If-Match': z
    .string()
    .optional()
    .describe('An ETag: goes on only if the resource is still as it was then.'),
});

/** The OpenAPI 3.1 document of these operations, made from the schemas that validate their requests. */
export function openApiDocument(operations: readonly Operation[]): OpenApiDocument {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'pagesync_session',
    description: 'A browser that has signed in; what changes something also needs the header `X-CSRF-Token`.',
  });
  for (const operation of operations) register(registry, operation);
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
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
    request: {
      params: z.object(
        Object.fromEntries(Object.entries(params).map(([name, what]) => [name, z.string().describe(what)])),
      ),
      ...(query instanceof z.ZodObject ? { query } : {}),
      ...headersOf(operation),
      ...(body === null ? {} : { body: { content: { 'application/json': { schema: body } } } }),
    },
    responses: { ...problemsOf(operation), ...mapValues(operation.answers, responseOf) },
  });
}

function headersOf(operation: Operation) {
  if (takesIdempotencyKey(operation)) return { headers: IDEMPOTENCY_KEY };
  return operation.problems.includes('precondition-failed') ? { headers: IF_MATCH } : {};
}

function responseOf({ description, body, contentType = 'application/json' }: Answer) {
  return { description, ...(body === undefined ? {} : { content: { [contentType]: { schema: body } } }) };
}

/** One response a status, naming the problems that it may be. */
function problemsOf(operation: Operation): Record<number, ReturnType<typeof responseOf>> {
  const byStatus = new Map<number, ProblemName[]>();
  for (const name of problemNames(operation)) {
    for (const status of statusesOf(operation, name)) {
      byStatus.set(status, [...(byStatus.get(status) ?? []), name]);
    }
  }
  const responses = [...byStatus].map(([status, names]) => {
    const description = names.map((name) => `\`${problemType(name)}\`: ${PROBLEMS[name].when}`).join('\n\n');
    return [
      status,
      responseOf({ description, body: problemResource, contentType: 'application/problem+json' }),
    ];
  });
  return Object.fromEntries(responses);
}

function problemNames(operation: Operation): Set<ProblemName> {
  const { method, body, params, query, problems } = operation;
  return new Set<ProblemName>([
    ...ALWAYS,
    ...(body === null ? [] : (['malformed-json', 'unsupported-media-type', 'too-large'] as const)),
    ...(body === null && query === null ? [] : (['validation'] as const)),
    ...(method === 'get' ? [] : (['csrf'] as const)),
    ...(takesIdempotencyKey(operation)
      ? (['idempotency-key-reused', 'idempotency-in-progress'] as const)
      : []),
    ...(Object.keys(params).length === 0 ? [] : (['not-found'] as const)),
    ...problems,
  ]);
}

/** A wrong body is 422, a wrong parameter 400: an operation without a body has only the one. */
function statusesOf({ body }: Operation, name: ProblemName): readonly number[] {
  return name === 'validation' && body === null ? [400] : PROBLEMS[name].status;
}

function mapValues<V, R>(record: Readonly<Record<number, V>>, map: (value: V) => R): Record<number, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
