import { expect, test } from 'vitest';
import { z } from 'zod';
import { openApiDocument } from '../../src/api/openapi.ts';
import { operation } from '../../src/api/operation.ts';
import { pageResource } from '../../src/contract/resources.ts';

const patchPage = operation({
  method: 'patch',
  path: '/api/pages/{id}',
  id: 'patchPage',
  tag: 'Pages',
  summary: 'Change it',
  scope: 'admin',
  params: { id: 'The page' },
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
  body: z.strictObject({ name: z.string().min(1) }),
  answers: { 200: { description: 'Changed', body: pageResource } },
  problems: ['not-connected'],
  async handle() {
    throw new Error('is not called');
  },
});

test('an operation’s schemas are its description', () => {
  const document = openApiDocument([patchPage], 'session');
  expect(document.openapi).toBe('3.1.0');
  const described = document.paths?.['/api/pages/{id}']?.patch;
  expect(described).toMatchObject({
    operationId: 'patchPage',
    security: [{ token: ['admin'] }, { session: ['admin'] }],
    parameters: [
      { $ref: '#/components/parameters/X-CSRF-Token' },
      { name: 'id', in: 'path', required: true, schema: { type: 'string', description: 'The page' } },
      {
        name: 'limit',
        in: 'query',
        required: false,
        schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
      },
    ],
    requestBody: {
      content: { 'application/json': { schema: { required: ['name'], additionalProperties: false } } },
    },
    responses: {
      200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Page' } } } },
    },
  });
  expect(Object.keys(described?.responses ?? {})).toEqual(
    expect.arrayContaining(['200', '400', '401', '403', '404', '409', '413', '415', '422', '500', '503']),
  );
  expect(described?.responses?.['409']).toMatchObject({
    description: expect.stringContaining('urn:pagesync:problem:not-connected'),
  });
  expect(document.components?.schemas).toHaveProperty('Problem');
});
