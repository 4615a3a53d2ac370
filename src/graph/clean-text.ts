/** What PostgreSQL refuses in text, as JSON can spell it: NUL, and surrogates that may be alone. */
const SUSPECT = /\\u(0000|d[89ab]|dc|dd|de|df)/i;

/**
 * Parses a JSON answer with its text cleaned for storage: NUL is dropped, a lone surrogate becomes U+FFFD. The
 * answer is only walked when its raw text shows that there may be something to clean.
 *
 * @throws SyntaxError when it is not JSON
 */
export function parseCleanJson(raw: string): unknown {
  const parsed: unknown = JSON.parse(raw);
  return SUSPECT.test(raw) ? clean(parsed) : parsed;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\u0000', '').toWellFormed();
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [clean(key) as string, clean(inner)]),
    );
  }
  return value;
}
