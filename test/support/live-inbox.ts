import { SUBSCRIBED_FIELDS } from '../../src/contract/webhooks.ts';
import { eventually } from './eventually.ts';
import type { Stack, TestPage } from './stack.ts';
import type { Status, Written } from './webhook-simulator.ts';
import { APP_SECRET, drained } from './webhooks-under-test.ts';

/** A page whose inbox is alive: what happens at Meta's is told to the stack. */
export interface LiveInbox {
  /** Messages, as `POST /_control/inbox/messages`. */
  writes(body: object): Written;
  /** Anything else, as `POST /_control/inbox/events`. */
  happens(body: object): Written;
  /** Waits until all that has happened is stored. */
  settled(): Promise<void>;
  /** Our id of a conversation of the simulator. */
  idOf(graphConversationId: string): Promise<string>;
}

/** Has the simulator deliver its webhooks to the stack, which must have `WEBHOOK_ENV` and a worker. */
export async function startLiveInbox(stack: Stack, page: TestPage): Promise<LiveInbox> {
  const { simulator, sql } = stack;
  const status = () => simulator.control('GET', '/webhooks') as Status;
  simulator.control('POST', '/webhooks', {
    url: `${stack.api.url}/webhooks/facebook`,
    appSecret: APP_SECRET,
    timeScale: 0.001,
  });
  await eventually(
    () =>
      status().pages.some(
        ({ id, subscribedFields }) =>
          id === page.facebookPageId && SUBSCRIBED_FIELDS.every((field) => subscribedFields.includes(field)),
      ),
    () => `the subscription: ${JSON.stringify(status().pages)}`,
  );
  const ofPage = (body: object) => ({ page: page.facebookPageId, ...body });
  return {
    writes: (body) => simulator.control('POST', '/inbox/messages', ofPage(body)) as Written,
    happens: (body) => simulator.control('POST', '/inbox/events', ofPage(body)) as Written,
    async settled() {
      await eventually(
        () => status().pending === 0,
        () => JSON.stringify(status()),
      );
      await drained(stack, page);
    },
    idOf: (graphId) =>
      eventually(async () => {
        const [row] = await sql<{ id: string }[]>`
          SELECT id FROM messenger_conversations WHERE page_id = ${page.id} AND graph_conversation_id = ${graphId}`;
        return row?.id;
      }, `the conversation ${graphId}`),
  };
}
