import { describe, expect, test } from 'vitest';
import type { GraphErrorKind } from '../../src/contract/sync-error.ts';
import { classify, readErrorBody } from '../../src/graph/errors.ts';

const kindOf = (status: number, body: unknown) => classify(status, readErrorBody(body));
const coded = (code: number, more: Record<string, unknown> = {}) => ({
  error: { message: 'Message describing the error', type: 'OAuthException', code, ...more },
});

type Row = [kind: GraphErrorKind, what: string, status: number, body: unknown];

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('the class of an error by what Meta says', () => {
  test.each([4, 17, 32, 613, 341, ...range(80000, 80006), 80008, 80009, 80014])(
    'throttle: code %i',
    (code) => {
      expect(kindOf(400, coded(code))).toBe('throttle');
      expect(kindOf(403, coded(code, { is_transient: true }))).toBe('throttle');
    },
  );

  test.each([80007, 80010, 79999, 5, 18])('not a throttle: code %i', (code) => {
    expect(kindOf(400, coded(code))).not.toBe('throttle');
  });

  test.each(range(200, 299))('permission: code %i', (code) => {
    expect(kindOf(403, coded(code))).toBe('permission');
  });

  test.each([458, 459, 460, 463, 464, 467, 492, undefined])('auth: 190 with subcode %s', (subcode) => {
    expect(kindOf(400, coded(190, { error_subcode: subcode }))).toBe('auth');
    expect(kindOf(401, coded(190, { error_subcode: subcode }))).toBe('auth');
  });

  test.each<Row>([
    ['throttle', 'subcode 2446079', 400, coded(100, { error_subcode: 2446079 })],
    ['throttle', 'HTTP 429 with another code', 429, coded(1)],
    ['throttle', 'HTTP 429 with no body', 429, null],
    [
      'throttle',
      'Meta’s sample, code only in the text',
      400,
      {
        error: {
          message: '(#80001) There have been too many calls to this Page account. Wait a bit and try again.',
          type: 'OAuthException',
        },
      },
    ],
    [
      'shrink',
      'code 1 and the sentence',
      500,
      {
        error: {
          message: "Please reduce the amount of data you're asking for, then retry your request",
          type: 'OAuthException',
          code: 1,
        },
      },
    ],
    ['shrink', 'code -3 and the sentence', 500, coded(-3, { message: 'Please reduce the amount of data' })],
    [
      'shrink',
      'the sentence even where Meta calls it transient',
      500,
      coded(1, { message: 'Please reduce the amount of data', is_transient: true }),
    ],
    ['transient', 'is_transient with a code of no class', 400, coded(12345, { is_transient: true })],
    ['transient', 'code 2', 500, coded(2, { is_transient: true })],
    ['transient', 'code 2 with nothing more', 400, coded(2)],
    [
      'transient',
      'code 1 without the sentence',
      500,
      coded(1, { message: 'An unknown error has occurred.' }),
    ],
    ['transient', 'code 960', 400, coded(960)],
    ['transient', '500 of an unknown code', 500, coded(12345)],
    [
      'bad_request',
      '1/1965014 which is not transient',
      400,
      coded(1, { error_subcode: 1965014, is_transient: false }),
    ],
    [
      'bad_request',
      '1/2853001 which is not transient, even as a 500',
      500,
      coded(1, { error_subcode: 2853001, is_transient: false }),
    ],
    ['auth', 'code 102', 401, coded(102)],
    ['permission', 'code 3', 400, coded(3)],
    ['permission', 'code 10', 403, coded(10)],
    ['permission', 'code 230', 403, coded(230)],
    [
      'permission',
      '#100 that names a missing permission',
      400,
      coded(100, { message: '(#100) Missing permissions' }),
    ],
    ['permission', '2534041 as a code', 400, coded(2534041)],
    ['permission', '2534041 as a subcode', 400, coded(100, { error_subcode: 2534041 })],
    ['permission', '36103 as a code', 400, coded(36103)],
    ['permission', '36103 as a subcode', 400, coded(100, { error_subcode: 36103 })],
    ['gone', '100/33', 400, coded(100, { error_subcode: 33 })],
    [
      'gone',
      '100/33 whose text speaks of permissions too',
      400,
      coded(100, {
        error_subcode: 33,
        message:
          'Unsupported get request. Object with ID ‘1’ does not exist, cannot be loaded due to missing permissions, or does not support this operation',
      }),
    ],
    ['gone', '100/2018001', 400, coded(100, { error_subcode: 2018001 })],
    ['gone', '9000001', 400, coded(9000001)],
    ['blocked', 'code 368', 403, coded(368)],
    ['blocked', 'code 368 that claims to be transient', 403, coded(368, { is_transient: true })],
    ['bad_request', 'any other 100', 400, coded(100, { message: '(#100) Invalid parameter' })],
    [
      'bad_request',
      '100 that asks for the proof',
      400,
      coded(100, { message: 'API calls from the server require an appsecret_proof argument' }),
    ],
    ['bad_request', 'code 2500', 400, coded(2500)],
    ['bad_request', 'code 104', 400, coded(104)],
    ['bad_request', 'an unknown code', 400, coded(12345)],
  ])('%s: %s', (kind, _, status, body) => {
    expect(kindOf(status, body)).toBe(kind);
  });
});

describe('the class of an answer without an error of Meta', () => {
  test.each<[GraphErrorKind, number, unknown]>([
    ['transient', 500, null],
    ['transient', 502, null],
    ['transient', 503, {}],
    ['transient', 504, 'text'],
    ['throttle', 429, 'text'],
    ['auth', 401, null],
    ['bad_request', 400, null],
    ['bad_request', 404, []],
  ])('%s: HTTP %i with the body %j', (kind, status, body) => {
    expect(readErrorBody(body)).toBeNull();
    expect(kindOf(status, body)).toBe(kind);
  });
});
