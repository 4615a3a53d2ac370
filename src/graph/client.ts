import type { BudgetMeter } from '../contract/budget.ts';
import type { Platform } from '../contract/platform.ts';
import { type ConversationsPage, readConversations, readPage } from './conversations.ts';
import { conversationFields, MESSAGE_FIELDS } from './fields.ts';
import { type MessagesPage, readMessagesPage } from './messages.ts';
import { callGraph, type GraphEndpoint, type GraphRequest } from './request.ts';
import { readSubscribedFields } from './subscriptions.ts';
import { createTurns } from './turns.ts';

/** One platform of one page, and who asks. */
export interface GraphInbox {
  pageId: string;
  /** The page for Messenger, the Instagram account for Instagram: whose budget the call is. */
  asset: string;
  token: string;
  platform: Platform;
}

/** A page, and who asks. */
export type GraphPage = Pick<GraphInbox, 'pageId' | 'token'>;

/** How a call is made. */
export interface CallOptions {
  /** Aborts the call; its reason is thrown. */
  signal: AbortSignal;
  /** Called when a call really goes out. */
  onCall(): void;
}

/** The Graph API as the product uses it. Every call waits for its turn in the asset's budget. */
export type GraphClient = ReturnType<typeof createGraphClient>;

/** @param longestWaitMs turns further away than this are not waited for: the call throws `throttle` instead */
export function createGraphClient(endpoint: GraphEndpoint, budget: BudgetMeter, longestWaitMs: number) {
  const inTurn = createTurns(budget, longestWaitMs);

  async function call(
    { asset, token }: Pick<GraphInbox, 'asset' | 'token'>,
    request: GraphRequest,
    { signal, onCall }: CallOptions,
  ): Promise<unknown> {
    const { body } = await inTurn(asset, signal, () => {
      onCall();
      return callGraph(endpoint, token, request, signal);
    });
    return body;
  }

  function get(inbox: GraphInbox, path: string, params: Record<string, string>, options: CallOptions) {
    return call(inbox, { path, params }, options);
  }

  /** `GET /{page}/conversations`, newest first. */
  function list(
    inbox: GraphInbox,
    fields: string,
    page: { after: string | null; limit: number },
    options: CallOptions,
  ) {
    const params = { platform: inbox.platform, fields, limit: String(page.limit), ...cursor(page.after) };
    return get(inbox, `${encodeURIComponent(inbox.pageId)}/conversations`, params, options);
  }

  return {
    /**
     * `GET /{page}/conversations`, newest first.
     *
     * @param page `messages`: newest messages of each conversation; 0 asks for none
     * @throws GraphError
     */
    async listConversations(
      inbox: GraphInbox,
      page: { after: string | null; limit: number; messages: number },
      options: CallOptions,
    ): Promise<ConversationsPage> {
      const body = await list(inbox, conversationFields(page.messages), page, options);
      return readPage(body, page.after, { platform: inbox.platform, messages: page.messages });
    },

    /**
     * The light question (requirement A6): ids and times of the newest conversations, and how many messages each has:
     * times are whole seconds, and a message may come in the second of the one before.
     *
     * @throws GraphError
     */
    async newestConversations(
      inbox: GraphInbox,
      limit: number,
      options: CallOptions,
    ): Promise<ConversationsPage> {
      const body = await list(inbox, 'id,updated_time,message_count', { after: null, limit }, options);
      return readPage(body, null, { platform: inbox.platform, messages: 0 });
    },

    /**
     * `GET /{conversation}` as a page of one, so that it is stored, or set aside, like any other.
     *
     * @throws GraphError; `gone` when Graph does not know the conversation
     */
    async readConversation(
      inbox: GraphInbox,
      conversationId: string,
      messages: number,
      options: CallOptions,
    ): Promise<ConversationsPage> {
      const params = { fields: conversationFields(messages) };
      const body = await get(inbox, encodeURIComponent(conversationId), params, options);
      return { ...readConversations([body], { platform: inbox.platform, messages }), after: null };
    },

    /**
     * `GET /{conversation}/messages`, newest first.
     *
     * @throws GraphError; `gone` when Graph does not know the conversation
     */
    async listMessages(
      inbox: GraphInbox,
      conversationId: string,
      page: { after: string | null; limit: number },
      options: CallOptions,
    ): Promise<MessagesPage> {
      const params = { fields: MESSAGE_FIELDS, limit: String(page.limit), ...cursor(page.after) };
      const body = await get(inbox, `${encodeURIComponent(conversationId)}/messages`, params, options);
      return readMessagesPage(body, conversationId, page.after);
    },

    /**
     * `GET /{page}/subscribed_apps`: the fields whose webhooks the page sends to the app.
     *
     * @param appId of our app; `null` when it is not known: the token sees its own app alone
     * @throws GraphError
     */
    async subscribedFields(page: GraphPage, appId: string | null, options: CallOptions): Promise<string[]> {
      const path = subscribedApps(page);
      return readSubscribedFields(
        await call({ asset: page.pageId, ...page }, { path, params: {} }, options),
        appId,
      );
    },

    /**
     * `POST /{page}/subscribed_apps`: from now on Meta delivers these fields, and no others.
     *
     * @throws GraphError
     */
    async subscribe(page: GraphPage, fields: readonly string[], options: CallOptions): Promise<void> {
      const request: GraphRequest = {
        path: subscribedApps(page),
        params: { subscribed_fields: fields.join(',') },
        method: 'POST',
      };
      await call({ asset: page.pageId, ...page }, request, options);
    },

    /** `DELETE /{page}/subscribed_apps`: from now on Meta delivers nothing of the page to the app. @throws GraphError */
    async unsubscribe(page: GraphPage, options: CallOptions): Promise<void> {
      const request: GraphRequest = { path: subscribedApps(page), params: {}, method: 'DELETE' };
      await call({ asset: page.pageId, ...page }, request, options);
    },
  };
}

function subscribedApps({ pageId }: GraphPage): string {
  return `${encodeURIComponent(pageId)}/subscribed_apps`;
}

function cursor(after: string | null): Record<string, string> {
  return after === null ? {} : { after };
}
