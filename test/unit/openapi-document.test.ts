import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { beforeAll, expect, test } from 'vitest';
import { wholeDocument } from '../support/whole-document.ts';

/* The whole document, held against what OpenAPI 3.1 wants of one, and what a reader does. */

// biome-ignore lint/suspicious/noExplicitAny: any JSON, looked at field by field
type Json = any;

let document: Json;
let operations: { name: string; described: Json }[];
beforeAll(async () => {
  document = await wholeDocument();
  operations = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, described]) => ({
      name: `${method.toUpperCase()} ${path}`,
      described,
    })),
  );
});

/** Every object within a value, with the way to it. */
function* within(value: Json, way = '#'): Generator<[string, Json]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [way, value];
  for (const [key, inner] of Object.entries(value)) yield* within(inner, `${way}/${key}`);
}

/** What a reference names, wherever it leads; `undefined` when it leads nowhere. */
function resolved(value: Json): Json {
  if (typeof value?.$ref !== 'string') return value;
  const keys = value.$ref.replace(/^#\//, '').split('/');
  return resolved(keys.reduce((inner: Json, key: string) => inner?.[key], document));
}

/** The fields of a schema, however it is put together. */
function fieldsOf(schema: Json): [string, Json][] {
  const { properties = {}, allOf = [], anyOf = [], items = null } = resolved(schema);
  const inner = [...allOf, ...anyOf, ...(items === null ? [] : [items])];
  return [
    ...Object.entries<Json>(properties),
    ...Object.values<Json>(properties).flatMap(fieldsOf),
    ...inner.flatMap(fieldsOf),
  ];
}

function ajv(): Ajv2020 {
  const made = new Ajv2020({ strict: false, allErrors: true });
  formats.default(made);
  return made;
}

test('it is an OpenAPI 3.1 document, and every reference leads somewhere', () => {
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Pagesync', version: '1' } });
  const references = [...within(document)].filter(([, value]) => typeof value.$ref === 'string');
  expect(references.length).toBeGreaterThan(500);
  const dead = references.filter(([, value]) => resolved(value) === undefined);
  expect(dead.map(([way, { $ref }]) => `${way}: ${$ref}`)).toEqual([]);
});

test('names of components are such as OpenAPI allows, and each is used', () => {
  const text = JSON.stringify(document);
  for (const kind of ['schemas', 'headers', 'parameters', 'examples']) {
    for (const name of Object.keys(document.components[kind])) {
      expect(name).toMatch(/^[\w.-]+$/);
      expect(text, name).toContain(`"#/components/${kind}/${name}"`);
    }
  }
});

test('every schema is one of JSON Schema 2020-12', () => {
  const validator = ajv();
  for (const [name, schema] of Object.entries<Json>(document.components.schemas)) {
    expect(validator.validateSchema(schema), `${name}: ${validator.errorsText()}`).toBe(true);
  }
  for (const { name, described } of operations) {
    const media = Object.values<Json>(described.requestBody?.content ?? {});
    const parameters = (described.parameters ?? []).map(resolved);
    for (const { schema } of [...media, ...parameters]) {
      expect(validator.validateSchema(schema), `${name}: ${validator.errorsText()}`).toBe(true);
    }
  }
});

test('every operation says what it is, who may, and what it answers', () => {
  expect(operations.length).toBeGreaterThan(50);
  const ids = operations.map(({ described }) => described.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  const tags = document.tags.map(({ name }: Json) => name);
  for (const { name, described } of operations) {
    expect(described.operationId, name).toMatch(/^[a-z]\w+$/i);
    expect(described.summary, name).toMatch(/\S/);
    expect(described.tags, name).toHaveLength(1);
    expect(tags, name).toContain(described.tags[0]);
    const schemes = described.security.flatMap(Object.keys);
    expect(Object.keys(document.components.securitySchemes), name).toEqual(expect.arrayContaining(schemes));
    expect(schemes, name).not.toEqual([]);
    const statuses = Object.keys(described.responses);
    expect(
      statuses.filter((status) => /^[23]\d\d$/.test(status) && status !== '304'),
      name,
    ).not.toEqual([]);
    for (const status of statuses) {
      expect(status, name).toMatch(/^[2-5]\d\d$/);
      expect(described.responses[status].description, `${name} ${status}`).toMatch(/\S/);
    }
  }
});

test('every parameter is described, once, and every one of a path is there', () => {
  for (const { name, described } of operations) {
    const parameters: Json[] = (described.parameters ?? []).map(resolved);
    const names = parameters.map((one) => `${one.in} ${one.name}`);
    expect(new Set(names).size, name).toBe(names.length);
    const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, one]) => `path ${one}`);
    expect(names.filter((one) => one.startsWith('path ')).sort(), name).toEqual(inPath.sort());
    for (const one of parameters) {
      expect(one.description, `${name}: ${one.name}`).toMatch(/\S/);
      expect(one.schema, `${name}: ${one.name}`).toBeDefined();
      if (one.in === 'path') expect(one.required, `${name}: ${one.name}`).toBe(true);
      // Swagger UI would send it with every request that is tried
      if (one.in === 'header') expect(one.example, `${name}: ${one.name}`).toBeUndefined();
    }
  }
});

test('every field of a body is described', () => {
  const silent = operations.flatMap(({ name, described }) =>
    fieldsOf(described.requestBody?.content['application/json'].schema ?? {})
      .filter(([, field]) => !/\S/.test(field.description ?? ''))
      .map(([field]) => `${name}: ${field}`),
  );
  expect(silent).toEqual([]);
});

test('every example is what its schema describes', () => {
  const validator = ajv();
  let examples = 0;
  for (const [way, { schema, examples: given }] of within(document.paths)) {
    if (schema === undefined || given === undefined) continue;
    const validate = validator.compile({ ...schema, components: document.components });
    for (const [name, example] of Object.entries<Json>(given)) {
      examples += 1;
      const errors = () => validator.errorsText(validate.errors);
      expect(validate(resolved(example).value), `${way} ${name}: ${errors()}`).toBe(true);
    }
  }
  expect(examples).toBeGreaterThan(15);
  for (const id of ['connectPage', 'patchPage', 'startSync', 'createBatch', 'createToken']) {
    const { described } = operations.find(({ described }) => described.operationId === id) ?? {};
    expect(described.requestBody.content['application/json'].examples, id).toBeDefined();
  }
});

test('headers are described where they come or are looked at', () => {
  const byId = new Map(operations.map(({ described }) => [described.operationId, described]));
  const takes = (id: string) =>
    (byId.get(id).parameters ?? [])
      .map(resolved)
      .filter((one: Json) => one.in === 'header')
      .map((one: Json) => one.name);
  const gives = (id: string, status: number) =>
    Object.keys(byId.get(id).responses[status].headers).filter((name) => !name.startsWith('RateLimit'));
  expect(takes('getPage')).toEqual(['If-None-Match']);
  expect(gives('getPage', 200)).toEqual(['ETag']);
  expect(gives('getPage', 304)).toEqual(['ETag']);
  expect(takes('patchPage')).toEqual(['If-Match', 'X-CSRF-Token']);
  expect(takes('startSync')).toEqual(['Idempotency-Key', 'X-CSRF-Token']);
  expect(gives('startSync', 202)).toEqual(['Location', 'Idempotency-Replayed']);
  expect(gives('startSync', 409)).toEqual(['Idempotency-Replayed']);
  expect(takes('createToken'), 'a secret is not kept').toEqual(['X-CSRF-Token']);
  expect(gives('createToken', 201)).toEqual(['Location']);
  expect(takes('streamSync')).toEqual(['Last-Event-ID']);
  expect(gives('downloadFailures', 200)).toEqual(['Content-Disposition']);
  for (const { name, described } of operations) {
    for (const [status, { headers }] of Object.entries<Json>(described.responses)) {
      expect(Object.keys(headers), `${name} ${status}`).toEqual(
        expect.arrayContaining(['RateLimit', 'RateLimit-Policy']),
      );
    }
    const { 401: unauthorized, 429: tooMany, 503: away } = described.responses;
    expect(unauthorized.headers, name).toHaveProperty('WWW-Authenticate');
    expect(tooMany.headers, name).toHaveProperty('Retry-After');
    expect(away.headers, name).toHaveProperty('Retry-After');
  }
});

test('of every stream the document names its events', () => {
  const streams = operations.flatMap(({ described }) =>
    Object.values<Json>(described.responses).flatMap(({ content }) => content?.['text/event-stream'] ?? []),
  );
  expect(streams.map((media) => Object.keys(media['x-events']).join())).toEqual([
    'snapshot,progress,final',
    'snapshot,page,final',
    'message',
    'message',
    'reset,page,job,conversations,notification',
  ]);
  for (const media of streams) {
    for (const event of Object.values<Json>(media['x-events'])) {
      expect(resolved(event)).toMatchObject({ type: 'object' });
    }
  }
});

test('the cookie is the one of the installation', async () => {
  const nameIn = (described: Json) => described.components.securitySchemes.session.name;
  expect(nameIn(document)).toBe('pagesync_session');
  const https: Json = await wholeDocument({ PUBLIC_URL: 'https://pagesync.example.com' });
  expect(nameIn(https)).toBe('__Host-pagesync_session');
});
