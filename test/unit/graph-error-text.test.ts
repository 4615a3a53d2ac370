import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { GRAPH_ERROR_KINDS } from '../../src/contract/sync-error.ts';
import { GraphError, readErrorBody } from '../../src/graph/errors.ts';
import { TOKEN } from './graph-samples.ts';

const coded = (code: number, more: Record<string, unknown> = {}) => ({
  error: { message: 'Message describing the error', type: 'OAuthException', code, ...more },
});

describe('what a page owner is shown', () => {
  test.each(GRAPH_ERROR_KINDS)('%s has a sentence of its own', (kind) => {
    const { message } = new GraphError(kind, {}).toSyncError();
    expect(message).toMatch(/^[A-Z].*\.$/);
    const others = GRAPH_ERROR_KINDS.filter((other) => other !== kind);
    expect(others.map((other) => new GraphError(other, {}).toSyncError().message)).not.toContain(message);
  });

  test('the detail has Meta’s sentence, code, subcode and trace', () => {
    const body = readErrorBody(coded(190, { error_subcode: 460, fbtrace_id: 'EJplcsCHuLu' }));
    expect(new GraphError('auth', { body, status: 400 }).toSyncError().detail).toBe(
      'Message describing the error (code 190, subcode 460, trace EJplcsCHuLu)',
    );
  });

  test.each([
    ['nothing but a type', { error: { type: 'OAuthException' } }, 'OAuthException'],
    ['nothing at all', { error: {} }, 'Graph error'],
    ['no body', null, 'HTTP 503 without a Graph error'],
    [
      'an empty sentence for users',
      coded(4, { error_user_msg: '' }),
      'Message describing the error (code 4)',
    ],
  ])('the detail of %s', (_, body, detail) => {
    const error = new GraphError('transient', { body: readErrorBody(body), status: 503 });
    expect(error.toSyncError().detail).toBe(detail);
  });
});

describe('a token that Meta quotes', () => {
  const quotes: [string, string][] = [
    ['in a query', `Bad request: GET /v25.0/1/conversations?access_token=${TOKEN}&limit=100`],
    ['in a query whose token has another form', 'Bad request: /me?access_token=123456|abcDEF-123_x&limit=1'],
    ['in quotes', `Invalid parameter "${TOKEN}" given`],
    ['bare', `Malformed access token ${TOKEN}`],
    ['in JSON', `{"access_token":"${TOKEN}"}`],
    ['in an encoded URL', `next=https%3A%2F%2Fgraph.facebook.com%2F1%3Faccess_token%3D${TOKEN}%26limit%3D1`],
    ['after an underscore', `token_${TOKEN}`],
  ];
  const secret = (text: string) => text.includes(TOKEN) || text.includes('123456|abcDEF-123_x');

  test.each(quotes)('%s is in no message and no detail', (_, message) => {
    for (const field of ['message', 'error_user_msg', 'type']) {
      const body = readErrorBody({ error: { code: 190, [field]: message } });
      const error = new GraphError('auth', { body, status: 400 });
      expect([field, secret(error.message)]).toEqual([field, false]);
      expect([field, secret(JSON.stringify(error.toSyncError()))]).toEqual([field, false]);
    }
  });

  test.each(quotes)('%s is not in the error either when a log prints all that it has', (_, message) => {
    const error = new GraphError('auth', { body: readErrorBody(coded(190, { message })), status: 400 });
    expect(secret(inspect(error, { depth: 5 }))).toBe(false);
    expect(secret(JSON.stringify(error))).toBe(false);
  });
});
