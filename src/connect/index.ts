export { MetaUnavailable, Refused } from './ask-meta.ts';
export { checkPageToken } from './check-token.ts';
export { createFacebookLogins, type FacebookLogins, type LoginSettings } from './logins.ts';
export { unsubscribePage } from './unsubscribe.ts';
