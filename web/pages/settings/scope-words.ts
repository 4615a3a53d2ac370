import type { Scope } from '../../../src/contract/scopes.ts';

/** What each scope may do, weakest first. */
export const SCOPE_WORDS: Record<Scope, string> = {
  read: 'Look at everything',
  sync: 'Look, and start and steer syncs',
  admin: 'Everything: also connect pages, and make tokens and links',
};
