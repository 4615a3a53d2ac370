import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { programsIn } from './postgres-binaries.ts';
import { asUser, type ServerUser } from './postgres-user.ts';

export const POSTGRES_USER = 'pagesync';
export const POSTGRES_DATABASE = 'pagesync';

const DRAFT_PREFIX = 'initdb-';
const STEP_TIMEOUT_MS = 120_000;

export interface Cluster {
  /** PostgreSQL's own data folder (PGDATA). */
  dir: string;
  /** In the form of ~/.pgpass, readable by its owner alone. */
  passwordFile: string;
  password: string;
}

/**
 * The cluster in `dataDir`, made if it is not there: superuser and database `pagesync`, UTF-8, sorted by code point by
 * PostgreSQL's own rules, so that an update of the system's C library cannot spoil an index.
 *
 * It asks for a password, made at random and kept inside the cluster, although it listens on 127.0.0.1 only: every user
 * and program of the machine reaches that address, and people's messages are in there.
 *
 * It is made beside its place, with database and password, and renamed when all is done: what is there is whole, and
 * an interrupted start leaves only a draft, which the next one removes. Throws with what initdb said.
 */
export async function ensureCluster(options: {
  dataDir: string;
  nativeDir: string;
  user: ServerUser | undefined;
  /** False: nothing is forced to disk, for clusters that are thrown away. */
  fsync: boolean;
}): Promise<Cluster> {
  const { dataDir, user } = options;
  const dir = path.join(dataDir, 'cluster');
  await removeDrafts(dataDir);
  const found = await lstat(dir).catch(() => null);
  if (found === null) await makeCluster(options, dir);
  else if (user !== undefined && found.uid !== user.uid) await chownAll(dir, user);
  const passwordFile = path.join(dir, 'pgpass');
  const password = (await readFile(passwordFile, 'utf8')).trim().split(':').at(-1);
  if (!password) throw new Error(`${passwordFile} holds no password`);
  return { dir, passwordFile, password };
}

async function removeDrafts(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith(DRAFT_PREFIX)) await rm(path.join(dataDir, name), { recursive: true, force: true });
  }
}

async function makeCluster(
  { dataDir, nativeDir, user, fsync }: Parameters<typeof ensureCluster>[0],
  destination: string,
): Promise<void> {
  const draft = await mkdtemp(path.join(dataDir, DRAFT_PREFIX));
  const cluster = path.join(draft, 'cluster');
  const passwordInput = path.join(draft, 'password');
  const password = randomBytes(24).toString('hex');
  try {
    await writeFile(passwordInput, password, { mode: 0o600 });
    if (user !== undefined) for (const file of [draft, passwordInput]) await chown(file, user.uid, user.gid);
    const { initdb, postgres } = programsIn(nativeDir);
    const initArgs = ['--pgdata', cluster, '--username', POSTGRES_USER, '--pwfile', passwordInput];
    initArgs.push('--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-instructions');
    initArgs.push('--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8');
    if (!fsync) initArgs.push('--no-sync');
    await runStep(initdb, initArgs, draft, user);
    // Single-user mode: no server yet that anyone could connect to.
    const single = ['--single', '-D', cluster, ...(fsync ? [] : ['-c', 'fsync=off']), 'postgres'];
    await runStep(postgres, single, draft, user, `CREATE DATABASE ${POSTGRES_DATABASE};\n`);
    const passwordFile = path.join(cluster, 'pgpass');
    await writeFile(passwordFile, `*:*:*:${POSTGRES_USER}:${password}\n`, { mode: 0o600 });
    await chmod(passwordFile, 0o600);
    if (user !== undefined) await chown(passwordFile, user.uid, user.gid);
    await rename(cluster, destination);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Runs one of PostgreSQL's programs to its end. Throws with its output when it fails; single-user mode reports errors in its output only. */
function runStep(
  program: string,
  args: string[],
  cwd: string,
  user: ServerUser | undefined,
  input = '',
): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, LC_ALL: 'C' };
    const child = spawn(program, args, {
      cwd,
      env,
      ...asUser(user),
      timeout: STEP_TIMEOUT_MS,
      stdio: 'pipe',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-4_000);
      });
    }
    child.once('error', (error) => reject(new Error(`${program} cannot be run: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === 0 && !/^.*(ERROR|FATAL): {2}/m.test(output)) resolve();
      else
        reject(new Error(`${path.basename(program)} failed (${signal ?? `code ${code}`}): ${output.trim()}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** The cluster was made under another user, for instance before a user `postgres` was installed. */
async function chownAll(folder: string, user: ServerUser): Promise<void> {
  await chown(folder, user.uid, user.gid);
  for (const entry of await readdir(folder, { recursive: true })) {
    const file = path.join(folder, entry);
    if (!(await lstat(file)).isSymbolicLink()) await chown(file, user.uid, user.gid);
  }
}
