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
  return found;
}

function isExample(value: string): boolean {
  return (
    PLACEHOLDER.test(value.toLowerCase().replaceAll(/[^a-z0-9]/g, '')) ||
    new Set(value).size <= FEWEST_CHARACTERS
  );
}

/** One byte again and again, bytes that count up or down, or text that somebody has typed. */
function isPatterned(key: Buffer): boolean {
  const steps = new Set(key.subarray(1).map((byte, i) => byte - (key[i] ?? 0)));
  return steps.size <= 2 || new Set(key).size <= FEWEST_CHARACTERS || /^[ -~]*$/.test(key.toString('latin1'));
}
