import { z } from 'zod';
import { GraphError } from './errors.ts';
import { nextCursor } from './paging.ts';
import { listSchema } from './schemas.ts';

/** A page as one person has it. */
export interface Account {
  facebookPageId: string;
  name: string;
  instagramAccountId: string | null;
  /** The page's token; `null` when Meta gives this person none. */
  accessToken: string | null;
  /** Whether the person may read and answer the page's messages. */
  canMessage: boolean;
}

/** As pages are named where they are stored. */
const id = z
  .union([z.string(), z.number().int().safe().transform(String)])
  .pipe(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/));

const accountSchema = z.looseObject({
  id,
  name: z.string().nullish().catch(null),
  access_token: z.string().min(1).nullish().catch(null),
  tasks: z.array(z.string()).nullish().catch(null),
  instagram_business_account: z.looseObject({ id }).nullish().catch(null),
});

/**
 * A page of `/me/accounts`.
 *
 * @param asked the cursor that was asked for
 */
export function readAccounts(
  body: unknown,
  asked: string | null,
): { accounts: Account[]; after: string | null } {
  const list = listSchema.safeParse(body);
  if (!list.success) throw new GraphError('transient', { detail: 'Graph answered without a list of data' });
  const accounts = list.data.data.flatMap((raw) => {
    const parsed = accountSchema.safeParse(raw);
    return parsed.success ? [toAccount(parsed.data)] : [];
  });
  return { accounts, after: nextCursor(list.data.paging, asked) };
}

function toAccount(raw: z.infer<typeof accountSchema>): Account {
  const accessToken = raw.access_token ?? null;
  return {
    facebookPageId: raw.id,
    name: raw.name?.trim().slice(0, 200) || `Page ${raw.id}`,
    instagramAccountId: raw.instagram_business_account?.id ?? null,
    accessToken,
    canMessage: accessToken !== null && (raw.tasks ?? []).includes('MESSAGING'),
  };
}
