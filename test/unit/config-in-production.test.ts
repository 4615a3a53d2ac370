import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';

const KEY = randomBytes(32);
const ENV: Record<string, string> = {
  DATABASE_URL: 'postgres://user:database-password@localhost:5432/pagesync',
  TOKEN_ENCRYPTION_KEYS: KEY.toString('base64'),
  PAGESYNC_API_TOKEN: 'api-token-0123456789',
};

/** What is said of an environment. */
function complaint(env: Record<string, string | undefined>, servesBrowsers = false): string {
  try {
    readConfig(env, servesBrowsers);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error instanceof Error ? error.message : '';
  }
}

describe('in production', () => {
  const SOUND: Record<string, string> = {
    ...ENV,
    NODE_ENV: 'production',
    PAGESYNC_API_TOKEN: randomBytes(24).toString('hex'),
    FACEBOOK_VERIFY_TOKEN: randomBytes(24).toString('base64url'),
    FACEBOOK_APP_SECRET: randomBytes(16).toString('hex'),
  };
  const counting = Buffer.from(Array.from({ length: 32 }, (_, i) => i));

  test('random secrets are taken, however often they are made', () => {
    expect(readConfig(SOUND)).toEqual(readConfig({ ...SOUND, NODE_ENV: '' }));
    for (let i = 0; i < 200; i++) {
      const secrets = {
        TOKEN_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
        PAGESYNC_API_TOKEN: `ps_${randomBytes(24).toString('base64url')}`,
        FACEBOOK_VERIFY_TOKEN: randomBytes(16).toString('hex'),
      };
      expect(complaint({ ...SOUND, ...secrets })).toBe('');
    }
  });

  test.each([
    ['TOKEN_ENCRYPTION_KEYS', Buffer.alloc(32).toString('base64')],
    ['TOKEN_ENCRYPTION_KEYS', Buffer.alloc(32, 7).toString('base64')],
    ['TOKEN_ENCRYPTION_KEYS', counting.toString('base64')],
    [
      'TOKEN_ENCRYPTION_KEYS',
      Buffer.from('an example of a key to be changed').subarray(1).toString('base64'),
    ],
    ['TOKEN_ENCRYPTION_KEYS', `${KEY.toString('base64')},${Buffer.alloc(32, 1).toString('base64')}`],
    ['PAGESYNC_API_TOKEN', 'api-token-0123456789'],
    ['PAGESYNC_API_TOKEN', randomBytes(15).toString('hex')],
    ['PAGESYNC_API_TOKEN', 'change-me-change-me-change-me-change-me'],
    ['PAGESYNC_API_TOKEN', `Change_Me_${randomBytes(24).toString('hex')}`],
    ['PAGESYNC_API_TOKEN', 'a'.repeat(40)],
    ['FACEBOOK_VERIFY_TOKEN', 'verify'],
    ['FACEBOOK_VERIFY_TOKEN', 'my-verify-token-my-verify-token-1234'],
    ['FACEBOOK_APP_SECRET', 'your-app-secret'],
    ['FACEBOOK_PREVIOUS_APP_SECRET', '00000000000000000000000000000000'],
  ])('%s %j is refused, by name alone; elsewhere it is taken', (name, value) => {
    const message = complaint({ ...SOUND, [name]: value });
    expect(message).toContain(`  ${name}: `);
    expect(message.split('\n')).toHaveLength(2);
    expect(message).not.toContain(value);
    expect(complaint({ ...SOUND, NODE_ENV: 'development', [name]: value })).toBe('');
  });

  test('all of them are named at once', () => {
    const message = complaint({
      ...SOUND,
      TOKEN_ENCRYPTION_KEYS: Buffer.alloc(32).toString('base64'),
      PAGESYNC_API_TOKEN: 'change-me-change-me',
    });
    expect(message).toMatch(/TOKEN_ENCRYPTION_KEYS.*\n.*PAGESYNC_API_TOKEN/);
  });

  test.each([
    'postgres://pagesync@db/pagesync',
    'postgres://pagesync:@db:5432/pagesync',
    'postgresql://pagesync:postgres@db.example.com:5432/pagesync',
    'postgres://pagesync:password@10.0.0.5/pagesync',
    'postgres://pagesync:Change%4De@db/pagesync',
    'postgres://pagesync:pagesync@db/pagesync',
    'postgres://somebody:somebody@db/pagesync',
    'postgres://u:postgres@localhost,db/pagesync',
    'postgres://u:12345678@/pagesync?host=db',
  ])('the password in %s is refused', (url) => {
    const message = complaint({ ...SOUND, DATABASE_URL: url });
    expect(message).toContain('  DATABASE_URL: ');
    expect(message.split('\n')).toHaveLength(2);
    expect(message).not.toContain(url);
    expect(complaint({ ...ENV, DATABASE_URL: url })).toBe('');
  });

  test.each([
    `postgres://pagesync:${randomBytes(12).toString('hex')}@db:5432/pagesync`,
    'postgres://pagesync@localhost/pagesync',
    'postgres://pagesync:postgres@127.0.0.1:5433/pagesync',
    'postgres://pagesync:postgres@[::1]:5433/pagesync',
    'postgres://pagesync@/pagesync?host=/var/run/postgresql',
    'postgres://pagesync@%2Fvar%2Frun%2Fpostgresql/pagesync',
  ])('%s is taken: the password is one, or nobody else reaches the database', (url) => {
    expect(complaint({ ...SOUND, DATABASE_URL: url })).toBe('');
  });

  test('a password that the driver finds by itself is one too', () => {
    const env = { ...SOUND, DATABASE_URL: 'postgres://pagesync@db/pagesync' };
    expect(complaint({ ...env, PGPASSWORD: randomBytes(12).toString('hex') })).toBe('');
    expect(complaint({ ...env, PGPASSWORD: 'postgres' })).toContain('DATABASE_URL');
  });

  test('the API must know where browsers find it, by https', () => {
    const api = (PUBLIC_URL: string, NODE_ENV = 'production') =>
      complaint({ ...SOUND, PUBLIC_URL, NODE_ENV }, true);
    for (const url of [
      '',
      'http://sync.example.com',
      'http://192.168.1.5:3000',
      'http://localhost.example.com',
    ]) {
      expect(api(url)).toMatch(/\n {2}PUBLIC_URL: .*$/);
      expect(api(url, 'development')).toBe('');
    }
    for (const url of [
      'https://sync.example.com',
      'http://localhost:3000',
      'http://127.0.0.1',
      'http://[::1]:3000',
    ]) {
      expect(api(url)).toBe('');
    }
    // a worker has no use for it
    expect(complaint(SOUND)).toBe('');
  });
});
