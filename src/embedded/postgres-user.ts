import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ServerUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * The user to run PostgreSQL as. It refuses to run as root, so root uses the system's `postgres` if there is one, else
 * `nobody`; no user is created, since a program should not change the machine it is tried on. Undefined: as ourselves.
 */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all(
        ['-u', '-g'].map((flag) => run('id', [flag, name], { encoding: 'utf8' })),
      );
      if (uid && gid) return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // No such user; the next one.
    }
  }
  throw new Error(
    'PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody; set DATABASE_URL',
  );
}

/** What to spread into spawn options. */
export function asUser(user: ServerUser | undefined): { uid?: number; gid?: number } {
  return user === undefined ? {} : { uid: user.uid, gid: user.gid };
}

/** True when the user can get into the folder: tried, since mode bits do not tell of access lists. */
export async function canEnter(user: ServerUser, folder: string): Promise<boolean> {
  try {
    await run('sh', ['-c', 'cd "$1" && test -x .', 'sh', folder], { ...asUser(user), cwd: '/' });
    return true;
  } catch {
    return false;
  }
}
