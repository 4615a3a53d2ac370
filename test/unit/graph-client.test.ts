import { afterEach, describe, expect, test } from 'vitest';
import type { BudgetMeter } from '../../src/contract/budget.ts';
import { createGraphClient } from '../../src/graph/conversations.ts';
import { PAGE, TOKEN } from './graph-samples.ts';
import { answer, never, serve, stopServing } from './graph-server.ts';

afterEach(stopServing);

describe('a page of conversations', () => {
  /** A meter that grants everything and remembers what it was told. */
  function meter() {
    const told: unknown[] = [];
    const budget: BudgetMeter = {
      async take(asset) {
        told.push(['take', asset]);
        return { granted: true, waitMs: 0 };
      },
      async late() {
        // depends on the machine's speed
      },
      async block(asset, untilMs, why) {
        told.push(['block', asset, untilMs, why]);
      },
      async observe(asset, percent) {
        told.push(['observe', asset, percent]);
      },
    };
    return { budget, told };
  }
  const query = {
    pageId: PAGE,
    asset: PAGE,
    token: TOKEN,
    platform: 'messenger',
    after: null,
    limit: 100,
    messages: 25,
  } as const;

  test('is asked for with its fields named, and its meter is kept', async () => {
    let url: URL | undefined;
    const endpoint = await serve((req, res) => {
      url = new URL(req.url ?? '', 'http://x');
      res.setHeader('x-page-usage', '{"call_count":33.4}').end('{"data":[{"id":"t_1"}]}');
    });
    const { budget, told } = meter();
    let calls = 0;
    const page = await createGraphClient(endpoint, budget, 0).listConversations(query, never, () => {
      calls += 1;
    });
    expect(page.conversations.map(({ id }) => id)).toEqual(['t_1']);
    expect(url?.pathname).toBe(`/v25.0/${PAGE}/conversations`);
    expect(url?.searchParams.get('limit')).toBe('100');
    expect(url?.searchParams.get('platform')).toBe('messenger');
    expect(url?.searchParams.has('after')).toBe(false);
    expect(url?.searchParams.get('fields')).toMatch(
      /^id,updated_time,.*,messages\.limit\(25\)\{id,created_time,/,
    );
    expect(told).toEqual([
      ['take', PAGE],
      ['observe', PAGE, 33],
    ]);
    expect(calls).toBe(1);
  });

  test('is not asked for when the turn is too far away', async () => {
    let served = 0;
    let calls = 0;
    const endpoint = await serve((_, res) => {
      served += 1;
      res.end('{"data":[]}');
    });
    const budget: BudgetMeter = {
      ...meter().budget,
      take: async () => ({ granted: false, untilMs: 123_456 }),
    };
    const call = createGraphClient(endpoint, budget, 0).listConversations(query, never, () => {
      calls += 1;
    });
    await expect(call).rejects.toMatchObject({ kind: 'throttle', untilMs: 123_456 });
    expect([served, calls]).toEqual([0, 0]);
  });

  test('that is throttled blocks the asset for all, one that is gone does not', async () => {
    let body: unknown = { error: { code: 613, message: 'Calls to this api have exceeded the rate limit.' } };
    const endpoint = await serve((req, res) => answer(400, body)(req, res));
    const { budget, told } = meter();
    const client = createGraphClient(endpoint, budget, 0);
    await expect(client.listConversations(query, never, () => {})).rejects.toMatchObject({
      kind: 'throttle',
    });
    body = { error: { code: 100, error_subcode: 33 } };
    await expect(client.listConversations(query, never, () => {})).rejects.toMatchObject({ kind: 'gone' });
    expect(told).toEqual([
      ['take', PAGE],
      ['block', PAGE, expect.any(Number), expect.stringContaining('code 613')],
      ['take', PAGE],
    ]);
  });

  test('asked for without messages does not claim that there are none', async () => {
    let fields: string | null = null;
    const endpoint = await serve((req, res) => {
      fields = new URL(req.url ?? '', 'http://x').searchParams.get('fields');
      res.end('{"data":[{"id":"t_1","updated_time":"2026-01-31T12:34:56+0000"}]}');
    });
    const client = createGraphClient(endpoint, meter().budget, 0);
    const page = await client.listConversations({ ...query, limit: 1, messages: 0 }, never, () => {});
    expect(fields).not.toContain('messages.');
    expect(page.conversations[0]?.messagesComplete).toBe(false);
  });
});
