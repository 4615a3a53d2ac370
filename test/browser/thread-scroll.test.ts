import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DashboardUnderTest, startDashboard } from '../support/dashboard.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { MOMENT, personOn } from '../support/webhook-person.ts';
import { WEBHOOK_ENV } from '../support/webhooks-under-test.ts';
import { messages, openThread } from './thread-page.ts';

/** What is read stays where it is, whatever comes above and below it. */
let stack: Stack;
let dashboard: DashboardUnderTest;
let page: TestPage;
beforeAll(async () => {
  stack = await startStack({ env: WEBHOOK_ENV });
  dashboard = await startDashboard(stack);
  page = await stack.addPage({ conversations: 0 });
});
afterAll(async () => {
  await dashboard?.close();
  await stack?.close();
});

test('older messages come as one scrolls up, and nothing jumps; news waits until one looks', async () => {
  const { page: tab, faults } = await dashboard.person({ viewport: { width: 1280, height: 700 } });
  const person = personOn(stack, page);
  const many = Array.from({ length: 260 }, (_, n) =>
    // eight days, a few messages an hour apart
    person.says(n * 45 * 60_000, `n${n}`, `Message number ${n}.`),
  );
  await person.send(...many.slice(0, 200));
  await person.send(...many.slice(200));
  await openThread(stack, tab, person);
  await messages(tab).getByText('Message number 259.').waitFor();
  const atEnd = () =>
    messages(tab).evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight < 2);
  await expect.poll(atEnd).toBe(true);
  expect(await messages(tab).getByText('Message number 0.', { exact: true }).count()).toBe(0);

  // nor does what is read move while one waits at the very beginning for what is older
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await tab.route(/events\?.*cursor=/, async (route) => {
    await released;
    await route.continue();
  });
  await messages(tab).evaluate((box) => box.scrollTo(0, 0));
  const topOf = (text: string) =>
    messages(tab)
      .getByText(text, { exact: true })
      .evaluate((element) => Math.round(element.getBoundingClientRect().top));
  await messages(tab).getByText('Message number 160.', { exact: true }).waitFor();
  const before = await topOf('Message number 160.');
  release();
  await messages(tab).getByText('Message number 60.', { exact: true }).waitFor({ state: 'attached' });
  expect(Math.abs((await topOf('Message number 160.')) - before)).toBeLessThan(2);
  await tab.unroute(/events\?.*cursor=/);

  // where each message stands on the screen must not change by what comes above it
  const jumps = await messages(tab).evaluate(async (box) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    let most = 0;
    for (let n = 0; n < 500 && !box.textContent?.includes('Message number 0.'); n += 1) {
      const { top, height } = box.getBoundingClientRect();
      const inMiddle = [...box.querySelectorAll('li[data-item]')].find(
        (element) => element.getBoundingClientRect().bottom > top + height / 2,
      );
      const before = inMiddle?.getBoundingClientRect().top ?? 0;
      const scrolled = Math.min(250, box.scrollTop - 10);
      box.scrollTop -= scrolled;
      for (let frames = 0; frames < 3; frames += 1) await frame();
      const after = inMiddle?.getBoundingClientRect().top ?? 0;
      most = Math.max(most, Math.abs(after - before - scrolled));
    }
    return most;
  });
  expect(jumps).toBeLessThan(2);
  await messages(tab).getByText('Message number 0.', { exact: true }).waitFor();
  const days = await messages(tab).getByRole('heading', { level: 3 }).allTextContents();
  expect(new Set(days).size).toBe(days.length);
  expect(days.length).toBeGreaterThanOrEqual(8);

  await person.send(person.says(300 * 45 * 60_000, 'new', 'The newest of all'));
  const pill = tab.getByRole('button', { name: '1 new message' });
  await pill.waitFor();
  expect(await atEnd()).toBe(false);
  await pill.click();
  await expect.poll(atEnd).toBe(true);
  await person.send(person.says(301 * 45 * 60_000, 'newer', 'And one more'));
  await messages(tab).getByText('And one more').waitFor();
  await expect.poll(atEnd).toBe(true);
  // an unsend far up is seen, too
  await person.send(person.does(302 * 45 * 60_000, { message: { mid: person.mid('n3'), is_deleted: true } }));
  await messages(tab).getByText('Message number 3.', { exact: true }).waitFor({ state: 'detached' });
  expect(new Date(MOMENT).getUTCFullYear()).toBe(2026);
  expect(faults).toEqual([]);
});

test('a window of another size stays at the end of a thread', async () => {
  const { page: tab } = await dashboard.person({ viewport: { width: 1280, height: 800 } });
  const person = personOn(stack, page);
  await person.send(...Array.from({ length: 40 }, (_, n) => person.says(n * 60_000, `n${n}`, `Line ${n}`)));
  await openThread(stack, tab, person);
  await messages(tab).getByText('Line 39', { exact: true }).waitFor();
  const toEnd = () =>
    messages(tab).evaluate((box) => Math.round(box.scrollHeight - box.scrollTop - box.clientHeight));
  await expect.poll(toEnd).toBeLessThan(2);
  await tab.setViewportSize({ width: 700, height: 420 });
  await expect.poll(() => messages(tab).evaluate((box) => box.clientHeight)).toBeLessThan(420);
  await expect.poll(toEnd).toBeLessThan(2);
});

test('older messages are fetched while there is nothing to scroll', async () => {
  const { page: tab, faults } = await dashboard.person();
  const person = personOn(stack, page);
  await person.send(person.says(0, 'first', 'The very first'), person.says(60_000, 'second', 'The second'));
  // reads have no line of their own: more than two fetched pages of them show nothing
  await stack.sql`INSERT INTO contact_interaction_events
      (page_id, conversation_id, event_type, direction, message_id, occurred_at, metadata)
    SELECT page_id, id, 'read', 'inbound', 'm_read_' || n, last_message_at + n * interval '1 minute', '{}'
    FROM messenger_conversations, generate_series(1, 250) n WHERE sender_id = ${person.id}`;
  await openThread(stack, tab, person);
  await messages(tab).getByText('The very first').waitFor();
  expect(faults).toEqual([]);
});
