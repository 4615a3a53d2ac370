import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createTokenCipher } from '../../src/store/token-cipher.ts';
import { PAGE, TOKEN } from './graph-samples.ts';
import { fc } from './property.ts';

const OLD = Buffer.alloc(32, 1);
const NEW = Buffer.alloc(32, 2);

/** The error of decrypting. */
function refusal(decrypt: () => string): string {
  try {
    return `decrypted: ${decrypt()}`;
  } catch (error) {
    return String(error);
  }
}

describe('encrypted tokens', () => {
  const cipher = createTokenCipher([NEW]);

  test('come back as they were', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string(), (token, owner) => {
        expect(cipher.decrypt(cipher.encrypt(token, owner), owner)).toBe(token);
      }),
    );
  });

  test('name their version and key, and show nothing', () => {
    const encrypted = cipher.encrypt(TOKEN, PAGE);
    const id = createHash('sha256').update(NEW).digest('hex').slice(0, 8);
    expect(encrypted).toMatch(new RegExp(`^v1\\.${id}\\.[A-Za-z0-9_-]+$`));
    expect(encrypted).not.toContain(TOKEN);
    expect(Buffer.from(encrypted.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain(
      TOKEN.slice(0, 8),
    );
  });

  test('never look the same twice', () => {
    expect(new Set(Array.from({ length: 100 }, () => cipher.encrypt(TOKEN, PAGE))).size).toBe(100);
  });

  test('of one page do not open for another', () => {
    const encrypted = cipher.encrypt(TOKEN, PAGE);
    for (const owner of ['', '999', `${PAGE}0`]) {
      expect(refusal(() => cipher.decrypt(encrypted, owner))).toMatch(/^Error/);
    }
  });

  test('of which one bit is altered do not open, wherever it is', () => {
    const [version, id, body] = cipher.encrypt(TOKEN, PAGE).split('.');
    const bytes = Buffer.from(body ?? '', 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const altered = Buffer.from(bytes);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const text = `${version}.${id}.${altered.toString('base64url')}`;
      expect([bit, refusal(() => cipher.decrypt(text, PAGE))]).toEqual([
        bit,
        expect.stringMatching(/^Error/),
      ]);
    }
  });

  test.each([TOKEN, 'x', ''])('that were cut off do not open (token %j)', (token) => {
    const [version, id, body] = cipher.encrypt(token, PAGE).split('.');
    const bytes = Buffer.from(body ?? '', 'base64url');
    for (let length = 0; length < bytes.length; length++) {
      const text = `${version}.${id}.${bytes.subarray(0, length).toString('base64url')}`;
      expect([length, refusal(() => cipher.decrypt(text, PAGE))]).toEqual([
        length,
        expect.stringMatching(/Error/),
      ]);
    }
  });

  test('of another version do not open', () => {
    expect(refusal(() => cipher.decrypt(cipher.encrypt(TOKEN, PAGE).replace('v1.', 'v2.'), PAGE))).toMatch(
      /^Error/,
    );
  });
});

describe('the key ring', () => {
  test('opens what an older key has closed, and closes with the newest', () => {
    const before = createTokenCipher([OLD]).encrypt(TOKEN, PAGE);
    const rotated = createTokenCipher([NEW, OLD]);
    expect(rotated.decrypt(before, PAGE)).toBe(TOKEN);
    expect(createTokenCipher([NEW]).decrypt(rotated.encrypt(TOKEN, PAGE), PAGE)).toBe(TOKEN);
  });

  test('without the key says so, and shows neither key nor token', () => {
    const encrypted = createTokenCipher([OLD]).encrypt(TOKEN, PAGE);
    const message = refusal(() => createTokenCipher([NEW]).decrypt(encrypted, PAGE));
    expect(message).toContain('TOKEN_ENCRYPTION_KEYS');
    for (const secret of [TOKEN, encrypted, NEW.toString('base64'), OLD.toString('base64')])
      expect(message).not.toContain(secret);
  });

  test.each(['', 'x', 'v1', 'v1.', 'v1.abc', 'v1..abc', TOKEN])(
    '%j is nothing that it could open',
    (text) => {
      expect(refusal(() => createTokenCipher([NEW]).decrypt(text, PAGE))).toMatch(/^Error: No key/);
    },
  );

  test('cannot be empty', () => {
    expect(() => createTokenCipher([])).toThrowError('empty');
  });

  test('keys of any content work', () => {
    for (let i = 0; i < 50; i++) {
      const cipher = createTokenCipher([randomBytes(32)]);
      expect(cipher.decrypt(cipher.encrypt(TOKEN, PAGE), PAGE)).toBe(TOKEN);
    }
  });
});
