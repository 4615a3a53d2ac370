import { z } from 'zod';
import { time } from './progress-schemas.ts';
import { pageResource } from './resources.ts';

const loginPage = z
  .object({
    facebookPageId: z.string(),
    name: z.string(),
    instagramAccountId: z.string().nullable(),
    canMessage: z
      .boolean()
      .describe('Whether the person has the task MESSAGING there; without it the page cannot be connected.'),
    connected: z.boolean(),
  })
  .meta({ id: 'FacebookLoginPage' });
/** A page of somebody who has signed in with Facebook. */
export type LoginPageResource = z.infer<typeof loginPage>;

export const facebookLoginResource = z
  .object({
    id: z.uuid(),
    state: z
      .enum(['pending', 'answered', 'completed', 'failed', 'expired'])
      .describe(
        '`pending`: the person is at Facebook; `answered`: they are back and their pages are being listed; `completed`: choose.',
      ),
    error: z.string().nullable().describe('Why it failed.'),
    pages: z
      .array(loginPage)
      .nullable()
      .describe('The person’s pages; null before they are back, and an hour after.'),
    createdAt: time,
    expiresAt: time,
  })
  .meta({ id: 'FacebookLogin' });
/** Signing in with Facebook to connect pages. */
export type FacebookLoginResource = z.infer<typeof facebookLoginResource>;

export const begunFacebookLogin = z
  .object({
    id: z.uuid(),
    url: z.url().describe('Facebook’s dialog: send the person there. Good once.'),
    redirectUri: z.url().describe('Where Facebook sends the person back to.'),
    expiresAt: time,
  })
  .meta({ id: 'BegunFacebookLogin' });
export type BegunFacebookLogin = z.infer<typeof begunFacebookLogin>;

export const connectedPages = z.object({ data: z.array(pageResource) }).meta({ id: 'ConnectedPages' });

/** A loopback address, where a program on the person's machine may listen. */
const loopback = z
  .url({ protocol: /^http$/, hostname: /^(localhost|127\.0\.0\.1|\[::1\])$/ })
  .describe('Where a program on the person’s machine listens; absent: the dashboard.');

/** `POST /api/facebook-logins` */
export const beginFacebookLoginRequest = z.strictObject({ redirectUri: loopback.optional() });

const code = z.string().min(1).max(4096).describe('The `code` that came back with the person.');
const state = z.string().min(1).max(200).describe('The `state` that came back with the person.');

/** `POST /api/facebook-logins/:id/complete` */
export const completeFacebookLoginRequest = z.strictObject({ code, state });

/** `GET /api/facebook-logins/callback`: Facebook adds what it likes. */
export const facebookLoginCallbackQuery = z.looseObject({
  code: code.optional().describe('Absent when the person has refused.'),
  state,
  error: z.string().optional().describe('Why there is no code.'),
  error_description: z.string().optional().describe('The same as a sentence.'),
});

/** `POST /api/facebook-logins/:id/connect` */
export const connectFacebookPagesRequest = z
  .strictObject({
    facebookPageIds: z
      .array(z.string().min(1).max(64))
      .min(1)
      .max(1000)
      .optional()
      .describe('These of the person’s pages.'),
    all: z.literal(true).optional().describe('All on which the person may read messages.'),
  })
  .refine(({ facebookPageIds, all }) => (facebookPageIds === undefined) !== (all === undefined), {
    path: ['facebookPageIds'],
    message: 'name the pages, or all: true',
  });
