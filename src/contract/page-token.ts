/** What Meta says of a page's token. Times are ISO 8601 in UTC. */
export interface TokenFacts {
  isValid: boolean;
  /** `null`: the token does not end by time. */
  expiresAt: string | null;
  /** When Meta stops showing the person's data to the app unless the person signs in again; `null`: not by time. */
  dataAccessExpiresAt: string | null;
  scopes: string[];
  /** Why it is not valid, in Meta's words. */
  error: string | null;
}

/** What it takes to list a person's pages, and to read and follow the inbox of one. */
const PAGE_SCOPES = ['pages_show_list', 'pages_messaging', 'pages_read_engagement', 'pages_manage_metadata'];
const INSTAGRAM_SCOPES = ['instagram_basic', 'instagram_manage_messages'];

/** What people are asked for when they sign in. */
export const LOGIN_SCOPES: readonly string[] = [...PAGE_SCOPES, ...INSTAGRAM_SCOPES];

/** The permissions that a page's token lacks; `pages_show_list` is of no use to it. */
export function missingScopes(scopes: readonly string[], hasInstagram: boolean): string[] {
  const wanted = [
    ...PAGE_SCOPES.filter((scope) => scope !== 'pages_show_list'),
    ...(hasInstagram ? INSTAGRAM_SCOPES : []),
  ];
  return wanted.filter((scope) => !scopes.includes(scope));
}

const DAY_MS = 24 * 60 * 60_000;

/** How long ahead the end of a token is announced. */
export const WARN_AHEAD_MS = 10 * DAY_MS;

/** Whether the token, or what it shows, ends within ten days or has ended. */
export function expiresSoon(
  facts: Pick<TokenFacts, 'expiresAt' | 'dataAccessExpiresAt'>,
  nowMs: number,
): boolean {
  return [facts.expiresAt, facts.dataAccessExpiresAt].some(
    (at) => at !== null && Date.parse(at) < nowMs + WARN_AHEAD_MS,
  );
}
