import type { FacebookLoginResource } from '../../../../src/contract/facebook-login.ts';

const ERRORS: Record<string, string> = {
  'login-not-found':
    'No sign-in that this browser began was waiting for that answer: it was begun elsewhere, or is too old. Begin again here.',
  'meta-unavailable': 'Meta gave no answer. Nothing was changed; try again in a few minutes.',
  'facebook-login-not-configured':
    'Signing in with Facebook is not set up on this server any more: set FACEBOOK_APP_ID and FACEBOOK_APP_SECRET, or paste a token of the page.',
};

/** Why somebody came back from Facebook without a login. @param name as in the address, so anything */
export function wordsOfError(name: string): string {
  return ERRORS[name] ?? 'Facebook’s answer could not be understood. Try again.';
}

/** Why there is nothing to choose from. */
export function wordsOfLogin({ state, error }: Pick<FacebookLoginResource, 'state' | 'error'>): string {
  switch (state) {
    case 'failed':
      return `${(error ?? 'Signing in with Facebook did not work').replace(/\.?$/, '.')} Begin again, and allow what is asked for.`;
    case 'pending':
      return 'Nobody came back from Facebook with an answer. Begin again.';
    default:
      return 'Too much time has passed: what Facebook has shown is kept for an hour. Begin again.';
  }
}
