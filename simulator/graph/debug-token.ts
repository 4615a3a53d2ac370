import type { Page } from '../page.ts';
import { nowSec } from '../time.ts';
import type { Json } from '../types.ts';

const SCOPES = [
  'pages_show_list',
  'pages_messaging',
  'pages_read_engagement',
  'pages_manage_metadata',
  'instagram_basic',
  'instagram_manage_messages',
];

/** `GET /debug_token?input_token=…`: what Graph tells about a token; `page` is null for one nobody issued. */
export function debugToken(page: Page | null, token: string): Json {
  if (!page) {
    return {
      data: { error: problem('The access token could not be decrypted'), is_valid: false, scopes: [] },
    };
  }
  const current = page.token === token && !page.expired;
  const inTime = page.expiresAtSec === 0 || page.expiresAtSec > nowSec();
  const data: Json = {
    app_id: '1234567890',
    type: 'PAGE',
    application: 'Example App',
    expires_at: page.expiresAtSec,
    data_access_expires_at: page.dataAccessExpiresAtSec,
    issued_at: page.dataAccessExpiresAtSec - 90 * 24 * 3600,
    is_valid: current && inTime,
    scopes: SCOPES,
    granular_scopes: SCOPES.map((scope) => ({ scope, target_ids: [targetOf(page, scope)] })),
    user_id: '9876543212345',
    profile_id: page.id,
  };
  if (!(current && inTime)) {
    data.error = { ...problem('Error validating access token: Session has expired.'), subcode: 463 };
  }
  return { data };
}

function targetOf(page: Page, scope: string): string {
  return scope.startsWith('instagram') ? (page.instagramAccountId ?? page.id) : page.id;
}

function problem(message: string): Json {
  return { code: 190, message };
}
