import { createHmac } from 'node:crypto';
import { eventually } from './eventually.ts';
import type { Stack, TestPage } from './stack.ts';

export const APP_SECRET = 'app-secret-of-the-tests';
export const VERIFY_TOKEN = 'verify-token-of-the-tests';

/** What a stack needs to take webhooks. */
export const WEBHOOK_ENV = { FACEBOOK_APP_SECRET: APP_SECRET, FACEBOOK_VERIFY_TOKEN: VERIFY_TOKEN };

/** `X-Hub-Signature-256` of a body. */
export function signatureOf(body: string | Uint8Array, secret = APP_SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Posts a body as Meta does. */
export function postRaw(
  { api }: Pick<Stack, 'api'>,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { 'x-hub-signature-256': signatureOf(body) },
): Promise<Response> {
  return fetch(`${api.url}/webhooks/facebook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
}

/** Posts an envelope, and says so when it is not taken. */
export async function deliver(stack: Stack, envelope: unknown): Promise<void> {
  const answer = await postRaw(stack, JSON.stringify(envelope));
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
}

/** An envelope with one entry. */
export function envelopeOf(
  page: TestPage,
  items: object[],
  platform: 'messenger' | 'instagram' = 'messenger',
) {
  const isInstagram = platform === 'instagram';
  const id = isInstagram ? page.instagramAccountId : page.facebookPageId;
  return {
    object: isInstagram ? 'instagram' : 'page',
    entry: [{ id, time: Date.now(), messaging: items }],
  };
}

/** Waits until everything that was stored for the page is applied. */
export async function drained(stack: Stack, page: Pick<TestPage, 'id'>): Promise<void> {
  await eventually(async () => {
    const rows = await stack.sql`
      SELECT FROM webhook_deliveries WHERE page_id = ${page.id} AND processed_at IS NULL LIMIT 1`;
    return rows.length === 0;
  }, 'the deliveries to be applied');
}

/** An event as the tests look at it. */
export interface StoredEvent {
  event_type: string;
  direction: string;
  message_id: string | null;
  occurred_at: Date;
  text: string | null;
  attachments: { type: string; url: string | null; expires_at: string | null }[] | null;
  metadata: Record<string, unknown>;
}

/** The page's events, oldest first. */
export function eventsOf(stack: Stack, page: Pick<TestPage, 'id'>): Promise<StoredEvent[]> {
  return stack.sql<StoredEvent[]>`
    SELECT event_type, direction, message_id, occurred_at, text, attachments, metadata
    FROM contact_interaction_events WHERE page_id = ${page.id} ORDER BY occurred_at, event_type, message_id`;
}
