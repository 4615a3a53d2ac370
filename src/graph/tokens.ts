import { z } from 'zod';
import type { TokenFacts } from '../contract/page-token.ts';
import { GraphError } from './errors.ts';
import { redact } from './redact.ts';

/** Meta's codes for a token that is over, and a session that is. */
const OVER = new Set([190, 102]);

/** What `/debug_token` says of a token. */
export interface InspectedToken extends TokenFacts {
  /** Whether one that is not valid stays so: Meta may also have had another reason to say so. */
  isDead: boolean;
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
    error: z
      .looseObject({
        code: z.coerce.number().nullish().catch(null),
        message: z.string().nullish().catch(null),
      })
      .nullish()
      .catch(null),
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
  const isOver = data.expires_at !== null && Date.parse(data.expires_at) <= Date.now();
  const says = data.error == null || OVER.has(data.error.code ?? 0);
  return {
    isValid: data.is_valid,
    isDead: !data.is_valid && (says || isOver),
    type: data.type ?? null,
    profileId: data.profile_id ?? null,
    expiresAt: data.expires_at,
    dataAccessExpiresAt: data.data_access_expires_at,
    scopes: [...new Set(data.scopes)],
    error,
  };
}
