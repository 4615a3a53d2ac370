import { z } from 'zod';
import type { TokenFacts } from '../contract/page-token.ts';
import { GraphError } from './errors.ts';
import { redact } from './redact.ts';

/** What `/debug_token` says of a token. */
export interface InspectedToken extends TokenFacts {
  /** `PAGE`, `USER`, …; `null` when Meta does not say. */
  type: string | null;
  /** The page that it is for. */
  profileId: string | null;
}

const issuedSchema = z.looseObject({ access_token: z.string().min(1) });

/** The token in an answer of `/oauth/access_token`. */
export function readIssuedToken(body: unknown): string {
  const parsed = issuedSchema.safeParse(body);
  if (!parsed.success) throw new GraphError('transient', { detail: 'Graph answered without a token' });
  return parsed.data.access_token;
}

/** Epoch seconds, 0 for never, as ISO in UTC. */
const moment = z
  .number()
  .int()
  .min(0)
  .max(253_402_300_799)
  .transform((sec) => (sec === 0 ? null : new Date(sec * 1000).toISOString()))
  .nullish()
  .catch(null)
  .transform((at) => at ?? null);

const inspectedSchema = z.looseObject({
  data: z.looseObject({
    is_valid: z.boolean(),
    type: z.string().nullish().catch(null),
    profile_id: z.coerce.string().nullish().catch(null),
    expires_at: moment,
    data_access_expires_at: moment,
    scopes: z.array(z.string()).catch([]),
    error: z.looseObject({ message: z.string() }).nullish().catch(null),
  }),
});

/** An answer of `/debug_token`. */
export function readInspectedToken(body: unknown): InspectedToken {
  const parsed = inspectedSchema.safeParse(body);
  if (!parsed.success) {
    throw new GraphError('transient', { detail: 'Graph did not say what the token is good for' });
  }
  const { data } = parsed.data;
  const error = data.is_valid ? null : redact(data.error?.message ?? 'Meta does not accept this token');
  return {
    isValid: data.is_valid,
    type: data.type ?? null,
    profileId: data.profile_id ?? null,
    expiresAt: data.expires_at,
    dataAccessExpiresAt: data.data_access_expires_at,
    scopes: [...new Set(data.scopes)],
    error,
  };
}
