import type { Page } from 'playwright-core';
import type { Stack } from '../support/stack.ts';

/** What has happened in the conversation that is shown. */
export const messages = (tab: Page) => tab.getByRole('region', { name: 'Messages' });

/** Opens the conversation of somebody whom webhooks alone know. @returns its id */
export async function openThread(stack: Stack, tab: Page, person: { id: string }): Promise<string> {
  const [row] = await stack.sql<
    { id: string }[]
  >`SELECT id FROM messenger_conversations WHERE sender_id = ${person.id}`;
  await tab.goto(`/inbox/${row?.id}`);
  await messages(tab).waitFor();
  return row?.id ?? '';
}
