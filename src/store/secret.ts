import { createHash, randomBytes } from 'node:crypto';

/** A new secret: 32 random bytes, in characters that need no escape in a header or URL. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a secret. */
export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
