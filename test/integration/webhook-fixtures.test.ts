import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { FIXTURES_DIR, WEBHOOK_FIXTURES } from '../support/webhook-fixtures.ts';
import { drained, eventsOf, postRaw, WEBHOOK_ENV } from '../support/webhooks-under-test.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: WEBHOOK_ENV });
});
afterAll(() => stack.close());

interface Failure {
  kind: string;
  reason: string;
}

async function connect(facebookPageId: string, instagramAccountId: string | null): Promise<string> {
  const { status, body } = await stack.api.post<{ id: string }>('/api/pages', {
    facebookPageId,
    name: facebookPageId,
    accessToken: 'a-token',
    instagramAccountId,
  });
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  return body.id;
}

const counters = async () =>
  Object.fromEntries(
    (
      await stack.sql<{ name: string; items: number }[]>`
        SELECT outcome || ' ' || kind AS name, sum(items)::int AS items FROM webhook_counters GROUP BY 1`
    ).map(({ name, items }) => [name, items]),
  );

const total = (counts: Record<string, number>) =>
  Object.values(counts).reduce((sum, items) => sum + items, 0);
const counted = async () => total(await counters());

test('every file of the fixtures has an expected result', () => {
  const names = readdirSync(FIXTURES_DIR).map((file) => file.replace(/\.json$/, ''));
  expect(Object.keys(WEBHOOK_FIXTURES).sort()).toEqual(names.sort());
});

describe.each(Object.entries(WEBHOOK_FIXTURES))('%s', (name, expected) => {
  test('ends as it should, once, however often it is delivered', async () => {
    await stack.sql`DELETE FROM facebook_pages`;
    await stack.sql`DELETE FROM webhook_counters`;
    const ids = await Promise.all(expected.pages.map(({ id, instagram }) => connect(id, instagram ?? null)));
    const captured = readFileSync(`${FIXTURES_DIR}/${name}.json`, 'utf8');
    const [from, to] = expected.rename ?? ['', ''];
    const body = from === '' ? captured : captured.replaceAll(from, to);
    const rows = async () => {
      const events = await Promise.all(ids.map((id) => eventsOf(stack, { id })));
      const people = await stack.sql<{ sender_id: string; platform: string }[]>`
        SELECT sender_id, platform FROM messenger_conversations ORDER BY sender_id`;
      const failures = await stack.sql<
        Failure[]
      >`SELECT kind, reason, detail FROM webhook_failures ORDER BY id`;
      return { events: events.flat(), people, failures };
    };
    expect((await postRaw(stack, body)).status).toBe(200);
    for (const id of ids) await drained(stack, { id });
    const first = await rows();
    expect(first.failures).toEqual(
      (expected.failures ?? []).map((failure) => expect.objectContaining(failure)),
    );
    expect(first.events).toEqual((expected.events ?? []).map((event) => expect.objectContaining(event)));
    expect(first.people).toEqual(expected.people ?? []);
    // they are counted a moment after they are applied
    await eventually(async () => (await counted()) === total(expected.counters), 'the items to be counted');
    expect(await counters()).toEqual(expected.counters);

    expect((await postRaw(stack, body)).status).toBe(200);
    for (const id of ids) await drained(stack, { id });
    expect(await rows()).toEqual(first);
    await eventually(
      async () => (await counted()) === 2 * total(expected.counters),
      'all of them to be counted',
    );
  });
});
