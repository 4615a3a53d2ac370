import type { ConversationInput, EventInput } from '../../src/store/index.ts';

/** A message as it is stored. */
export function message(id: string, change: Partial<EventInput> = {}): EventInput {
  return {
    type: 'message',
    direction: 'inbound',
    messageId: id,
    occurredAt: '2026-01-01T10:00:00.000Z',
    text: `text of ${id}`,
    attachments: null,
    metadata: { source: 'initial_sync' },
    ...change,
  };
}

/** A conversation with one message, as it is stored. */
export function conversation(graphId: string, change: Partial<ConversationInput> = {}): ConversationInput {
  return {
    graphId,
    senderId: `psid-${graphId}`,
    senderName: `Person ${graphId}`,
    username: null,
    updatedTime: '2026-01-01T10:00:00.000Z',
    lastMessageAt: '2026-01-01T10:00:00.000Z',
    messageCount: 1,
    unreadCount: 0,
    historyCursor: null,
    historyComplete: true,
    unavailable: 0,
    events: [message(`m-${graphId}`)],
    payload: () => ({ id: graphId }),
    ...change,
  };
}
