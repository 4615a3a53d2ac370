import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

interface MediaType {
  schema: object;
}
interface DescribedOperation {
  operationId: string;
  security: Record<string, string[]>[];
  responses: Record<string, { description: string; content?: Record<string, MediaType> }>;
}

/** What is looked at of an OpenAPI document. */
export interface Description {
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: Record<string, object> };
}

/** What an operation answered, as the document describes it. */
export interface Answered {
  operationId: string;
  status: number;
}

/**
 * Compares answers with the OpenAPI document that the server itself serves: the route, the status, the media type, every
 * field. A field that is not described is a fault too.
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
      const type = response.headers.get('content-type')?.split(';')[0] ?? null;
      const content = described.content ?? {};
      if (Object.keys(content).length === 0) {
        if (body !== '') throw new Error(`${what}: ${operationId} answers without a body`);
        return { operationId, status: response.status };
      }
      const media = type === null ? undefined : content[type];
      if (media === undefined) throw new Error(`${what}: ${operationId} does not answer with ${type}`);
      const value: unknown = type?.endsWith('json') ? JSON.parse(body) : body;
      const validate = validatorOf(media.schema);
      if (!validate(value))
        throw new Error(`${what}: ${ajv.errorsText(validate.errors)}\n${body.slice(0, 2000)}`);
      return { operationId, status: response.status };
    },
  };
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
