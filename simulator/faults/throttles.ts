import { type Failure, failure, type Meter } from '../graph/failure.ts';

const REFER =
  'Wait a bit and try again. For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.';

/** Minutes written as regain time when the fault does not say otherwise. */
const DEFAULT_REGAIN_MINUTES = 5;

const BUSINESS: Readonly<Record<number, string>> = {
  80000: 'this ad-account',
  80001: 'this Page account',
  80002: 'this Instagram account',
  80003: 'this ad-account',
  80004: 'this ad-account',
  80005: 'this leadgen-account',
  80006: 'this Messenger account',
  80008: 'this WhatsApp Business account',
  80009: 'this catalog account',
  80014: 'this catalog account',
};

function throttle(meter: Meter, answer: Failure): Failure {
  return { ...answer, throttle: meter, regainMinutes: DEFAULT_REGAIN_MINUTES };
}

const business = Object.entries(BUSINESS).map(([code, who]): [string, Failure] => [
  `throttle-${code}`,
  throttle(
    'asset',
    failure(400, Number(code), `(#${code}) There have been too many calls to ${who}. ${REFER}`),
  ),
]);

/** The answers that mean "stop calling for a while", by fault name; each fills the usage meter it belongs to. */
export const throttles: Readonly<Record<string, Failure>> = {
  'throttle-4': throttle(
    'app',
    failure(403, 4, '(#4) Application request limit reached', { is_transient: true }),
  ),
  'throttle-17': throttle('app', failure(400, 17, '(#17) User request limit reached')),
  'throttle-32': throttle('page', failure(403, 32, '(#32) Page request limit reached')),
  'throttle-341': throttle('app', failure(400, 341, '(#341) Feed action request limit reached')),
  'throttle-613': throttle(
    'asset',
    failure(400, 613, '(#613) Calls to this api have exceeded the rate limit.'),
  ),
  'subcode-2446079': throttle(
    'app',
    failure(400, 17, '(#17) User request limit reached', { error_subcode: 2446079 }),
  ),
  'http-429': throttle('asset', { status: 429, text: 'Too Many Requests', contentType: 'text/plain' }),
  ...Object.fromEntries(business),
};
