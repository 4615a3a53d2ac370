import { z } from 'zod';
import { PROBLEMS, type ProblemName, problemType } from '../contract/problems.ts';
import { problemResource } from '../contract/resources.ts';
import { ANSWER_EXAMPLES } from './examples.ts';
import { type AnswerHeader, answerHeaders, hasEtag } from './openapi-headers.ts';
import { type Answer, type Operation, takesIdempotencyKey } from './operation.ts';
import { PROBLEM_TYPE } from './problem.ts';

/** Whatever else is wrong, these may be the answer. */
const ALWAYS: readonly ProblemName[] = [
  'unauthorized',
  'forbidden',
  'too-many-requests',
  'database-unavailable',
  'internal',
];

/** Requests that are refused so have not begun: nothing is kept for their `Idempotency-Key`. */
const BEFORE_BEGUN = [400, 401, 403, 413, 415, 429];

/** What an operation may answer with, as OpenAPI describes it. */
export function answersOf(operation: Operation) {
  const answers = Object.entries(operation.answers).map(([status, answer]) => [
    status,
    answerOf(operation, answer),
  ]);
  return {
    ...problemsOf(operation),
    ...(hasEtag(operation) ? NOT_MODIFIED : {}),
    ...Object.fromEntries(answers),
  };
}

const NOT_MODIFIED = {
  304: { description: 'It is as `If-None-Match` names it', headers: answerHeaders('ETag') },
};

function answerOf(operation: Operation, answer: Answer) {
  const { description, hasLocation, contentType } = answer;
  const headers: AnswerHeader[] = [
    ...(hasEtag(operation) ? (['ETag'] as const) : []),
    ...(hasLocation ? (['Location'] as const) : []),
    ...(takesIdempotencyKey(operation) ? (['Idempotency-Replayed'] as const) : []),
    ...(contentType === 'text/csv' ? (['Content-Disposition'] as const) : []),
  ];
  return { description, headers: answerHeaders(...headers), ...contentOf(answer) };
}

function contentOf({ body, events, contentType = 'application/json' }: Answer) {
  if (events !== undefined) {
    const schemas = Object.entries(events).map(([name, event]) => [name, { $ref: schemaRef(event) }]);
    return {
      content: { 'text/event-stream': { schema: z.string(), 'x-events': Object.fromEntries(schemas) } },
    };
  }
  if (body === undefined) return {};
  const name = body.meta()?.id ?? '';
  const examples = name in ANSWER_EXAMPLES ? { [name]: { $ref: `#/components/examples/${name}` } } : null;
  return { content: { [contentType]: { schema: body, ...(examples === null ? {} : { examples }) } } };
}

/** @throws when the schema is no component: it has no name */
function schemaRef(schema: z.ZodType): string {
  const id = schema.meta()?.id;
  if (id === undefined) throw new Error('The schema of an event has no id');
  return `#/components/schemas/${id}`;
}

/** One answer a status, naming the problems that it may be. */
function problemsOf(operation: Operation) {
  const byStatus = new Map<number, ProblemName[]>();
  for (const name of problemNames(operation)) {
    for (const status of statusesOf(operation, name)) {
      byStatus.set(status, [...(byStatus.get(status) ?? []), name]);
    }
  }
  const answers = [...byStatus].map(([status, names]) => {
    const description = names.map((name) => `\`${problemType(name)}\`: ${PROBLEMS[name].when}`).join('\n\n');
    const headers = answerHeaders(...problemHeaders(operation, status));
    return [status, { description, headers, content: { [PROBLEM_TYPE]: { schema: problemResource } } }];
  });
  return Object.fromEntries(answers);
}

function problemHeaders(operation: Operation, status: number): AnswerHeader[] {
  const isKept = status < 500 && !BEFORE_BEGUN.includes(status);
  return [
    ...(status === 401 ? (['WWW-Authenticate'] as const) : []),
    ...(status === 429 || status === 503 ? (['Retry-After'] as const) : []),
    ...(isKept && takesIdempotencyKey(operation) ? (['Idempotency-Replayed'] as const) : []),
  ];
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

/**
 * A wrong body is 422, a wrong parameter 400: an operation without a body has only the one, unless it names the problem as
 * its own.
 */
function statusesOf({ body, problems }: Operation, name: ProblemName): readonly number[] {
  const isParameter = name === 'validation' && body === null && !problems.includes('validation');
  return isParameter ? [400] : PROBLEMS[name].status;
}
