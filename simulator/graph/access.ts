import { createHmac } from 'node:crypto';
import type { UserToken } from '../login/logins.ts';
import { expiryOf } from '../login/page-tokens.ts';
import type { Page } from '../page.ts';
import { nowSec } from '../time.ts';
import type { World } from '../world.ts';
import type { Call } from './call.ts';
import { type Failure, GraphError } from './failure.ts';
import {
  expiredToken,
  noToken,
  otherPage,
  pageTokenNeeded,
  proofRequired,
  proofWrong,
  unknownToken,
  userTokenNeeded,
  wrongAppToken,
} from './failures.ts';

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

/** Who calls: a page, a person or the app itself. */
export type Caller = { page: Page; token: string } | { user: UserToken } | { app: string };

/** Whom the token of a call stands for; throws what Graph answers when it is good for nothing here. */
export function authorise(call: Call, world: World): Caller {
  const { token } = call;
  if (token === null) throw new GraphError(noToken);
  const page = world.pageOfToken(token);
  const user = world.logins.tokenOf(token);
  // `debug_token` is asked with an app token, `<app id>|<secret>`.
  const isApp = call.edge === 'debug_token' && token.includes('|');
  if (!page && !user && !isApp) throw new GraphError(unknownToken);
  checkProof(call, token, !isApp, world.options.appSecret);
  if (page) return { page: ofPage(call, page, token), token };
  if (user) return { user: ofUser(call, user) };
  return { app: ofApp(token, world) };
}

function checkProof(call: Call, token: string, isNeeded: boolean, appSecret: string | null): void {
  if (appSecret === null) return;
  const proof = call.query.get('appsecret_proof');
  if (!proof && isNeeded) throw new GraphError(proofRequired);
  if (proof && proof !== proofOf(token, appSecret)) throw new GraphError(proofWrong);
}

function ofPage(call: Call, page: Page, token: string): Page {
  if (expiryOf(page, token, nowSec()) === null) throw new GraphError(expiredToken);
  if (call.edge === 'accounts') throw new GraphError(userTokenNeeded);
  if (call.page && call.page !== page) throw new GraphError(otherPage);
  return page;
}

/** A person's token opens what is about the person; a page's inbox wants the page's own. */
function ofUser(call: Call, user: UserToken): UserToken {
  if (user.expiresAtSec <= nowSec()) throw new GraphError(expiredToken);
  if (call.edge !== 'accounts' && call.edge !== 'debug_token') throw new GraphError(pageTokenNeeded);
  return user;
}

/** Without a secret of its own the simulator takes every one. */
function ofApp(token: string, world: World): string {
  const cut = token.indexOf('|');
  const { appSecret } = world.options;
  const secretIsRight = appSecret === null ? token.length > cut + 1 : token.slice(cut + 1) === appSecret;
  const wrong: Failure | null = token.slice(0, cut) === world.appId && secretIsRight ? null : wrongAppToken;
  if (wrong) throw new GraphError(wrong);
  return token;
}
