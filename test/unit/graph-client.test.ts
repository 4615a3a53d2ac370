import { afterEach, describe, expect, test } from 'vitest';
import type { BudgetMeter } from '../../src/contract/budget.ts';
import { createGraphClient } from '../../src/graph/client.ts';
import type { GraphInbox } from '../../src/graph/index.ts';
import { PAGE, TOKEN } from './graph-samples.ts';
import { answer, generousMeter, never, serve, stopServing } from './graph-server.ts';

afterEach(stopServing);

const INBOX: GraphInbox = { pageId: PAGE, asset: PAGE, token: TOKEN, platform: 'messenger' };
const FIRST = { after: null, limit: 100, messages: 25 };
const OPTIONS = { signal: never, onCall: () => {} };

describe('a page of conversations', () => {
  test('is asked for with its fields named, and its meter is kept', async () => {
    let url: URL | undefined;
    const endpoint = await serve((req, res) => {
      url = new URL(req.url ?? '', 'http://x');
      res.setHeader('x-page-usage', '{"call_count":33.4}').end('{"data":[{"id":"t_1"}]}');
    });
    const { budget, told } = generousMeter();
    let calls = 0;
    const page = await createGraphClient(endpoint, budget, 0).listConversations(INBOX, FIRST, {
      signal: never,
      onCall: () => {
        calls += 1;
      },
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
      ...generousMeter().budget,
      take: async () => ({ granted: false, untilMs: 123_456 }),
    };
    const call = createGraphClient(endpoint, budget, 0).listConversations(INBOX, FIRST, {
      signal: never,
      onCall: () => {
        calls += 1;
      },
    });
    await expect(call).rejects.toMatchObject({ kind: 'throttle', untilMs: 123_456 });
    expect([served, calls]).toEqual([0, 0]);
  });

  test('that is throttled blocks the asset for all, one that is gone does not', async () => {
    let body: unknown = { error: { code: 613, message: 'Calls to this api have exceeded the rate limit.' } };
    const endpoint = await serve((req, res) => answer(400, body)(req, res));
    const { budget, told } = generousMeter();
    const client = createGraphClient(endpoint, budget, 0);
    await expect(client.listConversations(INBOX, FIRST, OPTIONS)).rejects.toMatchObject({
      kind: 'throttle',
    });
    body = { error: { code: 100, error_subcode: 33 } };
    await expect(client.listConversations(INBOX, FIRST, OPTIONS)).rejects.toMatchObject({ kind: 'gone' });
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
    const client = createGraphClient(endpoint, generousMeter().budget, 0);
    const page = await client.listConversations(INBOX, { after: null, limit: 1, messages: 0 }, OPTIONS);
    expect(fields).not.toContain('messages.');
    expect(page.conversations[0]?.messagesComplete).toBe(false);
  });
});

describe('the other questions', () => {
  /** The URLs that were asked for, all of which get the same answer. */
  async function asking(body: unknown) {
    const urls: URL[] = [];
    const endpoint = await serve((req, res) => {
      urls.push(new URL(req.url ?? '', 'http://x'));
      res.end(JSON.stringify(body));
    });
    return { client: createGraphClient(endpoint, generousMeter().budget, 0), urls };
  }
  const params = (url: URL | undefined) =>
    Object.fromEntries(
      [...(url?.searchParams ?? [])].filter(
        ([name]) => name !== 'access_token' && name !== 'appsecret_proof',
      ),
    );

  test('news: ids and times of the newest conversations, of whose messages nothing is claimed', async () => {
    const { client, urls } = await asking({
      data: [{ id: 't_1', updated_time: '2026-01-31T12:34:56+0000' }],
    });
    const page = await client.newestConversations({ ...INBOX, platform: 'instagram' }, 25, OPTIONS);
    expect(urls[0]?.pathname).toBe(`/v25.0/${PAGE}/conversations`);
    expect(params(urls[0])).toEqual({
      platform: 'instagram',
      fields: 'id,updated_time,message_count',
      limit: '25',
    });
    expect(page.conversations).toMatchObject([
      { id: 't_1', updatedTime: '2026-01-31T12:34:56.000Z', messagesComplete: false },
    ]);
  });

  test('one conversation, as a page of one', async () => {
    const { client, urls } = await asking({ id: 't_1', messages: { data: [] } });
    const page = await client.readConversation(INBOX, 't_1/../x?', 7, OPTIONS);
    expect(urls[0]?.pathname).toBe('/v25.0/t_1%2F..%2Fx%3F');
    expect(params(urls[0])).toEqual({ fields: expect.stringMatching(/^id,.*,messages\.limit\(7\)\{id,/) });
    expect(page).toMatchObject({ conversations: [{ id: 't_1' }], rejected: [], after: null });
  });

  test('one conversation that cannot be read is set aside like any other', async () => {
    const { client } = await asking({ id: 't_1', updated_time: 'broken' });
    const page = await client.readConversation(INBOX, 't_1', 25, OPTIONS);
    expect(page).toMatchObject({
      conversations: [],
      rejected: [{ itemType: 'conversation', graphId: 't_1' }],
    });
  });

  test('messages of a conversation, after a cursor', async () => {
    const message = { id: 'm_1', created_time: '2026-01-31T12:34:56+0000', message: 'x' };
    const next = `https://graph.facebook.com/v25.0/t_1/messages?access_token=${TOKEN}&after=older`;
    const { client, urls } = await asking({ data: [message], paging: { next } });
    const page = await client.listMessages(INBOX, 't_1', { after: 'a b&c=', limit: 60 }, OPTIONS);
    await client.listMessages(INBOX, 't_1', { after: null, limit: 1 }, OPTIONS);
    expect(urls[0]?.pathname).toBe('/v25.0/t_1/messages');
    expect(params(urls[0])).toEqual({
      fields: expect.stringMatching(/^id,created_time,from,/),
      limit: '60',
      after: 'a b&c=',
    });
    expect(urls[1]?.searchParams.has('after')).toBe(false);
    expect(page).toMatchObject({ messages: [{ id: 'm_1' }], rejected: [], after: 'older' });
    expect(JSON.stringify(page)).not.toContain(TOKEN);
  });
});
