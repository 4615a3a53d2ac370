export {
  type ConversationsPage,
  type ConversationsQuery,
  createGraphClient,
  type GraphClient,
  type GraphConversation,
  NESTED_MESSAGES,
  type Rejected,
} from './conversations.ts';
export { GraphError } from './errors.ts';
export type { GraphEndpoint } from './request.ts';
export type { GraphMessage, GraphPerson } from './schemas.ts';
