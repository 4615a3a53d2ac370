import { z } from 'zod';
import { time } from './progress-schemas.ts';
import { SCOPES } from './scopes.ts';

/** What every API token begins with, so that one that got lost is known by its looks. */
export const TOKEN_PREFIX = 'ps_';

/** `POST /api/tokens` */
export const createTokenRequest = z.strictObject({
  name: z.string().trim().min(1).max(200).describe('Whose it is, or what for.'),
  scope: z
    .enum(SCOPES)
    .describe(
      'What it may do, each with all that stands before it: look, run syncs, change how things are set up.',
    ),
  expiresInDays: z.int().min(1).max(3650).optional().describe('Without it the token is good for ever.'),
});
export type CreateTokenRequest = z.infer<typeof createTokenRequest>;

export const apiTokenResource = z
  .object({
    id: z.uuid(),
    name: z.string(),
    scope: z.enum(SCOPES),
    createdAt: time,
    lastUsedAt: time.nullable().describe('To the minute.'),
    expiresAt: time.nullable().describe('`null`: good for ever.'),
    revokedAt: time.nullable(),
  })
  .meta({ id: 'ApiToken' });
export type ApiTokenResource = z.infer<typeof apiTokenResource>;

export const createdTokenResource = z
  .object({
    ...apiTokenResource.shape,
    token: z.string().startsWith(TOKEN_PREFIX).describe('The token itself: shown this once.'),
  })
  .meta({ id: 'CreatedApiToken' });
export type CreatedTokenResource = z.infer<typeof createdTokenResource>;

/** `POST /api/sign-in-links` */
export const createSignInLinkRequest = z.strictObject({
  scope: z.enum(SCOPES).default('admin').describe('Of the session that the link opens.'),
});

export const signInLinkResource = z
  .object({ url: z.url().describe('Signs one browser in, once.'), expiresAt: time })
  .meta({ id: 'SignInLink' });
export type SignInLinkResource = z.infer<typeof signInLinkResource>;

export const sessionResource = z
  .object({
    kind: z.enum(['token', 'session']),
    scope: z.enum(SCOPES),
    csrfToken: z
      .string()
      .nullable()
      .describe('Of a signed-in browser: goes into the header `X-CSRF-Token` of whatever changes something.'),
    expiresAt: time.nullable().describe('Until when a browser is signed in.'),
  })
  .meta({ id: 'Session' });
export type SessionResource = z.infer<typeof sessionResource>;

/** `GET /api/sessions` */
export const browserSessionResource = z
  .object({
    id: z.uuid(),
    scope: z.enum(SCOPES),
    createdAt: time,
    lastUsedAt: time.nullable().describe('To the minute.'),
    expiresAt: time,
    createdBy: z
      .string()
      .describe('Who made the link that opened it: `bootstrap`, `token:<id>` or `session:<id>`.'),
    current: z.boolean().describe('Whether it is the one that asks.'),
  })
  .meta({ id: 'BrowserSession' });
export type BrowserSessionResource = z.infer<typeof browserSessionResource>;
