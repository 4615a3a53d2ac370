import { hkdfSync } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Session } from '../../store/index.ts';

const ISSUER = 'pagesync';

/** A key of its own for each purpose, from each key of the ring. */
export function deriveKeys(ring: readonly Buffer[], purpose: string): Uint8Array[] {
  return ring.map((key) => new Uint8Array(hkdfSync('sha256', key, '', `pagesync ${purpose}`, 32)));
}

/** What a cookie that we have signed says. */
export interface SignedSession {
  id: string;
  hasExpired: boolean;
}

/** The cookie of a signed-in browser: the session's id, signed. */
export interface SessionCookie {
  name: string;
  /** `Set-Cookie` that signs in. */
  issue(session: Session): Promise<string>;
  /** `Set-Cookie` that signs out. */
  clear(): string;
  /** The cookie's value; `null` when there is none. */
  read(header: string | undefined): string | null;
  /** What the cookie says; `null` when the signature is not ours. */
  verify(value: string): Promise<SignedSession | null>;
}

/**
 * @param ring keys of TOKEN_ENCRYPTION_KEYS: the newest signs, all verify, so that keys can be rotated
 * @param secure whether browsers reach us by https; then the name keeps other hosts of the domain from setting it
 */
export function createSessionCookie(ring: readonly Buffer[], secure: boolean): SessionCookie {
  const name = secure ? '__Host-pagesync_session' : 'pagesync_session';
  const keys = deriveKeys(ring, 'session');
  const [newest] = keys;
  if (newest === undefined) throw new Error('The key ring is empty');
  const setCookie = (value: string, expires: Date) =>
    stringifySetCookie({ name, value, expires, path: '/', httpOnly: true, sameSite: 'lax', secure });
  return {
    name,
    async issue({ id, expiresAt }) {
      const jwt = new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(ISSUER)
        .setSubject(id)
        .setIssuedAt()
        .setExpirationTime(expiresAt);
      return setCookie(await jwt.sign(newest), expiresAt);
    },
    clear: () => setCookie('', new Date(0)),
    read: (header) => (header === undefined ? null : parseCookie(header)[name] || null),
    async verify(value) {
      for (const key of keys) {
        const options = { algorithms: ['HS256'], issuer: ISSUER, requiredClaims: ['sub', 'exp'] };
        try {
          const { sub = '' } = (await jwtVerify(value, key, options)).payload;
          return { id: sub, hasExpired: false };
        } catch (error) {
          // what it says is looked at only when the signature is good
          if (error instanceof errors.JWTExpired) return { id: error.payload.sub ?? '', hasExpired: true };
        }
      }
      return null;
    },
  };
}
