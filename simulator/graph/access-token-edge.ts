import { createHash } from 'node:crypto';
import type { Grant } from '../login/logins.ts';
import { nowSec } from '../time.ts';
import type { Json } from '../types.ts';
import type { World } from '../world.ts';
import { type Failure, failure, GraphError } from './failure.ts';
import { expiredToken, unknownToken } from './failures.ts';

const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

/** `GET|POST /oauth/access_token`: a token for a code, or a long-lived one for another token. */
export function accessToken(world: World, query: URLSearchParams): Json {
  const grantType = query.get('grant_type') ?? 'authorization_code';
  checkApp(world, query.get('client_id'), query.get('client_secret'));
  switch (grantType) {
    case 'authorization_code': {
      const grant = checkCode(world.logins.grantOf(query.get('code') ?? ''), query);
      // a code that was shown with everything right is spent
      grant.used = true;
      return answer(world.logins.issue(grant, nowSec()));
    }
    case 'fb_exchange_token': {
      const given = world.logins.tokenOf(query.get('fb_exchange_token') ?? '');
      if (!given) throw new GraphError(unknownToken);
      if (given.expiresAtSec <= nowSec()) throw new GraphError(expiredToken);
      return answer(world.logins.prolong(given, nowSec()));
    }
    default:
      throw refused(
        failure(
          400,
          100,
          `Invalid grant_type: '${grantType}'. Supported types: authorization_code, fb_exchange_token`,
        ),
      );
  }
}

function answer({ token, expiresAtSec }: { token: string; expiresAtSec: number }): Json {
  return { access_token: token, token_type: 'bearer', expires_in: expiresAtSec - nowSec() };
}

/** Without a secret of its own the simulator takes every one. */
function checkApp(world: World, id: string | null, secret: string | null): void {
  if (!id) throw refused(failure(400, 101, 'Missing client_id parameter.'));
  if (id !== world.appId) {
    throw refused(failure(400, 101, 'Error validating application. Invalid application ID.'));
  }
  if (!secret) throw refused(failure(400, 1, 'Missing client_secret parameter.'));
  const { appSecret } = world.options;
  if (appSecret !== null && secret !== appSecret) {
    throw refused(failure(400, 1, 'Error validating client secret.'));
  }
}

function checkCode(grant: Grant | null, query: URLSearchParams): Grant {
  if (!grant) throw refused(failure(400, 100, 'Invalid verification code format.'));
  const code = (subcode: number, text: string) =>
    refused(failure(400, 100, text, { error_subcode: subcode }));
  if (grant.used) throw code(36009, 'This authorization code has been used.');
  if (grant.expiresAtSec <= nowSec()) throw code(36007, 'This authorization code has expired.');
  if (query.get('redirect_uri') !== grant.redirectUri) {
    throw code(
      36008,
      'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request',
    );
  }
  const { challenge } = grant;
  const verifier = query.get('code_verifier') ?? '';
  if (
    challenge !== null &&
    (!VERIFIER.test(verifier) || challengeOf(verifier, challenge.method) !== challenge.text)
  ) {
    throw refused(
      failure(
        400,
        100,
        'Invalid code verifier. Code verifier should be a cryptographically random string using the characters A-Z, a-z, 0-9, and the punctuation characters -._~ (hyphen, period, underscore, and tilde), between 43 and 128 characters long.',
      ),
    );
  }
  return grant;
}

/** Anything but `S256` is taken for `plain`. */
function challengeOf(verifier: string, method: string): string {
  return method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
}

function refused(what: Failure): GraphError {
  return new GraphError(what);
}
