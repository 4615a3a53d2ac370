/* Until its index is built a search says that it is not ready, as the OpenAPI document has it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildLateIndexes } from '../../src/store/index.ts';
import { documentedCalls } from '../support/documented-calls.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ workers: 0, env: { API_RATE_LIMIT_PER_MINUTE: '100000' } });
});
afterAll(() => stack?.close());

test('a search whose index is not there yet', async () => {
  const { call, works } = await documentedCalls(stack.api);
  const [index] = await stack.sql<{ name: string; definition: string }[]>`
    SELECT name, definition FROM late_indexes WHERE name = 'contact_interaction_events_words'`;
  await stack.sql`DROP INDEX contact_interaction_events_words`;
  await stack.sql`UPDATE late_indexes SET definition = 'nowhere (nothing)' WHERE name = ${index?.name ?? ''}`;
  const another = await stack.addApi({});
  const search = () => call<{ type: string }>('GET', '/api/conversations?q=a', undefined, another);
  expect(await search()).toMatchObject({
    status: 503,
    body: { type: 'urn:pagesync:problem:search-not-ready' },
  });
  await works('GET', '/api/conversations?tag=a', undefined, another);
  await stack.sql`UPDATE late_indexes SET definition = ${index?.definition ?? ''} WHERE name = ${index?.name ?? ''}`;
  await eventually(async () => {
    // while the other API tries, nothing is built here; it tries again much later
    await buildLateIndexes(stack.sql);
    return (await search()).status === 200;
  }, 'the search to be ready');
});
