import { hashText, mix } from './hash.ts';
import { Inbox } from './inbox/inbox.ts';
import { SCOPES } from './login/scopes.ts';
import type { Platform } from './types.ts';

/** What a page is made from; the inbox fields are as in `SimulatorOptions`. */
export type PageSpec = {
  id: string;
  name: string;
  token: string;
  instagramAccountId: string | null;
  conversations: number;
  instagramShare: number;
  messages: number;
  exactMessages: boolean;
  seed: number;
  newestSec: number;
};

/** A page token that came out of a login; it may end earlier than the page's own. Epoch seconds; 0 = never. */
export type IssuedToken = { userId: string; scopes: readonly string[]; untilSec: number };

/** A page with its inboxes and the state of its token. Epoch seconds; 0 = never. */
export type Page = {
  id: string;
  name: string;
  username: string;
  instagramAccountId: string | null;
  token: string;
  /** Tokens that were replaced: they answer as expired ones. */
  retiredTokens: Set<string>;
  /** Tokens that logins gave, beside `token`. */
  issuedTokens: Map<string, IssuedToken>;
  /** Whether `token` has ended. */
  expired: boolean;
  /** Permissions of `token`. */
  scopes: readonly string[];
  expiresAtSec: number;
  dataAccessExpiresAtSec: number;
  /** Seed of the people's names, the same for both platforms. */
  peopleSeed: number;
  inboxes: Readonly<Record<Platform, Inbox | null>>;
};

const DAYS_90_SEC = 90 * 24 * 3600;

/** Builds a page; both inboxes cost the same few bytes whatever their size. */
export function createPage(spec: PageSpec, nowSec: number): Page {
  const { messages, exactMessages, seed, newestSec } = spec;
  const account = spec.instagramAccountId;
  const instagram = account === null ? 0 : Math.round(spec.conversations * spec.instagramShare);
  const shared = { messages, exactMessages, seed, newestSec };
  return {
    id: spec.id,
    name: spec.name,
    username: spec.name.toLowerCase().replace(/[^a-z0-9]+/g, '_') || 'page',
    instagramAccountId: account,
    token: spec.token,
    retiredTokens: new Set(),
    issuedTokens: new Map(),
    expired: false,
    scopes: SCOPES,
    expiresAtSec: 0,
    dataAccessExpiresAtSec: nowSec + DAYS_90_SEC,
    peopleSeed: mix(hashText(spec.id), seed),
    inboxes: {
      messenger: new Inbox({
        ...shared,
        platform: 'messenger',
        owner: spec.id,
        count: spec.conversations - instagram,
      }),
      instagram:
        account === null
          ? null
          : new Inbox({ ...shared, platform: 'instagram', owner: account, count: instagram }),
    },
  };
}

/** The id whose calls a second are counted: the page, or its Instagram account. */
export function assetId(page: Page, platform: Platform): string {
  return platform === 'instagram' ? (page.instagramAccountId ?? page.id) : page.id;
}
