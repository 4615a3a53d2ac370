import type { UserToken } from '../login/logins.ts';
import { expiryOf } from '../login/page-tokens.ts';
import type { Page } from '../page.ts';
import { nowSec } from '../time.ts';
import type { Json } from '../types.ts';
import type { World } from '../world.ts';

const ISSUED_BEFORE_SEC = 90 * 24 * 3600;
/** Who made the tokens that did not come out of a login. */
const SOMEBODY = '9876543212345';

/** `GET /debug_token?input_token=…`: what Graph tells about a token. */
export function debugToken(world: World, token: string): Json {
  const page = world.pageOfToken(token);
  if (page) return { data: aboutPage(world, page, token) };
  const user = world.logins.tokenOf(token);
  if (user) return { data: aboutUser(world, user) };
  return {
    data: { error: problem('The access token could not be decrypted'), is_valid: false, scopes: [] },
  };
}

function aboutPage(world: World, page: Page, token: string): Json {
  const issued = page.issuedTokens.get(token);
  const expiry = expiryOf(page, token, nowSec());
  const scopes = issued?.scopes ?? page.scopes;
  return {
    app_id: world.appId,
    type: 'PAGE',
    application: 'Example App',
    expires_at: expiry ?? page.expiresAtSec,
    data_access_expires_at: page.dataAccessExpiresAtSec,
    issued_at: page.dataAccessExpiresAtSec - ISSUED_BEFORE_SEC,
    is_valid: expiry !== null,
    ...(expiry === null ? { error: sessionExpired() } : {}),
    scopes,
    granular_scopes: scopes.map((scope) => ({ scope, target_ids: [targetOf(page, scope)] })),
    user_id: issued?.userId ?? SOMEBODY,
    profile_id: page.id,
  };
}

function aboutUser(world: World, token: UserToken): Json {
  const inTime = token.expiresAtSec > nowSec();
  return {
    app_id: world.appId,
    type: 'USER',
    application: 'Example App',
    expires_at: token.expiresAtSec,
    data_access_expires_at: token.dataAccessExpiresAtSec,
    issued_at: token.issuedAtSec,
    is_valid: inTime,
    ...(inTime ? {} : { error: sessionExpired() }),
    scopes: token.scopes,
    user_id: token.user.id,
  };
}

function targetOf(page: Page, scope: string): string {
  return scope.startsWith('instagram') ? (page.instagramAccountId ?? page.id) : page.id;
}

function sessionExpired(): Json {
  return { ...problem('Error validating access token: Session has expired.'), subcode: 463 };
}

function problem(message: string): Json {
  return { code: 190, message };
}
