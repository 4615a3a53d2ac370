import type { BenchPage, Installation } from './installation.ts';

interface Counts {
  messenger: { conversations: number; messages: number };
  instagram: { conversations: number; messages: number };
}

/**
 * Nobody is fast by doing nothing: the tables hold exactly as many conversations, people and messages as the inboxes.
 *
 * @throws Error with both numbers when they differ
 */
export async function expectStored(
  { simulator, sql }: Installation,
  pages: readonly BenchPage[],
): Promise<{ conversations: number; messages: number }> {
  const inbox = { conversations: 0, messages: 0 };
  for (const page of pages) {
    const { messenger, instagram } = await simulator.control<Counts>(
      'GET',
      `/inbox/counts?page=${page.facebookPageId}`,
    );
    inbox.conversations += messenger.conversations + instagram.conversations;
    inbox.messages += messenger.messages + instagram.messages;
  }
  const ids = pages.map((page) => page.id);
  const [stored] = await sql<{ conversations: number; people: number; messages: number }[]>`
    SELECT (SELECT count(*)::int FROM messenger_conversations WHERE page_id = ANY(${ids}::text[]::uuid[])) AS conversations,
      (SELECT count(*)::int FROM contacts WHERE page_id = ANY(${ids}::text[]::uuid[])) AS people,
      (SELECT count(*)::int FROM contact_interaction_events
        WHERE page_id = ANY(${ids}::text[]::uuid[]) AND event_type = 'message') AS messages`;
  const wanted = { ...inbox, people: inbox.conversations };
  if (
    stored?.conversations !== wanted.conversations ||
    stored.people !== wanted.people ||
    stored.messages !== wanted.messages
  ) {
    throw new Error(`Stored is ${JSON.stringify(stored)}, the inboxes hold ${JSON.stringify(wanted)}`);
  }
  return inbox;
}
