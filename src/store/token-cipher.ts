import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Encrypts and decrypts page tokens (requirement G2). */
export interface TokenCipher {
  /** @param owner Facebook page ID; a token copied to another page's row does not decrypt */
  encrypt(token: string, owner: string): string;
  /** @throws when no key of the ring fits or the text was altered */
  decrypt(encrypted: string, owner: string): string;
  /** How everything begins that the newest key has encrypted. */
  readonly newestPrefix: string;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM with a ring of keys: the first encrypts, all may decrypt, so that keys can be rotated.
 * Format: `v1.<key id>.<base64url of iv, tag and text>`; the key id is the start of the key's SHA-256.
 *
 * @param keys 32 bytes each, newest first
 */
export function createTokenCipher(keys: readonly Buffer[]): TokenCipher {
  const ring = new Map(keys.map((key) => [keyId(key), key]));
  const newest = keys[0];
  if (newest === undefined) throw new Error('The key ring is empty');
  const newestPrefix = `v1.${keyId(newest)}.`;
  return {
    newestPrefix,
    encrypt(token, owner) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', newest, iv).setAAD(Buffer.from(owner));
      const text = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
      return `${newestPrefix}${Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')}`;
    },
    decrypt(encrypted, owner) {
      const [version, id, body] = encrypted.split('.');
      const key = ring.get(id ?? '');
      if (version !== 'v1' || key === undefined || body === undefined) {
        throw new Error('No key of TOKEN_ENCRYPTION_KEYS fits this token');
      }
      const bytes = Buffer.from(body, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(owner))
        .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([
        decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)),
        decipher.final(),
      ]).toString('utf8');
    },
  };
}

function keyId(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}
