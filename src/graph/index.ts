export type { Account } from './accounts.ts';
export { createGraphApp, type FacebookApp, type GraphApp } from './app.ts';
export { parseCleanJson } from './clean-text.ts';
export {
  type CallOptions,
  createGraphClient,
  type GraphClient,
  type GraphInbox,
  type GraphPage,
} from './client.ts';
export type { ConversationsPage, GraphConversation } from './conversations.ts';
export { GraphError } from './errors.ts';
export { READABLE_MESSAGES } from './fields.ts';
export type { MessagesPage, Rejected } from './messages.ts';
export type { GraphEndpoint } from './request.ts';
export type { GraphMessage, GraphPerson } from './schemas.ts';
export type { InspectedToken } from './tokens.ts';
