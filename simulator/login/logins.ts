import { randomBytes } from 'node:crypto';
import { mintToken } from './mint-token.ts';
import type { User } from './users.ts';

/** What a person agreed to in the dialog; the app gets a token for it, once. */
export type Grant = {
  user: User;
  redirectUri: string;
  scopes: string[];
  /** What the code is bound to (PKCE); null = the dialog was opened without. */
  challenge: { text: string; method: string } | null;
  expiresAtSec: number;
  used: boolean;
};

/** A user's token. Epoch seconds. */
export type UserToken = {
  token: string;
  user: User;
  scopes: string[];
  issuedAtSec: number;
  expiresAtSec: number;
  dataAccessExpiresAtSec: number;
  isLongLived: boolean;
};

const CODE_SEC = 10 * 60;
/** As the real ones were seen: between one and two hours, and just below 60 days. */
const SHORT_SEC = 5400;
const LONG_SEC = 5_183_944;
const DATA_ACCESS_SEC = 90 * 24 * 3600;

/** Codes and tokens that people have given the app. */
export class Logins {
  readonly #grants = new Map<string, Grant>();
  readonly #tokens = new Map<string, UserToken>();

  clear(): void {
    this.#grants.clear();
    this.#tokens.clear();
  }

  /** A code for what a person has agreed to. */
  grant(given: Omit<Grant, 'expiresAtSec' | 'used'>, nowSec: number): string {
    const code = `AQ${randomBytes(120).toString('base64url')}`;
    this.#grants.set(code, { ...given, expiresAtSec: nowSec + CODE_SEC, used: false });
    return code;
  }

  grantOf(code: string): Grant | null {
    return this.#grants.get(code) ?? null;
  }

  /** The token for a grant, good for an hour and a half. */
  issue({ user, scopes }: Grant, nowSec: number): UserToken {
    return this.#add({ user, scopes, isLongLived: false, expiresAtSec: nowSec + SHORT_SEC }, nowSec);
  }

  /** The long-lived token in exchange for another one. */
  prolong({ user, scopes }: UserToken, nowSec: number): UserToken {
    return this.#add({ user, scopes, isLongLived: true, expiresAtSec: nowSec + LONG_SEC }, nowSec);
  }

  tokenOf(token: string): UserToken | null {
    return this.#tokens.get(token) ?? null;
  }

  secrets(): { tokens: string[]; codes: string[] } {
    return { tokens: [...this.#tokens.keys()], codes: [...this.#grants.keys()] };
  }

  /** Ends what a person has given so far. */
  expire(user: User, nowSec: number): void {
    for (const token of this.#tokens.values()) if (token.user === user) token.expiresAtSec = nowSec;
    for (const grant of this.#grants.values()) if (grant.user === user) grant.expiresAtSec = nowSec;
  }

  #add(
    given: Pick<UserToken, 'user' | 'scopes' | 'isLongLived' | 'expiresAtSec'>,
    issuedAtSec: number,
  ): UserToken {
    const token = mintToken();
    const made = { ...given, token, issuedAtSec, dataAccessExpiresAtSec: issuedAtSec + DATA_ACCESS_SEC };
    this.#tokens.set(token, made);
    return made;
  }
}
