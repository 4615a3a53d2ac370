import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { runTask } from '../support/maintenance.ts';
import { startRelay } from '../support/relay.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { only, personOn } from '../support/webhook-person.ts';
import {
  drained,
  envelopeOf,
  postRaw,
  signatureOf,
  VERIFY_TOKEN,
  WEBHOOK_ENV,
} from '../support/webhooks-under-test.ts';

/** Requirement E2: a 200 is a promise, whatever is away when it is given. */
let stack: Stack;
let page: TestPage;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pagesync-webhooks-'));
  stack = await startStack({ env: WEBHOOK_ENV });
  page = await stack.addPage({ conversations: 0 });
});
afterAll(async () => {
  await stack.close();
  await rm(folder, { recursive: true, force: true });
});

/** Meta waits no longer for an answer. */
const PATIENCE_MS = 5000;

const stored = () => stack.sql<{ processed_at: Date | null }[]>`SELECT processed_at FROM webhook_deliveries`;

test('while PostgreSQL is away: 503 and nothing; the same POST is taken once it is back', async () => {
  const relay = await startRelay(new URL(stack.databaseUrl).host);
  try {
    const databaseUrl = new URL(stack.databaseUrl);
    databaseUrl.host = relay.address;
    const to = { api: await stack.addApi({ DATABASE_URL: databaseUrl.href }) };
    const person = personOn(stack, page);
    const body = JSON.stringify(envelopeOf(page, [person.says(0, 'a', 'Hi')]));
    relay.cut();
    // an outage lasts for many POSTs
    for (let n = 0; n < 12; n += 1) {
      const began = performance.now();
      const answer = await postRaw(to, body);
      expect({ status: answer.status, body: await answer.json() }).toMatchObject({
        status: 503,
        body: { type: 'urn:pagesync:problem:database-unavailable' },
      });
      expect(performance.now() - began).toBeLessThan(PATIENCE_MS);
    }
    expect(await stored()).toHaveLength(0);
    expect(await stack.sql`SELECT FROM webhook_counters`).toHaveLength(0);

    relay.mend();
    await eventually(
      async () => (await postRaw(to, body)).status === 200,
      'PostgreSQL to be back',
      PATIENCE_MS,
    );
    await drained(stack, page);
    expect(only(await person.events()).text).toBe('Hi');
  } finally {
    await relay.close();
  }
});

test('while Temporal is away: 200; once it is back the sweep wakes the page', async () => {
  const relay = await startRelay(inject('temporalAddress'));
  const logFile = join(folder, 'away.log');
  try {
    relay.cut();
    // one that no drain looks after
    const page = await stack.addPage({ conversations: 1 });
    const more = { TEMPORAL_ADDRESS: relay.address, LOG_LEVEL: 'warn' };
    const to = { api: await stack.addApi(more, logFile) };
    const person = personOn(stack, page);
    const answer = await postRaw(to, JSON.stringify(envelopeOf(page, [person.says(0, 'a', 'Hi')])));
    expect(answer.status).toBe(200);
    // it has given up: nothing but the sweep is left
    await eventually(
      async () => (await readFile(logFile, 'utf8')).includes('could not be woken'),
      'the vain signal',
    );
    const waiting = await stack.sql`SELECT FROM webhook_deliveries WHERE processed_at IS NULL`;
    expect(waiting).toHaveLength(1);
    // those that came just now are being applied by somebody, as far as the sweep can tell
    expect(await runTask(stack, 'webhooks')).toMatchObject({ woken: 0 });
    await stack.sql`
      UPDATE webhook_deliveries SET received_at = received_at - interval '11 seconds' WHERE processed_at IS NULL`;
    expect(await runTask(stack, 'webhooks')).toMatchObject({ woken: 1 });
    await drained(stack, page);
    expect(only(await person.events()).text).toBe('Hi');
    expect(await runTask(stack, 'webhooks')).toMatchObject({ woken: 0 });
  } finally {
    await relay.close();
  }
});

test('neither the token of the handshake nor a text is in the logs', async () => {
  const logFile = join(folder, 'trace.log');
  const relay = await startRelay(new URL(stack.databaseUrl).host);
  try {
    const databaseUrl = new URL(stack.databaseUrl);
    databaseUrl.host = relay.address;
    const to = { api: await stack.addApi({ LOG_LEVEL: 'trace', DATABASE_URL: databaseUrl.href }, logFile) };
    for (const token of [VERIFY_TOKEN, 'a-wrong-token-of-somebody']) {
      const query = `hub.mode=subscribe&hub.challenge=1&hub.verify_token=${token}`;
      await fetch(`${to.api.url}/webhooks/facebook?${query}`);
      await fetch(`${to.api.url}/webhooks/nothing-here?${query}`);
    }
    const person = personOn(stack, page);
    const body = JSON.stringify(envelopeOf(page, [person.says(0, 'a', 'a very private text')]));
    expect((await postRaw(to, body)).status).toBe(200);
    expect((await postRaw(to, body, {})).status).toBe(401);
    relay.cut();
    // what fails is logged with its request
    const failed = await fetch(`${to.api.url}/webhooks/facebook?hub.verify_token=${VERIFY_TOKEN}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': signatureOf(body) },
      body,
    });
    expect(failed.status).toBe(503);
    const logged = await eventually(async () => {
      const text = await readFile(logFile, 'utf8');
      return text.includes('The database does not answer') ? text : null;
    }, 'the failure in the log');
    for (const secret of [VERIFY_TOKEN, 'a-wrong-token-of-somebody', 'a very private text']) {
      expect(logged).not.toContain(secret);
    }
    relay.mend();
  } finally {
    await relay.close();
  }
  await drained(stack, page);
});
