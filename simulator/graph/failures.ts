import { type Failure, failure } from './failure.ts';

/** The failures the edges themselves answer with; the fault catalogue holds them too, with all others. */

/** The object is not there or the token may not see it (100/33). */
export function gone(id: string): Failure {
  return failure(
    400,
    100,
    `Unsupported get request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api`,
    { error_subcode: 33 },
    'GraphMethodException',
  );
}

/** An Instagram message older than the 20 newest of its conversation. The sentence is not captured word for word. */
export const deletedMessage: Failure = failure(
  400,
  9000001,
  '(#9000001) The requested message has been deleted',
);

/** The page is too big to compute: the one error that asks for a smaller `limit`. */
export const reduceData: Failure = failure(
  500,
  1,
  "Please reduce the amount of data you're asking for, then retry your request",
);

/** A cursor that leads nowhere any more, or never did. */
export const deadCursor: Failure = failure(400, 100, '(#100) Invalid cursor: the cursor is no longer valid');

/** No token at all. */
export const noToken: Failure = failure(
  400,
  2500,
  'An active access token must be used to query information about the current user.',
);

/** A token nobody issued. */
export const unknownToken: Failure = failure(
  400,
  190,
  'Invalid OAuth access token - Cannot parse access token',
);

/** A token whose time is over (190/463). */
export const expiredToken: Failure = failure(
  400,
  190,
  'Error validating access token: Session has expired on Friday, 30-Jan-26 12:00:00 PST. The current time is Saturday, 31-Jan-26 12:00:00 PST.',
  { error_subcode: 463 },
);

/** The app demands `appsecret_proof` and none was sent. */
export const proofRequired: Failure = failure(
  400,
  100,
  'API calls from the server require an appsecret_proof argument',
  {},
  'GraphMethodException',
);

/** The proof sent does not belong to this token and secret. */
export const proofWrong: Failure = failure(
  400,
  100,
  'Invalid appsecret_proof provided in the API argument',
  {},
  'GraphMethodException',
);

/** Another page's node with this token. */
export const otherPage: Failure = failure(
  403,
  10,
  '(#10) This endpoint requires the permission of a person who can message as this page, or the token of the page itself',
);

/** A person's token where only the page's own will do. */
export const pageTokenNeeded: Failure = failure(
  400,
  190,
  '(#190) This method must be called with a Page Access Token',
  { error_subcode: 2069032 },
);

/** A page's token where only a person's will do: a page has no pages. */
export const userTokenNeeded: Failure = failure(
  400,
  100,
  '(#100) Tried accessing nonexisting field (accounts) on node type (Page)',
);

/** `<app id>|<secret>` of another app, or with a wrong secret. */
export const wrongAppToken: Failure = failure(400, 190, 'Invalid OAuth access token signature.');

/** A parameter that cannot be used (100). */
export function badParameter(text: string): Failure {
  return failure(400, 100, `(#100) ${text}`);
}

/** A path with segments the node does not have (2500). */
export function unknownPath(path: string): Failure {
  return failure(400, 2500, `Unknown path components: ${path}`);
}

/** More calls a second than the Conversations API allows: #613 for Messenger, #80006 for Instagram. */
export function tooManyCalls(platform: 'messenger' | 'instagram'): Failure {
  const text =
    platform === 'messenger'
      ? failure(400, 613, '(#613) Calls to this api have exceeded the rate limit.')
      : failure(
          400,
          80006,
          '(#80006) There have been too many calls to this Instagram account. Wait a bit and try again. For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.',
        );
  return { ...text, throttle: 'asset', regainMinutes: 1 };
}
