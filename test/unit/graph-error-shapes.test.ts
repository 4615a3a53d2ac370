import { describe, expect, test } from 'vitest';
import { GRAPH_ERROR_KINDS, type GraphErrorKind } from '../../src/contract/sync-error.ts';
import { classify, readErrorBody } from '../../src/graph/errors.ts';
import { fc } from './property.ts';

const kindOf = (status: number, body: unknown) => classify(status, readErrorBody(body));

type Row = [kind: GraphErrorKind, what: string, status: number, body: unknown];

describe('the shapes in which errors come', () => {
  test('nested, with all fields', () => {
    expect(
      readErrorBody({
        error: {
          message: 'Message describing the error',
          type: 'OAuthException',
          code: 190,
          error_subcode: 460,
          is_transient: false,
          error_user_title: 'A title',
          error_user_msg: 'A message',
          fbtrace_id: 'EJplcsCHuLu',
          unknown: { kept: 'out' },
        },
      }),
    ).toEqual({
      message: 'Message describing the error',
      type: 'OAuthException',
      code: 190,
      subcode: 460,
      isTransient: false,
      userMessage: 'A message',
      traceId: 'EJplcsCHuLu',
    });
  });

  test.each<Row>([
    [
      'auth',
      'flat, as Instagram’s OAuth',
      400,
      { error_type: 'OAuthException', code: 190, error_message: 'Invalid' },
    ],
    [
      'throttle',
      'flat with a throttling code',
      400,
      { error_type: 'OAuthRateLimitException', code: 4, error_message: 'Too many' },
    ],
    ['throttle', 'legacy', 400, { error_code: 4, error_description: 'Application request limit reached' }],
    ['auth', 'legacy, code as text', 400, { error_code: '190', error_description: 'Invalid access token' }],
    [
      'permission',
      'nested, code and subcode as text',
      400,
      { error: { code: '100', error_subcode: '36103' } },
    ],
    [
      'bad_request',
      'code only in the text',
      400,
      { error: { message: '(#2200) Subscription validation failed', type: 'GraphMethodException' } },
    ],
    [
      'gone',
      '100/33 of another exception type',
      400,
      {
        error: {
          message:
            'Unsupported get request. Object with ID ‘1234567’ does not exist, cannot be loaded due to missing permissions, or does not support this operation',
          type: 'THApiException',
          code: 100,
          error_subcode: 33,
          fbtrace_id: 'abcdefg',
        },
      },
    ],
    [
      'bad_request',
      '2500 of Instagram',
      400,
      {
        error: {
          message: 'Unknown path components: /impressions/day',
          type: 'IGApiException',
          code: 2500,
          fbtrace_id: 'A7OjVVCXwSdfpIERKqntSKo',
        },
      },
    ],
    ['auth', 'a type and nothing more', 400, { error: { type: 'OAuthException' } }],
    [
      'auth',
      '190/460 with a sentence for users',
      400,
      {
        error: {
          message: 'Message describing the error',
          type: 'OAuthException',
          code: 190,
          error_subcode: 460,
          error_user_title: 'A title',
          error_user_msg: 'A message',
          fbtrace_id: 'EJplcsCHuLu',
        },
      },
    ],
    [
      'bad_request',
      '1/1965014 as recorded',
      400,
      {
        error: {
          message: 'An unknown error occurred',
          type: 'OAuthException',
          code: 1,
          error_subcode: 1965014,
          is_transient: false,
          error_user_title: 'Fundraisers Have a 90 Day Limit',
          error_user_msg: 'Please choose another end date.',
          fbtrace_id: 'EmOAvxDPlF2',
        },
      },
    ],
    [
      'transient',
      'no code, but Meta itself calls it transient',
      500,
      {
        error: {
          message: 'An unexpected error has occurred. Please retry your request later.',
          type: 'OAuthException',
          is_transient: true,
        },
      },
    ],
  ])('%s: %s', (kind, _, status, body) => {
    expect(readErrorBody(body)).not.toBeNull();
    expect(kindOf(status, body)).toBe(kind);
  });

  test('100 about an object that does not exist is no missing grant, although the sentence speaks of permissions', () => {
    const kind = kindOf(400, {
      error: {
        message:
          "Unsupported get request. Object with ID '2' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api",
        type: 'GraphMethodException',
        code: 100,
        fbtrace_id: 'AjPj2sQoTXX',
      },
    });
    expect(['gone', 'bad_request']).toContain(kind);
  });

  test('an empty code is no code', () => {
    expect(readErrorBody({ error: { message: 'x', code: '' } })?.code).toBeNull();
  });

  test.each([null, undefined, 1, 'x', [], {}, { data: [] }, { error: null }, { error: 'x' }, { error: 5 }])(
    'no error in %j',
    (body) => {
      expect(readErrorBody(body)).toBeNull();
    },
  );

  test('no JSON whatever makes it throw, and every class is one of the known ones', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.jsonValue(),
        fc.integer({ min: 200, max: 599 }),
        (body, field, status) => {
          for (const candidate of [
            body,
            { error: body },
            { error: { code: field, message: field } },
            { error_code: field },
          ]) {
            expect(GRAPH_ERROR_KINDS).toContain(kindOf(status, candidate));
          }
        },
      ),
    );
  });
});
