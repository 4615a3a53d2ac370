/** Secrets shorter than this can be guessed. */
const LEAST_LENGTH = 32;

/** A random text of the least length has more different characters than this. */
const FEWEST_CHARACTERS = 8;

/** Words that stand where a secret is to be put, long enough for chance not to make them. */
const PLACEHOLDER =
  /changeme|changethis|replaceme|placeholder|example|sample|default|yourtoken|yoursecret|secret|password|apitoken|verifytoken|dummy|insert/;

/** Variables that hold a secret which somebody makes up. */
const MADE_UP = ['PAGESYNC_API_TOKEN', 'FACEBOOK_VERIFY_TOKEN'] as const;

/** Variables that hold a secret which Meta makes. */
const FROM_META = ['FACEBOOK_APP_SECRET', 'FACEBOOK_PREVIOUS_APP_SECRET'] as const;

/** Passwords of databases that are known to everybody. */
const KNOWN_PASSWORDS =
  /^(|postgres|postgresql|pagesync|temporal|admin|root|user|test|pass|passwd|pgpass|db|database|qwerty|1?2345\d*)$/;

/** Names of this machine. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;

/** Whether only programs on this machine reach a host. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * Which secrets of an environment are defaults, examples, or too weak for production.
 *
 * @param env variables that are set
 * @returns their names, and what is wrong with each, without its value
 */
export function exampleSecrets(env: Record<string, string | undefined>): { name: string; why: string }[] {
  const found: { name: string; why: string }[] = [];
  const complain = (name: string, why: string) => found.push({ name, why });
  for (const key of (env.TOKEN_ENCRYPTION_KEYS ?? '').split(',')) {
    const bytes = Buffer.from(key.trim(), 'base64');
    if (isPatterned(bytes)) {
      complain('TOKEN_ENCRYPTION_KEYS', 'a key is no random one: make it with `openssl rand -base64 32`');
    }
  }
  for (const name of MADE_UP) {
    const value = env[name];
    if (value === undefined) continue;
    if (value.length < LEAST_LENGTH) complain(name, `must have at least ${LEAST_LENGTH} characters`);
    else if (isExample(value)) complain(name, 'is an example: make one with `openssl rand -hex 24`');
  }
  for (const name of FROM_META) {
    const value = env[name];
    if (value !== undefined && isExample(value)) complain(name, 'is an example, not what Meta shows');
  }
  if (hasKnownPassword(env.DATABASE_URL ?? '', env.PGPASSWORD)) {
    complain('DATABASE_URL', 'has no password, or an example: make one with `openssl rand -hex 24`');
  }
  return found;
}

/** A database that is reached over the network needs a password that is one. @param fallback the driver’s */
function hasKnownPassword(url: string, fallback = ''): boolean {
  // not by `URL`, which knows of one host alone
  const [, user = '', given, hosts = ''] =
    /^postgres(?:ql)?:\/\/(?:([^:@/?#]*)(?::([^@/?#]*))?@)?([^/?#]*)/.exec(url) ?? [];
  const named = new URLSearchParams(url.split('?')[1]).get('host') ?? '';
  const isLocal = (host: string) =>
    host === '' || host.startsWith('/') || isLoopback(host.replace(/:\d+$/, ''));
  if (`${hosts},${named}`.split(',').map(decode).every(isLocal)) return false;
  const password = plain(decode(given ?? fallback));
  return password === plain(decode(user)) || KNOWN_PASSWORDS.test(password) || PLACEHOLDER.test(password);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

function isExample(value: string): boolean {
  return PLACEHOLDER.test(plain(value)) || new Set(value).size <= FEWEST_CHARACTERS;
}

/** One byte again and again, bytes that count up or down, or text that somebody has typed. */
function isPatterned(key: Buffer): boolean {
  const steps = new Set(key.subarray(1).map((byte, i) => byte - (key[i] ?? 0)));
  return steps.size <= 2 || new Set(key).size <= FEWEST_CHARACTERS || /^[ -~]*$/.test(key.toString('latin1'));
}
