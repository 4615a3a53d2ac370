import { TASKS } from '../login/scopes.ts';
import { DEMO_USER, type User } from '../login/users.ts';
import { nowSec } from '../time.ts';
import type { World } from '../world.ts';
import { ControlError, Input } from './input.ts';

/** `GET /users`: who can sign in at the dialog; the first one does unless another is chosen. */
export function listUsers(world: World): User[] {
  return [...world.users.values()];
}

/**
 * `POST /users` `{id?, name?, pages?, declined?, reduceAbove?, state?}`: makes a user, or changes the one of that id (the
 * first one unless given). `pages` = `[{id, tasks?}]`, null for all pages; `state` "expired" ends the user's tokens and
 * codes, which leaves the pages' tokens alone.
 */
export function setUser(world: World, body: unknown): User {
  const input = new Input(body, ['id', 'name', 'pages', 'declined', 'reduceAbove', 'state']);
  const id = input.text('id') ?? DEMO_USER.id;
  if (!/^\d+$/.test(id)) throw new ControlError(400, 'id must be digits');
  const user = world.users.get(id) ?? { ...DEMO_USER, id, name: `User ${id}` };
  user.name = input.text('name') ?? user.name;
  if (input.has('pages')) user.pages = readPages(world, input.get('pages'));
  user.declined = input.texts('declined') ?? user.declined;
  if (input.has('reduceAbove')) {
    user.reduceAbove = input.get('reduceAbove') === null ? null : (input.number('reduceAbove', 1) ?? null);
  }
  if (input.oneOf('state', ['expired'])) world.logins.expire(user, nowSec());
  world.users.set(id, user);
  return user;
}

/** `DELETE /users/{id}`; what the user has given stays good. */
export function removeUser(world: World, id: string): { removed: boolean } {
  return { removed: world.users.delete(id) };
}

/** `GET /secrets`: every token and code there ever was, so that one can look where they have got to. */
export function listSecrets(world: World): { tokens: string[]; codes: string[] } {
  const ofPages = [...world.pages.values()].flatMap((page) => [
    page.token,
    ...page.retiredTokens,
    ...page.issuedTokens.keys(),
  ]);
  const { tokens, codes } = world.logins.secrets();
  return { tokens: [...ofPages, ...tokens], codes };
}

/** `POST /login` `{redirectUris}`: where the dialog may send people, besides this machine. */
export function setLogin(world: World, body: unknown): { redirectUris: readonly string[] } {
  const input = new Input(body, ['redirectUris']);
  world.redirectUris = input.texts('redirectUris') ?? world.redirectUris;
  return { redirectUris: world.redirectUris };
}

function readPages(world: World, value: unknown): User['pages'] {
  if (value === null) return null;
  if (!Array.isArray(value)) throw new ControlError(400, 'pages must be a list, or null for all');
  return value.map((one) => {
    const input = new Input(one, ['id', 'tasks']);
    const id = input.needText('id');
    if (!world.pages.has(id)) throw new ControlError(404, `there is no page ${id}`);
    const tasks = input.texts('tasks') ?? TASKS;
    const wrong = tasks.find((task) => !TASKS.includes(task));
    if (wrong !== undefined) throw new ControlError(400, `${wrong} is no task (${TASKS.join(', ')})`);
    return { id, tasks };
  });
}
