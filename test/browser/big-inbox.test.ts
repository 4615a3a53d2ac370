import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DashboardUnderTest, startDashboard } from '../support/dashboard.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** Row I3 of the requirements: a hundred thousand conversations are scrolled to the end, as fast there as at the beginning. */
const CONVERSATIONS = 100_000;

/** Rows that a step of the scroll goes down; a page of the list is twice that. */
const STRIDE = 100;

let stack: Stack;
let dashboard: DashboardUnderTest;
beforeAll(async () => {
  stack = await startStack({ workers: 0 });
  dashboard = await startDashboard(stack);
  const page = await stack.addPage({ conversations: 0 });
  await stack.sql`INSERT INTO messenger_conversations
      (page_id, platform, graph_conversation_id, sender_name, last_message_at, updated_time, message_count)
    SELECT ${page.id}, 'messenger', 't_' || n, 'Person ' || n || ' of many', moment, moment, 1
    FROM (SELECT n, timestamptz '2026-01-31T12:00:00Z' - n * interval '1 second' AS moment
      FROM generate_series(1, ${CONVERSATIONS}) n) numbered`;
  await stack.sql`INSERT INTO contact_interaction_events
      (page_id, conversation_id, event_type, direction, message_id, occurred_at, text)
    SELECT page_id, id, 'message', 'inbound', 'm_' || id, last_message_at, 'Hello from ' || sender_name
    FROM messenger_conversations`;
  await stack.sql`ANALYZE messenger_conversations, contact_interaction_events`;
});
afterAll(async () => {
  await dashboard?.close();
  await stack?.close();
});

/** What the browser has gathered while the list was scrolled. */
interface Scrolled {
  /** Rows that stood where they do not belong. */
  misplaced: string[];
  looks: number;
  seen: number;
  mostRows: number;
  /** Milliseconds of a step of the wheel until its rows were drawn: at the beginning, and with everything loaded. */
  early: number;
  late: number;
}

test('the list is scrolled to its end, in order, and is as fast there as at its beginning', async () => {
  const { page: tab, faults } = await dashboard.person();
  await tab.goto('/inbox');
  await tab.getByText('Person 1 of many', { exact: true }).waitFor();
  // in the page itself: a round trip a step would be measured, too
  const scrolled = await tab.evaluate(scrollThrough, [CONVERSATIONS, STRIDE] as const);
  expect(scrolled.misplaced).toEqual([]);
  expect(scrolled.looks).toBeGreaterThanOrEqual(CONVERSATIONS / STRIDE);
  expect(scrolled.seen).toBeGreaterThan(CONVERSATIONS / 20);
  expect(scrolled.mostRows).toBeLessThan(40);
  const ratio = scrolled.late / scrolled.early;
  console.log(
    `a step of the wheel: ${scrolled.early.toFixed(1)} ms at the beginning, ${scrolled.late.toFixed(1)} ms with all loaded (${ratio.toFixed(2)} times)`,
  );
  // machines are noisy; work that grew with the rows would be hundreds of times
  expect(ratio).toBeLessThan(5);
  await tab.getByText('100,000 conversations').first().waitFor();

  await tab.getByRole('list', { name: 'Conversations', exact: true }).getByRole('link').last().focus();
  const focused = () =>
    tab.evaluate(() => document.activeElement?.closest('li')?.getAttribute('aria-posinset'));
  await tab.keyboard.press('Home');
  await expect.poll(focused).toBe('1');
  await tab.keyboard.press('End');
  await expect.poll(focused).toBe(String(CONVERSATIONS));
  expect(faults).toEqual([]);
}, 120_000);

/**
 * Scrolls to the end in strides, waits where there is more to come, and looks at the rows that are drawn. Each names its own
 * place: with one conversation too few or too many anywhere before it, it would stand elsewhere.
 */
async function scrollThrough([conversations, stride]: readonly [number, number]): Promise<Scrolled> {
  const list = document.querySelector('ul[aria-label="Conversations"]');
  const box = list?.parentElement;
  const row = list?.querySelector('li');
  if (!list || !box || !row) throw new Error('no list');
  const rowPx = row.getBoundingClientRect().height;
  const boxPx = box.clientHeight;
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const seen = new Set<number>();
  const misplaced: string[] = [];
  let mostRows = 0;
  let looks = 0;
  /** Looks at the rows once those from `top` on are drawn. */
  const look = async (top: number) => {
    const first = String(Math.ceil(top / rowPx) + 1);
    while (!list.querySelector(`li[aria-posinset="${first}"]`)) await frame();
    looks += 1;
    mostRows = Math.max(mostRows, list.children.length);
    for (const item of list.children) {
      const place = Number(item.getAttribute('aria-posinset'));
      const name = /Person \d+ of many/.exec(item.textContent ?? '')?.[0];
      if (name !== `Person ${place} of many` && misplaced.length < 10) misplaced.push(`${name} at ${place}`);
      seen.add(place);
    }
  };
  const stepMs = async (from: number) => {
    const times: number[] = [];
    for (let n = 0; n < 60; n += 1) {
      box.scrollTop = from + n * 400;
      const begun = performance.now();
      await drawn();
      times.push(performance.now() - begun);
    }
    return times.sort((a, b) => a - b)[30] ?? 0;
  };
  const early = await stepMs(0);
  let top = 0;
  while (!seen.has(conversations)) {
    box.scrollTop = top;
    await look(top);
    const end = () => list.getBoundingClientRect().height - boxPx;
    while (end() < top + 1 && !seen.has(conversations)) await frame();
    top = Math.min(top + stride * rowPx, end());
  }
  const late = await stepMs(top - 60 * 400);
  return { misplaced, looks, seen: seen.size, mostRows, early, late };
}
