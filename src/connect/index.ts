import type { TokenFacts } from '../contract/page-token.ts';
import type { GraphApp, GraphClient } from '../graph/index.ts';
import type { Store } from '../store/index.ts';
import { checkPageToken } from './check-token.ts';
import { createFacebookLogins, type FacebookLogins, type LoginSettings } from './logins.ts';
import { unsubscribePage } from './unsubscribe.ts';

export { MetaUnavailable, Refused } from './ask-meta.ts';
export type { FacebookLogins } from './logins.ts';

/** What connecting pages asks of Meta, and keeps of the answers. */
export interface Connections {
  /**
   * What Meta says of a page's token; `null` while the app is not configured: nobody can ask.
   *
   * @throws Refused naming `accessToken`; MetaUnavailable
   */
  checkToken(page: { facebookPageId: string; accessToken: string }): Promise<TokenFacts | null>;
  /** Has Meta deliver nothing of the page any more. @returns why that could not be done; `null` when it was */
  unsubscribe(pageId: string): Promise<string | null>;
  /** Signing in with Facebook; `null` while it is not configured. */
  logins: FacebookLogins | null;
}

export function createConnections(options: {
  store: Store;
  graph: GraphClient;
  /** `null` while the app is not configured. */
  app: GraphApp | null;
  /** `null` while signing in is not configured. */
  login: LoginSettings | null;
}): Connections {
  const { store, graph, app, login } = options;
  return {
    checkToken: async (page) => app && checkPageToken(app, page),
    unsubscribe: (pageId) => unsubscribePage(store, graph, pageId),
    logins: app && login && createFacebookLogins(store, app, login),
  };
}
