import { createHmac, timingSafeEqual } from 'node:crypto';

const HEADER = /^sha256=([0-9a-f]{64})$/i;

/**
 * Whether Meta signed these bytes: `X-Hub-Signature-256` is `sha256=` and the hexadecimal HMAC-SHA256 of the request's raw
 * bytes by the app secret ("Validating Payloads", Webhooks, Getting Started). Compared in constant time, with every
 * secret: the time tells nothing of which one fits.
 *
 * @param secrets of the app; two while the secret is rotated
 */
export function isSignedByMeta(
  body: Uint8Array,
  header: string | undefined,
  secrets: readonly string[],
): boolean {
  const hex = header === undefined ? undefined : HEADER.exec(header)?.[1];
  const given = Buffer.from(hex ?? '', 'hex');
  let fits = false;
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(body).digest();
    if (given.length === expected.length && timingSafeEqual(given, expected)) fits = true;
  }
  return fits;
}
