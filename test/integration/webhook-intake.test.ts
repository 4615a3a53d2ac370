import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { only, personOn } from '../support/webhook-person.ts';
import {
  deliver,
  drained,
  envelopeOf,
  postRaw,
  signatureOf,
  VERIFY_TOKEN,
  WEBHOOK_ENV,
} from '../support/webhooks-under-test.ts';

/** Requirements E1, E2, E7: what Meta is told, and what is stored by then. */
let stack: Stack;
let page: TestPage;
beforeAll(async () => {
  stack = await startStack({ env: WEBHOOK_ENV });
  page = await stack.addPage({ conversations: 0 });
});
afterAll(() => stack.close());
beforeEach(async () => {
  await stack.sql`DELETE FROM webhook_counters`;
  await stack.sql`DELETE FROM webhook_deliveries`;
});

const counters = async () =>
  Object.fromEntries(
    (
      await stack.sql<{ name: string; items: number }[]>`
        SELECT outcome || ' ' || kind AS name, items FROM webhook_counters ORDER BY 1`
    ).map(({ name, items }) => [name, items]),
  );

/** Waits until so many items are applied and counted, which comes a moment later: no test finds the one before it in the counts. */
async function counted(items: number): Promise<void> {
  await drained(stack, page);
  await eventually(async () => {
    const counts: number[] = Object.values(await counters());
    return counts.reduce((sum, count) => sum + count, 0) >= items;
  }, `${items} items to be counted`);
}

/** Nothing of a POST is left. */
async function expectNothing(): Promise<void> {
  expect(await stack.sql`SELECT FROM webhook_deliveries`).toHaveLength(0);
  expect(await counters()).toEqual({});
}

describe('the handshake', () => {
  const ask = (query: Record<string, string>) =>
    fetch(`${stack.api.url}/webhooks/facebook?${new URLSearchParams(query)}`);
  const asked = { 'hub.mode': 'subscribe', 'hub.verify_token': VERIFY_TOKEN, 'hub.challenge': '1158201444' };

  test('echoes the challenge as plain text, without any other authentication', async () => {
    const answer = await ask(asked);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await answer.text()).toBe('1158201444');
  });

  test.each([
    ['a wrong token', { ...asked, 'hub.verify_token': `${VERIFY_TOKEN}x` }],
    ['a token of the same length', { ...asked, 'hub.verify_token': VERIFY_TOKEN.replace(/.$/, 'X') }],
    ['no token', { 'hub.mode': 'subscribe', 'hub.challenge': '1' }],
    ['an empty token', { ...asked, 'hub.verify_token': '' }],
    ['another mode', { ...asked, 'hub.mode': 'unsubscribe' }],
    ['nothing', {}],
  ])('refuses %s with 403, and does not echo', async (_, query) => {
    const answer = await ask(query);
    expect(answer.status).toBe(403);
    expect(await answer.text()).not.toContain('1158201444');
  });
});

describe('the signature', () => {
  const body = () => JSON.stringify(envelopeOf(page, [personOn(stack, page).says(0, 'a', 'Hi')]));
  const sha1 = (text: string) =>
    `sha1=${createHmac('sha1', WEBHOOK_ENV.FACEBOOK_APP_SECRET).update(text).digest('hex')}`;

  test.each<[string, (text: string) => Record<string, string>]>([
    ['missing', () => ({})],
    ['of another secret', (text) => ({ 'x-hub-signature-256': signatureOf(text, 'another') })],
    ['of another body', (text) => ({ 'x-hub-signature-256': signatureOf(`${text} `) })],
    ['the old SHA-1 alone', (text) => ({ 'x-hub-signature': sha1(text) })],
    ['SHA-1 in its place', (text) => ({ 'x-hub-signature-256': sha1(text) })],
    ['cut short', (text) => ({ 'x-hub-signature-256': signatureOf(text).slice(0, -2) })],
    ['empty', () => ({ 'x-hub-signature-256': 'sha256=' })],
    ['without its prefix', (text) => ({ 'x-hub-signature-256': signatureOf(text).slice(7) })],
  ])('%s: 401, and nothing has happened', async (_, headersOf) => {
    const text = body();
    expect((await postRaw(stack, text, headersOf(text))).status).toBe(401);
    await expectNothing();
  });

  test('is over the bytes as they came: escaped letters, halves of emoji, slashes', async () => {
    const person = personOn(stack, page);
    // nothing that parses and writes JSON again would write these bytes
    const text = String.raw`caf\u00e9 \ud83d\ude00 https:\/\/a.b\/c`;
    const plain = JSON.stringify(envelopeOf(page, [person.says(0, 'a', 'TEXT')]));
    const escaped = `  ${plain.replace('TEXT', text)}\n`;
    expect((await postRaw(stack, escaped)).status).toBe(200);
    await counted(1);
    expect(only(await person.events()).text).toBe('café 😀 https://a.b/c');
  });

  test('may be of the secret before, while the secret is rotated', async () => {
    const rotating = { api: await stack.addApi({ FACEBOOK_PREVIOUS_APP_SECRET: 'the-one-before' }) };
    const text = body();
    const old = { 'x-hub-signature-256': signatureOf(text, 'the-one-before') };
    expect((await postRaw(rotating, text, old)).status).toBe(200);
    expect((await postRaw(rotating, text)).status).toBe(200);
    expect((await postRaw(stack, text, old)).status).toBe(401);
    await counted(2);
  });

  test('can be checked by nobody without a secret: 503', async () => {
    const unset = { api: await stack.addApi({ FACEBOOK_APP_SECRET: '', FACEBOOK_VERIFY_TOKEN: '' }) };
    expect((await postRaw(unset, body())).status).toBe(503);
    const handshake = await fetch(`${unset.api.url}/webhooks/facebook?hub.mode=subscribe&hub.verify_token=`);
    expect(handshake.status).toBe(403);
    await expectNothing();
  });
});

describe('sizes', () => {
  test('a body of 1 MiB, all escapes', async () => {
    const person = personOn(stack, page);
    const plain = JSON.stringify(
      envelopeOf(page, [person.says(0, 'a', 'TEXT', { app_id: '1234567890123456' })]),
    );
    const body = plain.replace('TEXT', String.raw`\u00e9`.repeat(2 ** 20 / 6));
    expect(body.length).toBeGreaterThan(2 ** 20);
    expect((await postRaw(stack, body)).status).toBe(200);
    await counted(1);
    expect(only(await person.events()).text).toBe('é'.repeat(Math.floor(2 ** 20 / 6)));
  });

  test('1,000 items of 100 people in one POST', async () => {
    const people = Array.from({ length: 100 }, () => personOn(stack, page));
    const items = Array.from({ length: 10 }, (_, n) => people.map((p) => p.says(n, `${n}`, `message ${n}`)));
    await deliver(stack, envelopeOf(page, items.flat()));
    await counted(1000);
    await expect.poll(counters, { timeout: 10_000 }).toEqual({ 'applied message': 1000 });
    for (const person of people) {
      expect(only(await person.conversations())).toMatchObject({ message_count: 10, unread_count: 10 });
    }
  });

  test('more than 8 MiB is refused', async () => {
    expect((await postRaw(stack, JSON.stringify({ object: 'x'.repeat(8 * 2 ** 20) }))).status).toBe(413);
    await expectNothing();
  });
});

describe('what it says', () => {
  test.each(['', 'hello', '{"object":"page"', '{"a":1}}'])('no JSON: 400 (%j)', async (body) => {
    expect((await postRaw(stack, body)).status).toBe(400);
    await expectNothing();
  });

  test.each<[unknown, string]>([
    [null, 'ignored object (none)'],
    [[1], 'ignored object (none)'],
    [{ object: 'page' }, 'ignored object page'],
    [
      { object: 'permissions', entry: [{ id: '1', time: 1, changed_fields: [] }] },
      'ignored object permissions',
    ],
    [
      { object: 'page', entry: [{ id: '1', changes: [{ field: 'feed', value: {} }] }] },
      'ignored change feed',
    ],
    [{ object: 'page', entry: [{ messaging: [] }, 7] }, 'ignored entry of page'],
  ])('nothing for us: 200, counted, not stored (%j)', async (envelope, counter) => {
    await deliver(stack, envelope);
    expect(Object.keys(await counters())).toEqual([counter]);
    expect(await stack.sql`SELECT FROM webhook_deliveries`).toHaveLength(0);
  });

  test('a kind that we do not know is counted, and begins no conversation', async () => {
    const person = personOn(stack, page);
    await person.send(
      person.does(0, { 'policy-enforcement': { action: 'block' } }),
      person.does(1, { game_play: {} }),
    );
    await expect
      .poll(counters, { timeout: 10_000 })
      .toEqual({ 'ignored game_play': 1, 'ignored policy-enforcement': 1 });
    expect(await person.conversations()).toHaveLength(0);
  });

  test('a page that is not connected: 200, counted, and its neighbour is stored', async () => {
    const person = personOn(stack, page);
    const { object, entry } = envelopeOf(page, [person.says(0, 'a', 'Hi')]);
    await deliver(stack, { object, entry: [{ ...entry[0], id: '999' }, ...entry] });
    await drained(stack, page);
    await expect.poll(counters, { timeout: 10_000 }).toEqual({ 'not_ours entry': 1, 'applied message': 1 });
    expect(await stack.sql`SELECT FROM webhook_deliveries`).toHaveLength(1);
    expect(await person.events()).toHaveLength(1);
  });

  test('ids that came as numbers keep their digits; digits in texts and fractions are as they were', async () => {
    const person = personOn(stack, page, 'messenger', '12345678901234567890');
    const text = String.raw`12345678901234567890, \"1234567890123456789\": [12345678901234567890]`;
    const location =
      '{"type":"location","payload":{"coordinates":{"lat":50.45012345678901234567,"long":-0.1234567890123456789}}}';
    await postRaw(
      stack,
      `{"object":"page","entry":[{"id":${page.facebookPageId},"time":1767225600123,"messaging":[{
        "sender":{"id": 12345678901234567890 },"recipient":{"id":${page.facebookPageId}},"timestamp":1767225600123,
        "message":{"mid":12345678901234567891,"text":"${text}","attachments":[${location}],"app_id":1234567890123456789}}]}]}`,
    );
    await drained(stack, page);
    const event = only(await person.events());
    expect(event).toMatchObject({
      message_id: '12345678901234567891',
      text: '12345678901234567890, "1234567890123456789": [12345678901234567890]',
      metadata: { from_id: '12345678901234567890', app_id: '1234567890123456789' },
    });
    expect(event.attachments?.[0]).toMatchObject({
      payload: { coordinates: { lat: 50.450123456789015, long: -0.12345678901234568 } },
    });
  });

  test('NUL and half an emoji are stored, clean', async () => {
    const person = personOn(stack, page);
    const plain = JSON.stringify(envelopeOf(page, [person.says(0, 'a', 'TEXT')]));
    await postRaw(stack, plain.replace('TEXT', String.raw`a\u0000b \ud83d c \ude00`));
    await drained(stack, page);
    expect(only(await person.events()).text).toBe('ab \ufffd c \ufffd');
  });
});
