import type { TrueConversation } from '../../simulator/control/truth.ts';
import type { Acknowledged } from '../../simulator/webhooks/acknowledged.ts';
import { PLATFORMS } from '../../src/contract/platform.ts';
import type { Graph } from './graph.ts';
import type { Sql } from './house.ts';

interface EventRow {
  event_type: string;
  message_id: string | null;
  text: string | null;
  is_unsent: boolean;
  is_live: boolean;
}

/** Kinds that are not told of as a message. */
const BESIDE: ReadonlySet<string> = new Set([
  'reaction',
  'unreact',
  'read',
  'delivery',
  'edit',
  'unsend',
  'referral',
  'optin',
  'handover',
]);

/**
 * What was acknowledged and is not in the rows: every message once, with the text that Graph shows, or unsent where Graph
 * has it no more; and of all else as many rows as there were different ones.
 */
export async function webhookUntruths(
  sql: Sql,
  graph: Graph,
  acknowledged: readonly Acknowledged[],
): Promise<string[]> {
  const events = await sql<EventRow[]>`
    SELECT event_type, message_id, text, metadata ? 'unsent_at' AS is_unsent, metadata ->> 'source' = 'webhook' AS is_live
    FROM contact_interaction_events`;
  const messages = new Map<string, EventRow[]>();
  for (const event of events) {
    if (event.event_type !== 'message' || event.message_id === null) continue;
    messages.set(event.message_id, [...(messages.get(event.message_id) ?? []), event]);
  }
  const shown = textsIn(graph);
  const told = new Set(
    acknowledged.flatMap(({ kind, messageId }) => (BESIDE.has(kind) || !messageId ? [] : [messageId])),
  );
  const wrong: string[] = [];
  for (const id of told) {
    const [event, ...others] = messages.get(id) ?? [];
    if (event === undefined) {
      wrong.push(`message ${id} was acknowledged and is not stored`);
      continue;
    }
    if (others.length > 0) wrong.push(`message ${id} is stored ${others.length + 1} times`);
    const text = shown.get(id);
    if (event.is_unsent !== (text === undefined)) wrong.push(`message ${id}: unsent is ${event.is_unsent}`);
    if (event.text !== (text || null)) wrong.push(`message ${id}: ${event.text} instead of ${text}`);
  }
  const live = events.filter((event) => event.is_live && event.event_type === 'message').length;
  if (live !== told.size) wrong.push(`${live} messages of webhooks, ${told.size} were acknowledged`);
  return [...wrong, ...wrongNumbers(events, acknowledged)];
}

/** What different rows of a type are told apart by, as far as the list says it. */
const TOLD_APART: Record<string, (update: Acknowledged) => string | null> = {
  // one row a message, whatever is done to it
  reaction: ({ messageId }) => messageId,
  read: ({ platform, messageId, at }) => (platform === 'instagram' ? messageId : `${messageId} ${at}`),
  // known by the watermark, the time of the message
  delivery: ({ messageId }) => messageId,
  referral: ({ at }) => at,
  optin: ({ at }) => at,
  handover: ({ at }) => at,
};

function wrongNumbers(events: readonly EventRow[], acknowledged: readonly Acknowledged[]): string[] {
  return Object.entries(TOLD_APART).flatMap(([type, keyOf]) => {
    const told = acknowledged.filter(({ kind }) => (kind === 'unreact' ? 'reaction' : kind) === type);
    const different = new Set(told.map(keyOf)).size;
    const rows = events.filter((event) => event.event_type === type).length;
    // two people may do the same in one millisecond, which the list does not tell apart
    const right = different <= rows && rows <= (different === told.length ? different : told.length);
    return right ? [] : [`${rows} rows of ${type}, ${different} were acknowledged`];
  });
}

/** Every message that Graph has, with its text. */
function textsIn(graph: Graph): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { facebookPageId } of graph.pages) {
    for (const platform of PLATFORMS) {
      const path = `/inbox?page=${facebookPageId}&platform=${platform}&limit=1000000`;
      for (const { messages } of graph.control('GET', path) as TrueConversation[]) {
        for (const { id, text } of messages) texts.set(id, text);
      }
    }
  }
  return texts;
}
