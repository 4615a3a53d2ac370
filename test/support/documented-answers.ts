import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

interface MediaType {
  schema: object;
  /** Of server-sent events: the schema of each one's data. */
  'x-events'?: Record<string, object>;
}
interface DescribedAnswer {
  description: string;
  headers: Record<string, object>;
  content?: Record<string, MediaType>;
}
interface DescribedOperation {
  operationId: string;
  security: Record<string, string[]>[];
  responses: Record<string, DescribedAnswer>;
}

/** What is looked at of an OpenAPI document. */
export interface Description {
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: Record<string, object> };
}

/** Headers that come if, and only if, they are described. */
const ALWAYS = [
  'etag',
  'location',
  'content-disposition',
  'www-authenticate',
  'ratelimit',
  'ratelimit-policy',
];

/** Headers that are described where they may come. */
const SOMETIMES = ['retry-after', 'idempotency-replayed'];

/** What an operation answered, as the document describes it. */
export interface Answered {
  operationId: string;
  status: number;
}

/**
 * Compares answers with the OpenAPI document that the server itself serves: the route, the status, the media type, every
 * field, the headers, each server-sent event. What is not described is a fault too.
 */
export function documentedAnswers(description: Description) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  const closed = close(description);
  const validators = new Map<object, ValidateFunction>();
  const routes = Object.entries(closed.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ method, described, ...pattern(path) })),
  );
  // `/a/b` before `/a/{id}`
  routes.sort((a, b) => a.parameters - b.parameters);

  function validatorOf(schema: object): ValidateFunction {
    const known = validators.get(schema);
    if (known !== undefined) return known;
    const made = ajv.compile({ ...schema, components: closed.components });
    validators.set(schema, made);
    return made;
  }

  return {
    operations: routes.map(({ described }) => described),
    /** @throws an error that says what the document does not say, or says otherwise */
    check(method: string, path: string, response: Response, body: string): Answered {
      const pathname = path.split('?')[0] ?? '';
      const what = `${method} ${pathname} ${response.status}`;
      const route = routes.find((one) => one.method === method.toLowerCase() && one.matches.test(pathname));
      if (route === undefined) throw new Error(`${what}: the document has no such operation`);
      const { operationId, responses } = route.described;
      const described = responses[String(response.status)];
      if (described === undefined) throw new Error(`${what}: ${operationId} has no such status`);
      const { headers } = response;
      const names = Object.keys(described.headers).map((name) => name.toLowerCase());
      const wrong = [
        ...[...ALWAYS, ...SOMETIMES].filter((name) => headers.has(name) && !names.includes(name)),
        ...ALWAYS.filter((name) => !headers.has(name) && names.includes(name)),
      ];
      if (wrong.length > 0) throw new Error(`${what}: ${operationId} describes ${wrong} otherwise`);
      const type = headers.get('content-type')?.split(';')[0] ?? null;
      const content = described.content ?? {};
      if (Object.keys(content).length === 0) {
        if (body !== '') throw new Error(`${what}: ${operationId} answers without a body`);
        return { operationId, status: response.status };
      }
      const media = type === null ? undefined : content[type];
      if (media === undefined) throw new Error(`${what}: ${operationId} does not answer with ${type}`);
      const validate = (schema: object, value: unknown) => {
        const validator = validatorOf(schema);
        if (validator(value)) return;
        throw new Error(`${what}: ${ajv.errorsText(validator.errors)}\n${body.slice(0, 2000)}`);
      };
      const value: unknown = type?.endsWith('json') ? JSON.parse(body) : body;
      validate(media.schema, value);
      if (type === 'application/problem+json') {
        const problem = (value as { type: string }).type;
        if (!described.description.includes(`\`${problem}\``))
          throw new Error(`${what}: ${operationId} does not name ${problem}`);
      }
      if (type === 'text/event-stream') {
        const events = eventsOf(body);
        if (events.length === 0) throw new Error(`${what}: no event came`);
        for (const { name, data } of events) {
          const schema = media['x-events']?.[name];
          if (schema === undefined) throw new Error(`${what}: ${operationId} has no event ${name}`);
          validate(schema, data);
        }
      }
      return { operationId, status: response.status };
    },
  };
}

/** The events of a stream that has ended. */
function eventsOf(stream: string): { name: string; data: unknown }[] {
  return stream.split('\n\n').flatMap((block) => {
    const data = /^data: ?(.*)$/m.exec(block)?.[1];
    const name = /^event: ?(.*)$/m.exec(block)?.[1] ?? 'message';
    return data === undefined ? [] : [{ name, data: JSON.parse(data) as unknown }];
  });
}

function pattern(path: string): { matches: RegExp; parameters: number } {
  const escaped = path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+');
  return { matches: new RegExp(`^${escaped}$`), parameters: path.split('{').length - 1 };
}

/** The same document, in which objects have no other fields than those that it names. */
function close<T>(value: T): T {
  if (Array.isArray(value)) return value.map(close) as T;
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, close(inner)]));
  const isClosable = 'properties' in copy && !('additionalProperties' in copy);
  return (isClosable ? { ...copy, additionalProperties: false } : copy) as T;
}
