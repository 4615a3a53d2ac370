import { createHmac } from 'node:crypto';
import type { Page } from '../page.ts';
import { nowSec } from '../time.ts';
import type { World } from '../world.ts';
import type { Call } from './call.ts';
import { GraphError } from './failure.ts';
import { expiredToken, noToken, otherPage, proofRequired, proofWrong, unknownToken } from './failures.ts';

const proofs = new Map<string, string>();

/** `appsecret_proof` of a token: hex HMAC-SHA256 with the app secret. */
export function proofOf(token: string, appSecret: string): string {
  const key = `${appSecret}\n${token}`;
  const known = proofs.get(key);
  if (known) return known;
  const proof = createHmac('sha256', appSecret).update(token).digest('hex');
  if (proofs.size > 1000) proofs.clear();
  proofs.set(key, proof);
  return proof;
}

/** The page the token of a call is good for; throws what Graph answers when it is good for nothing here. */
export function authorise(call: Call, world: World): { page: Page; token: string } | { app: string } {
  const { token } = call;
  if (token === null) throw new GraphError(noToken);
  const { appSecret } = world.options;
  const owner = world.pageOfToken(token);
  // `debug_token` is asked with an app token, `<app id>|<secret>`.
  const isApp = call.edge === 'debug_token' && token.includes('|');
  if (!owner && !isApp) throw new GraphError(unknownToken);
  if (appSecret !== null) {
    const proof = call.query.get('appsecret_proof');
    if (!proof && owner) throw new GraphError(proofRequired);
    if (proof && proof !== proofOf(token, appSecret)) throw new GraphError(proofWrong);
  }
  if (!owner) return { app: token };
  const over = owner.expiresAtSec !== 0 && owner.expiresAtSec <= nowSec();
  if (owner.expired || over || owner.token !== token) throw new GraphError(expiredToken);
  if (call.page && call.page !== owner) throw new GraphError(otherPage);
  return { page: owner, token };
}
