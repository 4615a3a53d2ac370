import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stack, startStack } from '../support/stack.ts';
import { deliver, drained, envelopeOf, WEBHOOK_ENV } from '../support/webhooks-under-test.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: WEBHOOK_ENV });
});
afterAll(() => stack.close());

const PAGES = 30;
const ROUNDS = 4;
/** Around the time after which a drain that has nothing to do ends. */
const GAPS_MS = [1950, 2150] as const;

test('whatever is delivered in the moment when a drain ends is applied, without the sweep', async () => {
  const pages = await Promise.all(Array.from({ length: PAGES }, () => stack.addPage({ conversations: 1 })));
  await Promise.all(
    pages.map(async (page, n) => {
      for (let round = 0; round < ROUNDS; round++) {
        const message = { mid: `m_${n}_${round}`, text: 'a message' };
        const item = {
          sender: { id: '4242' },
          recipient: { id: page.facebookPageId },
          timestamp: Date.now(),
          message,
        };
        await deliver(stack, envelopeOf(page, [item]));
        await drained(stack, page);
        // not a wait for anything: the next delivery shall meet the end of the drain
        await setTimeout(GAPS_MS[0] + Math.random() * (GAPS_MS[1] - GAPS_MS[0]));
      }
    }),
  );
  const [{ count } = { count: 0 }] = await stack.sql<{ count: number }[]>`
    SELECT count(*)::int FROM contact_interaction_events WHERE message_id LIKE 'm\\_%'`;
  expect(count).toBe(PAGES * ROUNDS);
});
