/** Tokens as Meta makes them: page and user (EA…), Instagram (IG…), app (id|secret). */
const TOKENS = /(?<![A-Za-z0-9])(?:EA[A-Za-z0-9]{30,}|IG[A-Za-z0-9_-]{30,}|\d{6,}\|[A-Za-z0-9_-]{8,})/g;
const PARAMETER = /(access_token(?:=|%3D))[^&\s"'\\]+/gi;

/** The text without tokens, however Meta quotes them. */
export function redact(text: string): string {
  return text.replace(PARAMETER, '$1…').replace(TOKENS, '…');
}

/** An answer's text without the token that the request carried, plain or encoded. */
export function redactToken(text: string, token: string): string {
  return text.replaceAll(token, '…').replaceAll(encodeURIComponent(token), '…').replace(PARAMETER, '$1…');
}

/** The text without any of these secrets, plain or encoded. */
export function redactSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .reduce((left, secret) => left.replaceAll(secret, '…').replaceAll(encodeURIComponent(secret), '…'), text);
}

/** A copy of a JSON value without the links of its `paging`: each embeds the token. */
export function withoutPagingLinks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPagingLinks);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !((key === 'next' || key === 'previous') && typeof inner === 'string'))
      .map(([key, inner]) => [key, withoutPagingLinks(inner)]),
  );
}
