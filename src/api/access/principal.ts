import type { RequestHandler, Response } from 'express';
import { allows, type Scope } from '../../contract/scopes.ts';
import type { Session } from '../../store/index.ts';
import { Problem } from '../problem.ts';

/** Who asks. */
export interface Principal {
  /** Unique among all clients: `bootstrap`, `token:<id>`, `session:<id>`. */
  id: string;
  scope: Scope;
  /** Of a signed-in browser. */
  session: Session | null;
}

const principals = new WeakMap<Response, Principal>();

/** Remembers who asks, for as long as the request lasts. */
export function setPrincipal(res: Response, principal: Principal): void {
  principals.set(res, principal);
}

/** Who asks. @throws when nobody has looked: the route is not behind `authenticate` */
export function principalOf(res: Response): Principal {
  const principal = principals.get(res);
  if (principal === undefined) throw new Error('The route is not behind authenticate()');
  return principal;
}

/** Lets those pass whose scope is strong enough. */
export function requireScope(needed: Scope): RequestHandler {
  return (_req, res, next) => {
    const { scope } = principalOf(res);
    if (!allows(scope, needed)) {
      const detail = `This needs the scope ${needed}; yours is ${scope}.`;
      throw new Problem(403, 'forbidden', 'Not with this scope', detail, { scope: needed });
    }
    next();
  };
}
