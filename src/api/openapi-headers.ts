import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { type Operation, takesIdempotencyKey } from './operation.ts';

interface Header {
  description: string;
  type?: 'integer';
  example?: string | number;
}

/** Headers of answers. */
const ANSWER_HEADERS = {
  ETag: {
    description: 'Tells this state of the resource from any other: for `If-None-Match` and `If-Match`.',
    example: '"k3Yx0S0qBvVf1m5s0bPZ2o7N9aJcQv3Ww8xRr4tUu5E"',
  },
  Location: { description: 'Where to go on: what was made or started, or the page to show.' },
  RateLimit: {
    description:
      'What is left of the limit (`r`) and the seconds until it is whole again (`t`), as draft 8 of `ratelimit-headers` has it. Absent without a limit.',
    example: '"requests"; r=1199; t=60',
  },
  'RateLimit-Policy': {
    description: 'The limit: requests (`q`) in a window of seconds (`w`). Absent without a limit.',
    example: '"requests"; q=1200; w=60; pk=:ZGVhZGJlZWY=:',
  },
  'Retry-After': {
    description: 'Seconds after which it is worth another try. With a 503 only when somebody has said when.',
    type: 'integer',
    example: 30,
  },
  'Idempotency-Replayed': {
    description: '`true`: this is the answer to the first request with this `Idempotency-Key`.',
    example: 'true',
  },
  'WWW-Authenticate': { description: 'How to say who asks.', example: 'Bearer' },
  'Content-Disposition': {
    description: 'The name to keep the file under.',
    example: 'attachment; filename="failures.csv"',
  },
} satisfies Record<string, Header>;

export type AnswerHeader = keyof typeof ANSWER_HEADERS;

/** Headers of requests. */
const REQUEST_HEADERS = {
  'Idempotency-Key': {
    description:
      'A request that is sent again with its key within a day is not done again: it gets the first answer.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
  },
  'If-Match': {
    description: 'ETags, or `*`: goes on only if the resource is still as it was then, else 412.',
    schema: { type: 'string' },
  },
  'If-None-Match': {
    description: 'ETags: 304 without a body if the resource is still as it was then.',
    schema: { type: 'string' },
  },
  'Last-Event-ID': {
    description:
      'The id of the last event that the client has: it gets those after it. EventSource sends it by itself.',
    schema: { type: 'string' },
  },
  'X-CSRF-Token': {
    description:
      'The `csrfToken` of `GET /api/session`. A signed-in browser needs it; whoever sends a token does not.',
    schema: { type: 'string' },
  },
} as const;

type RequestHeader = keyof typeof REQUEST_HEADERS;

/** Makes the headers components of the document. */
export function registerHeaders(registry: OpenAPIRegistry): void {
  for (const [name, header] of Object.entries<Header>(ANSWER_HEADERS)) {
    const { type = 'string', ...rest } = header;
    registry.registerComponent('headers', name, { ...rest, schema: { type } });
  }
  for (const [name, header] of Object.entries(REQUEST_HEADERS)) {
    registry.registerComponent('parameters', name, { name, in: 'header', required: false, ...header });
  }
}

/** The headers of an answer, which may all be absent from one that does not need them. */
export function answerHeaders(...names: readonly AnswerHeader[]) {
  return Object.fromEntries(
    ['RateLimit', 'RateLimit-Policy', ...names].map((name) => [
      name,
      { $ref: `#/components/headers/${name}` },
    ]),
  );
}

/** The headers that an operation looks at. */
export function requestHeaders(operation: Operation): { $ref: string }[] {
  const { method, problems } = operation;
  const names: RequestHeader[] = [
    ...(takesIdempotencyKey(operation) ? (['Idempotency-Key'] as const) : []),
    ...(problems.includes('precondition-failed') ? (['If-Match'] as const) : []),
    ...(hasEtag(operation) ? (['If-None-Match'] as const) : []),
    ...(method === 'get' && isStream(operation) ? (['Last-Event-ID'] as const) : []),
    ...(method === 'get' ? [] : (['X-CSRF-Token'] as const)),
  ];
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

/** Whether the operation answers with an ETag: GETs of JSON do. */
export function hasEtag({ method, answers }: Operation): boolean {
  return (
    method === 'get' &&
    Object.values(answers).some(({ body, contentType }) => body !== undefined && contentType === undefined)
  );
}

function isStream({ answers }: Operation): boolean {
  return Object.values(answers).some(({ events }) => events !== undefined);
}
