import { type ErrorExtra, type Failure, failure } from '../graph/failure.ts';
import {
  deadCursor,
  deletedMessage,
  expiredToken,
  gone,
  noToken,
  otherPage,
  proofRequired,
  proofWrong,
  reduceData,
  unknownPath,
} from '../graph/failures.ts';
import { throttles } from './throttles.ts';

const TOKEN = 'Error validating access token: ';

function token(subcode: number, text: string, extra: ErrorExtra = {}): Failure {
  return failure(400, 190, `${TOKEN}${text}`, { error_subcode: subcode, ...extra });
}

function permission(code: number, text: string): Failure {
  return failure(403, code, `(#${code}) ${text}`);
}

const HTML = 'text/html; charset=utf-8';
const SORRY =
  '<!DOCTYPE html><html><head><title>Error</title></head><body>Sorry, something went wrong.</body></html>';

/** Every error answer by the name a fault asks for it with. */
export const catalogue: Readonly<Record<string, Failure>> = {
  ...throttles,

  'reduce-data': reduceData,
  'reduce-data-minus-3': failure(500, -3, "Please reduce the amount of data you're asking for"),

  'transient-1': failure(500, 1, 'An unknown error occurred'),
  'transient-2': failure(500, 2, 'Service temporarily unavailable', { is_transient: true }),
  'is-transient': failure(500, 1, 'An unexpected error has occurred. Please retry your request later.', {
    is_transient: true,
  }),
  'transient-code-unknown': failure(400, 99999, 'Temporary trouble', { is_transient: true }),
  'batch-960': failure(
    400,
    960,
    'Request aborted. This could happen if a dependent request failed or timed out.',
  ),
  'http-500-html': { status: 500, text: SORRY, contentType: HTML },
  'http-502-empty': { status: 502, text: '' },
  'http-503': { status: 503, text: 'Service Unavailable', contentType: 'text/plain' },
  'http-504': { status: 504, text: 'Gateway Timeout', contentType: 'text/plain' },
  'unknown-not-transient': failure(400, 1, 'An unknown error occurred', {
    error_subcode: 1965014,
    is_transient: false,
    error_user_title: 'Fundraisers Have a 90 Day Limit',
    error_user_msg: 'Please choose another end date.',
  }),
  'unknown-2853001': failure(400, 1, 'An unknown error occurred', {
    error_subcode: 2853001,
    is_transient: false,
  }),

  'token-expired': expiredToken,
  'token-password': token(460, 'The session has been invalidated because the user changed the password.', {
    error_user_title: 'Password changed',
    error_user_msg: 'Log in again to go on.',
  }),
  'token-app-removed': token(458, 'The user has not authorized application 1234567890.'),
  'token-checkpoint': token(459, 'The user is in a checkpoint and must log in at facebook.com.'),
  'token-unconfirmed': token(
    464,
    'Sessions for the user are not allowed because the user is not a confirmed user.',
  ),
  'token-invalid': token(467, 'This session is invalid because the user logged out.'),
  'token-not-page-admin': token(492, 'The user must be an administrator of the page to impersonate it.'),
  'token-no-subcode': failure(400, 190, 'Invalid OAuth access token - Cannot parse access token'),
  'session-102': failure(400, 102, 'Session key invalid or no longer valid'),
  'no-code-oauth': { status: 400, body: { error: { type: 'OAuthException' } } },
  'no-token-2500': noToken,

  'permission-10': otherPage,
  'permission-200': permission(200, 'Requires pages_messaging permission to manage the object'),
  'permission-210': permission(210, 'A page access token is required to request this resource.'),
  'permission-230': permission(230, 'Requires pages_messaging permission to manage the object'),
  'permission-283': permission(283, 'Requires pages_read_engagement permission to manage the object'),
  'permission-299': permission(299, 'Requires extended permission'),
  'permission-3': permission(3, 'Application does not have the capability to make this API call.'),
  'missing-permissions-100': failure(400, 100, '(#100) Missing permissions'),
  'ig-owner-disabled': failure(403, 10, '(#10) The owner has not enabled access to messages', {
    error_subcode: 2534041,
    error_user_title: 'Access to messages is off',
    error_user_msg: 'Turn on "Allow access to messages" in the Instagram app settings.',
  }),
  'ig-owner-disabled-code': failure(
    403,
    2534041,
    'Account owner has disabled access to instagram direct messages',
  ),
  'ig-not-eligible': failure(400, 36103, 'The Instagram account is not eligible for this API'),

  'gone-100-33': gone('1234567'),
  'gone-100-33-thapi': failure(
    400,
    100,
    "Unsupported get request. Object with ID '1234567' does not exist, cannot be loaded due to missing permissions, or does not support this operation",
    { error_subcode: 33 },
    'THApiException',
  ),
  'gone-9000001': deletedMessage,
  'gone-100-2018001': failure(400, 100, '(#100) No matching user found', { error_subcode: 2018001 }),

  'blocked-368': failure(400, 368, 'The action attempted has been deemed abusive or is otherwise disallowed'),

  'bad-request-100': failure(400, 100, '(#100) Invalid parameter'),
  'unknown-path-2500': { ...unknownPath('/impressions/day') },
  'ig-2500': failure(400, 2500, 'Unknown path components: /impressions/day', {}, 'IGApiException'),
  'bad-signature-104': failure(400, 104, 'Incorrect signature'),
  'dead-cursor': deadCursor,
  'dead-cursor-2642': failure(400, 2642, '(#2642) Invalid cursors values'),
  'appsecret-proof-required': proofRequired,
  'appsecret-proof-wrong': proofWrong,

  'flat-error-type': {
    status: 400,
    body: { error_type: 'OAuthException', code: 400, error_message: 'Invalid platform app' },
  },
  'flat-error-code': {
    status: 400,
    body: { error_code: 190, error_description: 'Invalid OAuth 2.0 Access Token' },
  },
  'code-in-text': {
    status: 400,
    body: { error: { message: '(#2200) Callback verification failed', type: 'OAuthException' } },
  },
};
