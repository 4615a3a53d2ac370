/** What a token or a session may do, each with all that stands before it: look, run syncs, change how things are set up. */
export const SCOPES = ['read', 'sync', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Whether somebody with one scope may do what needs another. */
export function allows(has: Scope, needed: Scope): boolean {
  return SCOPES.indexOf(has) >= SCOPES.indexOf(needed);
}
